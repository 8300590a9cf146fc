"""What of a message a person said themselves: not what they quote, paste or forward.

A mail or a page that somebody pastes is outside text in a person's mouth, and would be taken for their wish. Where a
quotation ends is not told by its text, so what follows its beginning counts as outside text up to the message's end;
quoted lines, fenced code and words between quotation marks end by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.text.sentences import spans as sentences
from dreaming.engines.local.lexicon import FORWARDED, PASTED

FIRST_WORDS = 20_000
FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
HEADER = re.compile(
    r"[A-Z][A-Za-z]{1,14}(?:[ -][A-Z][A-Za-z]{1,14}){0,2}:\s?\S|-{4,}|_{4,}|={4,}|\S{0,40}<[^<>\s]{1,80}@"
)
PIPED = re.compile(r"(?:^|\|)[A-Z][A-Z_ ]{2,20}:\s?\S")  # headers that were joined to one line
OPENING, CLOSING = "“„«", "”“»"


def said(text: str) -> Iterator[tuple[int, int]]:
    """The half-open spans of the sentences that are a person's own, by line."""
    at = 0
    fenced = False
    lines = text[:FIRST_WORDS].split("\n")
    for number, line in enumerate(lines):
        if FENCE.match(line):
            fenced = not fenced
        elif not fenced and not line.lstrip().startswith(">"):
            if _begins_outside(lines, number):
                return
            for start, end in sentences(line):
                if not _is_quoted(line, start):
                    yield at + start, at + end
            if PASTED.search(line):
                return
        at += len(line) + 1


def _begins_outside(lines: list[str], number: int) -> bool:
    """A mark of forwarding, or two lines of headers in a row."""
    line = lines[number]
    if FORWARDED.search(line) or len(PIPED.findall(line)) >= 2:
        return True
    following = lines[number + 1] if number + 1 < len(lines) else ""
    return bool(HEADER.match(line) and HEADER.match(following))


def _is_quoted(line: str, start: int) -> bool:
    """Stands between quotation marks that a sentence before it opened."""
    before = line[:start]
    opened = max(before.rfind(mark) for mark in OPENING)
    if opened >= 0 and not any(mark in before[opened + 1 :] for mark in CLOSING):
        return True
    return before.count('"') % 2 == 1
