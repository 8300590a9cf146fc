"""Three-way merging of lines: a change's own hunks against what was written meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from merge3 import Merge3

from agents.text import lines as text_lines
from agents.text.lines import Edit


class SameLines(ValueError):
    """Both sides wrote the same lines, or lines that touch."""


class _Matcher:
    """What merge3 asks of a sequence matcher, answered from edits: where our hunks are is known, not guessed."""

    def __init__(self, proposed: Sequence[str], edits: Sequence[Edit], _junk: None, base: list[str], side: list[str]):
        self.sizes = len(base), len(side)
        self.edits = edits if side is proposed else text_lines.diff(base, side)

    def get_matching_blocks(self) -> list[tuple[int, int, int]]:
        blocks, at, shift = [], 0, 0
        for edit in self.edits:
            if edit.start > at:
                blocks.append((at, at + shift, edit.start - at))
            shift += len(edit.lines) - (edit.end - edit.start)
            at = edit.end
        if self.sizes[0] > at:
            blocks.append((at, at + shift, self.sizes[0] - at))
        return [*blocks, (*self.sizes, 0)]


def _finer(base: Sequence[str], edit: Edit) -> list[Edit]:
    """An edit without the lines that it leaves as they are."""
    inner = text_lines.diff(base[edit.start : edit.end], edit.lines)
    return [Edit(edit.start + one.start, edit.start + one.end, one.lines) for one in inner]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch that we changed: its lines as they were, as we propose them and as they are, which is [start, end) of
    the current text. `clashes` where the others changed it as well.
    """

    base: tuple[str, ...]
    proposed: tuple[str, ...]
    current: tuple[str, ...]
    start: int
    end: int
    clashes: bool


def merger(*, base: list[str], edits: Sequence[Edit], current: list[str]) -> tuple[Merge3[str], list[str]]:
    """The three texts ready to be merged, and what the edits come to."""
    edits = [finer for edit in edits for finer in _finer(base, edit)]
    proposed = text_lines.apply(base, edits)
    matcher: Any = partial(_Matcher, proposed, edits)
    return Merge3(base, proposed, current, sequence_matcher=matcher), proposed


def pieces(*, base: list[str], edits: Sequence[Edit], current: list[str]) -> list[Piece]:
    """What we changed, against what stands there now, without what stands there already."""
    merge, proposed = merger(base=base, edits=edits, current=current)
    regions = list(merge.merge_regions())
    starts = [region[1] for region in regions if region[0] == "unchanged"] + [len(base)]
    found, read, at = [], 0, 0  # lines of base and of current that are behind us
    for kind, start, end, *both in regions:
        if kind == "conflict":
            ours, theirs = slice(*both[:2]), slice(*both[2:])
            found.append(_piece(base[start:end], proposed[ours], current, theirs.start, theirs.stop, clashes=True))
            read, at = end, theirs.stop
        elif kind == "unchanged":
            read, at = end, at + end - start
            starts.pop(0)
        elif kind == "a":
            size = starts[0] - read
            found.append(_piece(base[read : read + size], proposed[start:end], current, at, at + size, clashes=False))
            at += size
        else:
            at += end - start
    return found


def _piece(
    base: Sequence[str], proposed: Sequence[str], current: Sequence[str], start: int, end: int, *, clashes: bool
) -> Piece:
    return Piece(tuple(base), tuple(proposed), tuple(current[start:end]), start, end, clashes)


def carry(*, base: list[str], edits: Sequence[Edit], current: list[str]) -> tuple[Edit, ...]:
    """The edits of `base` as edits of `current`, without those that stand there already. Raises SameLines."""
    found = pieces(base=base, edits=edits, current=current)
    if any(piece.clashes for piece in found):
        raise SameLines
    return tuple(Edit(piece.start, piece.end, piece.proposed) for piece in found)
