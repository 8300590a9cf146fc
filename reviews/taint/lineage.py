"""Whose lines are whose: one memory replayed line by line through the edits that its versions keep.

Pure: no database. Two questions are answered. Who built on whom (`trace`), and what would stand there without what some
changes wrote (`without`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from agents.text import lines as text_lines
from agents.text.lines import Edit

NOBODY = ""


@dataclass(frozen=True, slots=True)
class Made:
    """One edit of a version: lines [start, end) of the version before became `lines`, by this change."""

    start: int
    end: int
    lines: tuple[str, ...]
    change: str


@dataclass(frozen=True, slots=True)
class State:
    """One version of a memory, as it came from the one before."""

    number: int
    lines: tuple[str, ...]
    made: tuple[Made, ...]
    origins: tuple[str, ...]
    archived: bool
    path: str


Line = tuple[str, str]
"""The change that wrote a line (empty where nobody's did), and the line."""


@dataclass(slots=True)
class Trace:
    """What became of the lines of one memory; `lines` are those of its newest version.

    By change: whose lines it replaced by others (`rewrote`), what it took out and brought, and whose lines stood in the
    memory when it archived it (`buried`). `held` are the changes of which lines stood in each version, by its number.
    """

    lines: list[Line] = field(default_factory=list)
    rewrote: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    took: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))
    brought: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    buried: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    held: dict[int, frozenset[str]] = field(default_factory=dict)

    def owners(self) -> frozenset[str]:
        return frozenset(owner for owner, _line in self.lines) - {NOBODY}


def made_of(
    stored: Sequence[Mapping[str, object]], *, before: Sequence[str], after: Sequence[str], origins: Sequence[str]
) -> tuple[Made, ...]:
    """The edits of one version; worked out from both texts where it keeps none that lead from one to the other."""
    edits, shift = [], 0
    for one in stored:
        start, end, count = (int(str(one[name])) for name in ("start", "end", "count"))
        first = start + shift
        edits.append(Made(start, end, tuple(after[first : first + count]), str(one.get("change", NOBODY))))
        shift += count - (end - start)
    fits = text_lines.apply(before, [Edit(one.start, one.end, one.lines) for one in edits]) == list(after)
    if fits:
        return tuple(edits)
    change = origins[0] if len(origins) == 1 else NOBODY
    return tuple(Made(one.start, one.end, one.lines, change) for one in text_lines.diff(before, after))


def trace(states: Sequence[State], *, reverts: Mapping[str, Collection[str]]) -> Trace:
    """Follow the lines of a memory. `reverts` names what a change takes back: the lines that it brings back are whose
    they were, and it builds on nobody.
    """
    found, archived = Trace(), False
    for state in states:
        if state.archived and not archived:
            for change in state.origins:
                found.buried[change] |= found.owners()
        archived = state.archived
        for one in reversed(state.made):
            _take_in(found, one, reverts.get(one.change, ()))
        found.held[state.number] = found.owners()
    return found


def _take_in(found: Trace, one: Made, undone: Collection[str]) -> None:
    gone = found.lines[one.start : one.end]
    found.took[one.change] += gone
    found.brought[one.change] += one.lines
    if undone:
        owners = _returned(found, one, undone)
    else:
        owners = [one.change] * len(one.lines)
        if one.lines:
            found.rewrote[one.change] |= {owner for owner, _line in gone} - {NOBODY, one.change}
    found.lines[one.start : one.end] = zip(owners, one.lines, strict=True)


def _returned(found: Trace, one: Made, undone: Collection[str]) -> list[str]:
    """Whose the lines are that a revert brings back."""
    known = [taken for change in undone for taken in found.took.get(change, ())]
    owners = []
    for line in one.lines:
        match = next((taken for taken in known if taken[1] == line), None)
        if match:
            known.remove(match)
        owners.append(match[0] if match else one.change)
    return owners


@dataclass(slots=True)
class _Cell:
    """A line as it stands now (None: gone), and as it would stand without (None: not there). `of` numbers the edit by
    one of those that are left out which put it there or hid it."""

    now: str | None
    without: str | None
    of: int = 0


def without(states: Sequence[State], own: Collection[str]) -> tuple[tuple[str, ...], tuple[Edit, ...]]:
    """The newest text, and the edits of it that take out what the changes `own` wrote.

    What they replaced comes back, but for where somebody else has written over their lines since: that stays.
    """
    cells: list[_Cell] = []
    edit = 0
    for state in states:
        places = [index for index, cell in enumerate(cells) if cell.now is not None]
        for one in reversed(state.made):
            edit += 1
            first = places[one.start] if one.start < len(places) else len(cells)
            last = places[one.end - 1] + 1 if one.end > one.start else first
            covered = cells[first:last]
            if one.change in own:
                cells[first:last] = _hidden(cells, covered, one, edit)
            else:
                cells[first:last] = [_Cell(line, line) for line in one.lines]
                _forget(cells, {cell.of for cell in covered if cell.now is not None and cell.of})
    now = tuple(cell.now for cell in cells if cell.now is not None)
    return now, tuple(_edits(cells))


def _hidden(cells: Sequence[_Cell], covered: Sequence[_Cell], one: Made, edit: int) -> list[_Cell]:
    """Their edit over their own lines goes on with what those hid."""
    joined = {cell.of for cell in covered if cell.of}
    for cell in cells:
        if cell.of in joined:
            cell.of = edit
    hidden = [_Cell(None, cell.without, edit) for cell in covered if cell.without is not None]
    return [*hidden, *(_Cell(line, None, edit) for line in one.lines)]


def _forget(cells: Sequence[_Cell], overwritten: Collection[int]) -> None:
    """What was hidden by lines that somebody else replaced does not come back."""
    for cell in cells if overwritten else ():
        if cell.now is None and cell.of in overwritten:
            cell.without = None


def _edits(cells: Sequence[_Cell]) -> Iterator[Edit]:
    at = 0
    for same, run in groupby(cells, key=lambda cell: cell.now is not None and cell.now == cell.without):
        own = list(run)
        now = tuple(cell.now for cell in own if cell.now is not None)
        lines = tuple(cell.without for cell in own if cell.without is not None)
        if not same and now != lines:
            yield Edit(at, at + len(now), lines)
        at += len(now)
