"""Dots over the secrets of what is drawn, so that no page shows one by accident, and places of personal data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from agents.text import personal, secrets
from agents.text.detectors import Found
from agents.text.diffs import SKIPPED, Row, Segments

LONGEST_KEPT = 1_000  # letters of a text that is looked at again and again


def text(plain: str) -> str:
    """The text with its secrets covered, every letter in its place."""
    return _kept(plain) if len(plain) < LONGEST_KEPT else secrets.covered(plain)


_kept = lru_cache(20_000)(secrets.covered)


def rows(drawn: Sequence[Row]) -> Sequence[Row]:
    """The rows of a diff with the secrets of either side covered, as each side reads as a whole."""
    sides = [_side(drawn, column) for column in (3, 4)]
    if sides == [None, None]:
        return drawn
    covered = [list(row) for row in drawn]
    for column, lines in zip((3, 4), sides, strict=True):
        for row, line in zip((row for row in covered if row[0] != SKIPPED), lines or (), strict=False):
            row[column] = _filled(row[column], line)
    return covered


def persons(segments: Segments, before: Segments) -> list[tuple[int, str, str]]:
    """The segments of a line cut where personal data begins and ends, each with its kind; "" where it has none, or
    where the line before had the same.
    """
    line, old = ("".join(part for _, part in one) for one in (segments, before))
    spans = [one for one in _persons(line) if line[one.start : one.end] not in old]
    cut: list[tuple[int, str, str]] = []
    at = 0
    for mark, part in segments:
        for start, end, kind in _across(spans, at, at + len(part)):
            cut.append((mark, line[start:end], kind))
        if not part:
            cut.append((mark, part, ""))
        at += len(part)
    return cut


def _across(spans: Sequence[Found], first: int, last: int) -> Iterator[tuple[int, int, str]]:
    """The stretch from `first` to `last` in pieces, inside the spans and between them."""
    at = first
    for one in spans:
        start, end = max(one.start, first), min(one.end, last)
        if start < end:
            if at < start:
                yield at, start, ""
            yield start, end, one.name
            at = end
    if at < last:
        yield at, last, ""


@lru_cache(20_000)
def _persons(line: str) -> tuple[Found, ...]:
    return tuple(personal.find(line))


def _side(drawn: Sequence[Row], column: int) -> list[str] | None:
    """The lines of one side with secrets covered; None where there are none."""
    lines = ["".join(part for _, part in row[column]) for row in drawn if row[0] != SKIPPED]
    whole = "\n".join(lines)
    covered = text(whole)
    return covered.split("\n") if covered != whole else None


def _filled(segments: Segments, line: str) -> Segments:
    """The same segments with the letters of this line, which is as long."""
    filled, at = [], 0
    for mark, part in segments:
        filled.append([mark, line[at : at + len(part)]])
        at += len(part)
    return filled
