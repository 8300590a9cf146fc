"""Lines of a revision in a later revision: by the places of hunks and of later versions, never by looking for text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agents.text import lines as text_lines
from agents.text.lines import Edit
from reviews import hunks as hunks_of
from reviews.enums import Side
from reviews.hunks import Hunk
from reviews.models import RevisionTarget


@dataclass(frozen=True, slots=True)
class Spot:
    """Lines `first` to `last` (from 1, both included) of one side of a target."""

    position: int
    side: Side
    first: int
    last: int


def carry(spot: Spot, old: RevisionTarget, new: RevisionTarget, later: Sequence[Sequence[Edit]]) -> Spot | None:
    """Where the lines stand in another revision's target; None where one of them is not there any more.

    `later` are the edits of each version after the base of `old`, up to the base of `new`.
    """
    found = [_line(line - 1, spot.side, old, new, later) for line in range(spot.first, spot.last + 1)]
    first = found[0]
    if first is None or found != list(range(first, first + len(found))):
        return None
    return replace(spot, position=new.position, first=first + 1, last=first + len(found))


def edits_of(stored: Iterable[dict[str, Any]]) -> list[Edit]:
    """The edits of a stored version as far as places need them: their lines are only counted."""
    return [Edit(one["start"], one["end"], ("",) * one["count"]) for one in stored]


def _line(
    line: int, side: Side, old: RevisionTarget, new: RevisionTarget, later: Sequence[Sequence[Edit]]
) -> int | None:
    if side == Side.BEFORE:
        return _through(line, line + 1, later)
    at = 0
    for hunk in hunks_of.read(old.hunks):
        first = hunk.start + at
        if line < first:
            break
        if line < first + len(hunk.after):
            return _in_hunk(hunk, line - first, new, later)
        at += len(hunk.after) - (hunk.end - hunk.start)
    base = _through(line - at, line - at + 1, later)
    moved = None if base is None else text_lines.carried(_edits(new), base, base + 1)
    return moved[0] if moved else None


def _in_hunk(hunk: Hunk, line: int, new: RevisionTarget, later: Sequence[Sequence[Edit]]) -> int | None:
    """Where a line that a hunk wrote stands in what the hunk at the same place writes now."""
    start = _through(hunk.start, hunk.end, later)
    at = 0
    for other in hunks_of.read(new.hunks):
        if other.start == start:
            moved = text_lines.carried(text_lines.diff(hunk.after, other.after), line, line + 1)
            return None if moved is None else other.start + at + moved[0]
        at += len(other.after) - (other.end - other.start)
    return None


def _through(start: int, end: int, later: Sequence[Sequence[Edit]]) -> int | None:
    for edits in later:
        moved = text_lines.carried(edits, start, end)
        if moved is None:
            return None
        start, end = moved
    return start


def _edits(target: RevisionTarget) -> list[Edit]:
    return [Edit(hunk.start, hunk.end, hunk.after) for hunk in hunks_of.read(target.hunks)]
