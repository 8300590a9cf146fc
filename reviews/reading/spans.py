"""Where in a diff the findings of checks stand: the stretches of its new lines, and the way to each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agents.drawn_rows import Look
from agents.drawn_spans import Span
from agents.text.diffs import ADDED, CHANGED
from reviews import hunks
from reviews.models import Check, RevisionTarget
from reviews.reading import pieces
from reviews.reading.findings import IN_SIGHT, Ranked

Lines = dict[int, tuple[Span, ...]]
"""The spans of lines, by the numbers that these have in the new text."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding begins, the how manieth of those that have a place it is, and what its line below is called."""

    name: str
    number: int
    target: RevisionTarget
    line: int


@dataclass(frozen=True, slots=True)
class Spans:
    """The spans of each target, and the places of findings by their order in the list (from 0)."""

    targets: Sequence[Lines]
    places: Mapping[int, Place]

    def href(self, place: Place, page: str) -> str:
        """The way to a place: in this page, on the `page` of the revision where this one does not draw the line."""
        if place.line in self.targets[place.target.position]:
            return f"#{place.name}-at"
        return f"{page}?whole=1#{Look(target=place.target.position).prefix}L{place.line}"


def read(change_id: str, targets: Sequence[RevisionTarget], findings: Sequence[Ranked]) -> Spans:
    """The targets are all of a revision, in their order."""
    found: list[Lines] = [{} for _ in targets]
    places: dict[int, Place] = {}
    for order, check in enumerate(one.check for one in findings):
        lines = list(_lines(targets, check))
        if not lines:
            continue
        target, first, *_columns = lines[0]
        place = places[order] = Place(f"{change_id}-c{order + 1}", len(places) + 1, target, first)
        for target, line, start, end in lines:
            span = Span(start, end, place.name, place.number, order < IN_SIGHT, begins=line == first)
            of = found[target.position]
            of[line] = (*of.get(line, ()), span)
    return Spans([_drawn(target, lines) for target, lines in zip(targets, found, strict=True)], places)


def _lines(targets: Sequence[RevisionTarget], check: Check) -> Iterator[tuple[RevisionTarget, int, int, int]]:
    """The lines that a finding lies in, with its stretch of each; its own places are of all written lines together."""
    if check.target_position is None or check.start is None or check.end is None:
        return
    target = targets[check.target_position]
    at = shift = 0
    for hunk in hunks.read(target.hunks):
        for number, line in enumerate(hunk.after, start=hunk.start + shift + 1):
            first, last = max(check.start, at), min(check.end, at + len(line.removesuffix("\n")))
            if first < last:
                yield target, number, first - at, last - at
            at += len(line)
        shift += len(hunk.after) - (hunk.end - hunk.start)


def _drawn(target: RevisionTarget, lines: Lines) -> Lines:
    """The lines that the card draws as new ones: of a diff in pieces it draws none."""
    if not lines or len(pieces.cut(target.rows)) > 1:
        return {}
    new = {row[2] for row in target.rows if row[0] in (ADDED, CHANGED)}
    return {number: spans for number, spans in lines.items() if number in new}
