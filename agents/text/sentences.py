"""Where sentences end."""

from __future__ import annotations

import re

_END = re.compile(
    r"(?<![.!?…])[.!?…]++[\"'”’)\]*_]*+(?=\s)\s++"
    r"|[。！？]++[」』”’）]*+\s*+"
    r"|[।؟۔]++\s++"
)
_CODE = re.compile(r"`[^`\n]{1,500}`")
_ABBREVIATED = re.compile(
    r"(?:^|[\s(\[])(?:e\.g|i\.e|etc|cf|vs|approx|ca|incl|excl|no|nr|fig|sec|vol|resp|dr|mr|mrs|ms|prof|st|jr|sr|inc|ltd|co"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|[a-z]|\d{1,3})\.$",
    re.IGNORECASE,
)


def _ends_here(text: str, start: int, match: re.Match[str]) -> bool:
    following = text[match.end() : match.end() + 1]
    if not following:
        return False
    if match.group()[0] not in ".!?…":
        return True
    if following.islower():
        return False
    window = text[max(start, match.start() - 10) : match.start() + 1]
    if not window.endswith("."):
        return True
    abbreviated = _ABBREVIATED.search(window)
    # "in 2024. Then" and "of 30. Then" end a sentence; "1. Then" at its start is a list mark.
    return not abbreviated or (window[-2:-1].isdigit() and window.strip() != text[start : match.start() + 1].strip())


def spans(text: str) -> list[tuple[int, int]]:
    """The half-open spans of the sentences, without the white space around them."""
    code = iter([match.span() for match in _CODE.finditer(text)])
    inside = next(code, None)
    found: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        while inside and inside[1] <= match.start():
            inside = next(code, None)
        if (inside and inside[0] < match.start()) or not _ends_here(text, start, match):
            continue
        found.append((start, match.end()))
        start = match.end()
    found.append((start, len(text)))
    return [span for span in (_trimmed(text, *span) for span in found) if span[0] < span[1]]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())
