"""The rules for memory paths: those of the Anthropic memory store, so that a memory fits there as it does here."""

from __future__ import annotations

import unicodedata

MAX_BYTES = 1024
MAX_SEGMENTS = 20
_REFUSED_CATEGORIES = {
    "Cc": "a control character",
    "Cf": "an invisible format character",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
    "Cs": "half of a character (not valid Unicode)",
}


class BadPath(ValueError):
    """A path that no memory may have; `str()` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check_path(path: str) -> None:
    """Raise BadPath where a path breaks a rule: absolute, 1 to 20 plain segments, at most 1,024 bytes, Unicode NFC."""
    if not path.startswith("/"):
        raise BadPath("the path must start with /")
    for character in path:
        refused = _REFUSED_CATEGORIES.get(unicodedata.category(character))
        if refused:
            raise BadPath(f"the path holds {refused} (U+{ord(character):04X})")
    if len(path.encode()) > MAX_BYTES:
        raise BadPath(f"the path is longer than {MAX_BYTES:,} bytes")
    segments = path[1:].split("/")
    if len(segments) > MAX_SEGMENTS:
        raise BadPath(f"the path has more than {MAX_SEGMENTS} segments")
    if "" in segments:
        raise BadPath("the path has an empty segment")
    if "." in segments or ".." in segments:
        raise BadPath("the path has a . or .. segment")
    if not unicodedata.is_normalized("NFC", path):
        raise BadPath("the path is not in Unicode normal form C")
