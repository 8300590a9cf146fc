"""Where the lines of a base version are now: carried forward through the edits of later versions, never searched for.

A `Ground` holds the base text as lines and the gaps between them. Each slot knows two texts: what stands there now
(`now`), and what would stand there without the applied changes of the same proposal (`view`). A change is bound to the
view, so that siblings never stale each other; it is written into the now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from agents.text import lines as text_lines
from agents.text.lines import Edit
from reviews.hunks import Hunk


@dataclass(frozen=True, slots=True)
class Step:
    """One edit of one later version: old lines [start, end) of the version before became `lines`.

    `own` says that a change of the same proposal made it. `base`, `at` and `span` then name its place in lines of the
    version that change was made against (span 0: inserted before line `at`), and `order` its change's position.
    """

    start: int
    end: int
    lines: tuple[str, ...]
    own: bool = False
    base: int = 0
    at: int = 0
    span: int = 0
    order: int = 0

    @classmethod
    def read(cls, data: dict[str, Any], *, after: Sequence[str], shift: int, proposal: str) -> Step:
        """A stored edit; its lines are taken from the text `after`, `shift` being the lines gained before it."""
        first = data["start"] + shift
        return cls(
            start=data["start"],
            end=data["end"],
            lines=tuple(after[first : first + data["count"]]),
            own=bool(proposal) and data.get("proposal") == proposal,
            base=data.get("base", 0),
            at=data.get("at", 0),
            span=data.get("span", 0),
            order=data.get("order", 0),
        )


def steps_of(stored: Iterable[dict[str, Any]], *, after: Sequence[str], proposal: str) -> list[Step]:
    """The steps of one version, from its stored edits and its text."""
    steps, shift = [], 0
    for data in stored:
        steps.append(Step.read(data, after=after, shift=shift, proposal=proposal))
        shift += data["count"] - (data["end"] - data["start"])
    return steps


@dataclass(slots=True)
class _Piece:
    """Lines at one slot: as they are now, as they would be without own changes, and the order among insertions."""

    now: list[str]
    view: list[str]
    order: int = -1


@dataclass(frozen=True, slots=True)
class Written:
    """One edit that a write makes, in lines of the text before it, with the place it had in the change's base."""

    start: int
    end: int
    lines: tuple[str, ...]
    change: str
    at: int
    span: int
    order: int
    before: tuple[str, ...] = ()


class Ground:
    """The lines and gaps of one base version, followed up to the present text."""

    def __init__(self, base: Sequence[str], *, number: int = 0, path: str = "") -> None:
        self.number = number
        self.path = path  # where the text would stand without own moves
        self._lines = [_Piece([line], [line]) for line in base]
        self._gaps: list[list[_Piece]] = [[] for _ in range(len(base) + 1)]

    def follow(self, steps: Sequence[Step]) -> None:
        """Take in one later version. Own steps move the present only, other steps the view as well."""
        for step in reversed(steps):
            if step.own and step.base == self.number:
                self._put(step.at, step.span, step.lines, step.order)
            else:
                self._splice(step)

    def now(self) -> list[str]:
        return [line for piece in self._pieces() for line in piece.now]

    def view(self) -> list[str]:
        return [line for piece in self._pieces() for line in piece.view]

    def line_now(self, index: int) -> list[str]:
        """What stands now where this line of the base stood, with what was put in before it."""
        if index >= len(self._lines):
            return []
        return [line for piece in (*self._gaps[index], self._lines[index]) for line in piece.now]

    def region(self, hunk: Hunk) -> list[str | None]:
        """The view of the hunk's lines with one line either side: equal to `hunk.region` where nothing moved."""
        above = self._lines[hunk.start - 1].view if hunk.start else [None]
        below = self._lines[hunk.end].view if hunk.end < len(self._lines) else [None]
        inner: list[str | None] = []
        for index in range(hunk.start, hunk.end + 1):
            inner += [line for piece in self._gaps[index] for line in piece.view]
            if index < hunk.end:
                inner += self._lines[index].view
        return [*above, *inner, *below]

    def held(self, hunk: Hunk) -> bool:
        """Whether the lines that the hunk replaces still stand where nobody, sibling or not, has touched them."""
        pieces = self._lines[hunk.start : hunk.end]
        return self.region(hunk) == hunk.region and all(piece.now == piece.view for piece in pieces)

    def range_now(self, hunk: Hunk) -> tuple[int, int]:
        """The lines of the present text that the hunk's lines have become."""
        starts = self._offsets()
        start = starts[id(self._lines[hunk.start])] if hunk.start < len(self._lines) else len(self.now())
        if hunk.start == hunk.end:
            return start, start
        last = self._lines[hunk.end - 1]
        return start, starts[id(last)] + len(last.now)

    def write(self, edits: Iterable[tuple[Hunk, str, int]]) -> list[Written]:
        """Put hunks (with change id and order) into the present; returns the edits, in lines of the text before."""
        starts = self._offsets()
        size = len(self.now())
        made: list[Written] = []
        for hunk, change, order in sorted(edits, key=lambda one: one[0].start < one[0].end):  # insertions split runs
            if hunk.start == hunk.end:
                made.append(self._insert(hunk, change, order, starts, size))
            else:
                made += self._replace(hunk, change, order, starts)
        return sorted(made, key=lambda one: (one.start, one.end, one.at, one.order))

    def _insert(self, hunk: Hunk, change: str, order: int, starts: dict[int, int], size: int) -> Written:
        gap = self._gaps[hunk.start]
        later = next((piece for piece in gap if piece.order > order and id(piece) in starts), None)
        if later is not None:
            at = starts[id(later)]
        elif hunk.start < len(self._lines):
            at = starts[id(self._lines[hunk.start])]
        else:
            at = size
        self._put(hunk.start, 0, hunk.after, order)
        return Written(at, at, hunk.after, change, hunk.start, 0, order)

    def _replace(self, hunk: Hunk, change: str, order: int, starts: dict[int, int]) -> list[Written]:
        made: list[Written] = []
        first = hunk.start
        for index in range(hunk.start, hunk.end):
            last = index + 1 == hunk.end
            if last or any(piece.now for piece in self._gaps[index + 1]):
                start = starts[id(self._lines[first])]
                end = starts[id(self._lines[index])] + len(self._lines[index].now)
                after = hunk.after if first == hunk.start else ()
                before = tuple(line for piece in self._lines[first : index + 1] for line in piece.now)
                made.append(Written(start, end, after, change, first, index + 1 - first, order, before))
                first = index + 1
        self._put(hunk.start, hunk.end - hunk.start, hunk.after, order)
        return made

    def _put(self, at: int, span: int, lines: Sequence[str], order: int) -> None:
        if span == 0:
            gap = self._gaps[at]
            index = next((i for i, piece in enumerate(gap) if piece.order > order), len(gap))
            gap.insert(index, _Piece(list(lines), [], order))
            return
        self._lines[at].now = list(lines)
        for piece in self._lines[at + 1 : at + span]:
            piece.now = []

    def _splice(self, step: Step) -> None:
        covered = self._covered(step)
        if not covered:
            self._splice_insertion(step)
            return
        starts = self._offsets()
        first, last = covered[0], covered[-1]
        head = first.now[: step.start - starts[id(first)]]
        tail = last.now[step.end - starts[id(last)] :]
        for piece in covered:
            piece.now = []
            if not step.own:
                piece.view = []
        first.now = [*head, *step.lines, *tail]
        if not step.own:
            first.view = list(first.now)

    def _splice_insertion(self, step: Step) -> None:
        piece = _Piece(list(step.lines), [] if step.own else list(step.lines), step.order if step.own else -1)
        at = 0
        for index in range(len(self._lines) + 1):
            for place, other in enumerate(self._gaps[index]):
                if at == step.start and (other.now or not step.own or other.order > step.order):
                    self._gaps[index].insert(place, piece)
                    return
                at += len(other.now)
            if at == step.start and (index == len(self._lines) or self._lines[index].now):
                self._gaps[index].append(piece)
                return
            at += len(self._lines[index].now) if index < len(self._lines) else 0
        raise ValueError(f"line {step.start} is not in a text of {at} lines")

    def _covered(self, step: Step) -> list[_Piece]:
        """The pieces that the step's old lines lie in; an insertion inside a piece lies in that piece."""
        covered, at = [], 0
        for piece in self._pieces():
            end = at + len(piece.now)
            inside = at < step.end and end > step.start if step.end > step.start else at < step.start < end
            if inside:
                covered.append(piece)
            at = end
        return covered

    def _pieces(self) -> Iterable[_Piece]:
        for index, gap in enumerate(self._gaps):
            yield from gap
            if index < len(self._lines):
                yield self._lines[index]

    def _offsets(self) -> dict[int, int]:
        starts, at = {}, 0
        for piece in self._pieces():
            starts[id(piece)] = at
            at += len(piece.now)
        return starts


class Lost(Ground):
    """The ground of a text that was erased, or that an erased one came after: nothing can be followed through it."""

    def __init__(self, *, number: int, path: str) -> None:
        super().__init__([], number=number, path=path)

    def region(self, hunk: Hunk) -> list[str | None]:
        """Equal to no region of a hunk, which has a line or an end on either side."""
        return [None]

    def held(self, hunk: Hunk) -> bool:
        return False

    def range_now(self, hunk: Hunk) -> tuple[int, int]:
        return 0, 0


def write_text(lines: Sequence[str], made: Sequence[Written]) -> list[str]:
    """The lines after a write. Raises ValueError where its edits do not fit the lines."""
    return text_lines.apply(lines, [Edit(one.start, one.end, one.lines) for one in made])
