"""Three texts beside one another: what a change was made for, what it proposes, and what stands there now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from agents.text import diffs
from agents.text import lines as text_lines
from agents.text.lines import Edit
from reviews import threeway
from reviews.bounds import TargetGround

AROUND = 2  # unchanged lines either side of what differs


class Kind(StrEnum):
    """Who changed a stretch: nobody, the change, others, both in the same way, both each in their own."""

    NOBODY = "nobody"
    PROPOSED = "proposed"
    CURRENT = "current"
    ALIKE = "alike"
    CLASH = "clash"


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of one text, from the one with this number on."""

    first: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The same place in all three texts."""

    kind: Kind
    base: Lines
    proposed: Lines
    current: Lines

    @property
    def differs(self) -> bool:
        return self.kind != Kind.NOBODY

    def rows(self, side: Lines) -> list[diffs.Row]:
        """One side against the base, with the numbers of the whole texts."""
        edits = text_lines.diff(self.base.lines, side.lines)
        size = len(self.base.lines)
        rows = diffs.rows(self.base.lines, edits, size) if edits else diffs.between(self.base.lines, (), 1, size)
        return [_numbered(row, self.base.first - 1, side.first - 1) for row in rows]

    @property
    def base_rows(self) -> list[diffs.Row]:
        return self.rows(self.base)

    @property
    def proposed_rows(self) -> list[diffs.Row]:
        return self.rows(self.proposed)

    @property
    def current_rows(self) -> list[diffs.Row]:
        return self.rows(self.current)


def read(*, base: list[str], edits: Sequence[Edit], current: list[str]) -> list[Stretch]:
    """All three texts as stretches, in order: each text is what its stretches come to, joined."""
    merger, proposed = threeway.merger(base=base, edits=edits, current=current)
    found: list[Stretch] = []
    at = [0, 0, 0]
    texts = (base, proposed, current)
    for region in merger.find_sync_regions():
        starts, ends = region[0::2], region[1::2]
        for begin, stop in ((at, starts), (starts, ends)):
            parts = [Lines(b + 1, tuple(text[b:s])) for text, b, s in zip(texts, begin, stop, strict=True)]
            if any(part.lines for part in parts):
                found.append(Stretch(_kind(*(part.lines for part in parts)), *parts))
        at = list(ends)
    return found


def of_ground(ground: TargetGround, current: list[str]) -> list[Stretch]:
    """A target's base, what the target makes of it, and what stands there now."""
    base = text_lines.split(ground.target.base.text) if ground.target.base else []
    edits = [Edit(hunk.start, hunk.end, hunk.after) for hunk in ground.hunks]
    edits = [Edit(0, len(base), ())] if ground.target.path_after is None else edits
    return read(base=base, edits=edits, current=current)


def clashes(stretches: Sequence[Stretch], around: int = AROUND) -> list[list[Stretch]]:
    """Each stretch that both wrote, with a few unchanged lines either side."""
    return [
        [*_end_of(stretches[:index], around), one, *_start_of(stretches[index + 1 :], around)]
        for index, one in enumerate(stretches)
        if one.kind == Kind.CLASH
    ]


def _end_of(before: Sequence[Stretch], around: int) -> list[Stretch]:
    if not before or before[-1].differs:
        return []
    size = len(before[-1].base.lines)
    return [_cut(before[-1], max(0, size - around), size)]


def _start_of(after: Sequence[Stretch], around: int) -> list[Stretch]:
    return [] if not after or after[0].differs else [_cut(after[0], 0, around)]


def meanwhile(grounds: Sequence[TargetGround]) -> list[tuple[str, list[Stretch]]]:
    """Path and stretches of each memory that is not what the change was made for."""
    found = []
    for ground in grounds:
        base = text_lines.split(ground.target.base.text) if ground.target.base else []
        current = ground.ground.now()
        if base != current:
            found.append((ground.target.path_before, of_ground(ground, current)))
    return found


def folded(stretches: Sequence[Stretch], around: int = AROUND) -> Iterator[tuple[int, Stretch | None]]:
    """What differs with a few unchanged lines either side; for the rest how many lines are left out."""
    for index, stretch in enumerate(stretches):
        size = len(stretch.base.lines)
        above = around if index else 0
        below = around if index + 1 < len(stretches) else 0
        if stretch.differs or size <= above + below + 1:
            yield 0, stretch
            continue
        if above:
            yield 0, _cut(stretch, 0, above)
        yield size - above - below, None
        if below:
            yield 0, _cut(stretch, size - below, size)


def _kind(base: Sequence[str], proposed: Sequence[str], current: Sequence[str]) -> Kind:
    if proposed == current:
        return Kind.NOBODY if base == proposed else Kind.ALIKE
    if base == current:
        return Kind.PROPOSED
    return Kind.CURRENT if base == proposed else Kind.CLASH


def _cut(stretch: Stretch, start: int, end: int) -> Stretch:
    sides = (stretch.base, stretch.proposed, stretch.current)
    return Stretch(stretch.kind, *(Lines(side.first + start, side.lines[start:end]) for side in sides))


def _numbered(row: diffs.Row, old: int, new: int) -> diffs.Row:
    kind, left, right, *segments = row
    return [kind, None if left is None else left + old, None if right is None else right + new, *segments]
