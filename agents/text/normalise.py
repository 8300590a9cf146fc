"""One spelling for texts that differ in dress only: marks, case, width, spacing, the full stop."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_MARKS = re.compile(r"^\s*(?:(?:[-*+•–>]|\d{1,3}[.)]|#{1,6})\s+)+")
_TRAILING = " \t\n.,;:!…。、；：！"  # not "?": a question is not the statement
_STARRED = re.compile(r"(\*{1,3})(?=[^\s*])([^*]++)(?<=\S)\1")
# Only with a space inside: __init__ is a name, not a bold word.
_UNDERSCORED = re.compile(r"(?<!\w)(_{1,3})(?=[^\s_])([^_]*+)(?<=\S)\1(?!\w)")
_PASSES = 8  # nested emphasis loses one layer a pass


def _plain(match: re.Match[str]) -> str:
    return match.group(2) if len(match.group(1)) == 1 or " " in match.group(2) else match.group()


def _undressed(text: str) -> str:
    text = _MARKS.sub("", " ".join(text.split()))
    text = _STARRED.sub(r"\2", text).replace("`", "")
    return _UNDERSCORED.sub(_plain, text).rstrip(_TRAILING)


def normalise(text: str) -> str:
    """The text as duplicates are compared: NFKC, folded case, no list, heading or emphasis marks, single spaces."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    for _ in range(_PASSES):
        before, text = text, _undressed(text)
        if text == before:
            break
    return text


def unmarked(text: str) -> str:
    """The text as it is written, in one width, without the list or heading marks in front."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text))


def digest(text: str) -> str:
    """SHA-256 (hex) of the normalised text."""
    return hashed(normalise(text))


def hashed(normal: str) -> str:
    """SHA-256 (hex) of a text that is normalised already."""
    return hashlib.sha256(normal.encode("utf-8", "surrogatepass")).hexdigest()
