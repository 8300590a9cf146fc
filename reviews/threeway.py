"""Three-way merging of lines: a change's own hunks against what was written meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
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


def carry(*, base: list[str], edits: Sequence[Edit], current: list[str]) -> tuple[Edit, ...]:
    """The edits of `base` as edits of `current`, without those that stand there already. Raises SameLines."""
    edits = [finer for edit in edits for finer in _finer(base, edit)]
    proposed = text_lines.apply(base, edits)
    matcher: Any = partial(_Matcher, proposed, edits)
    regions = list(Merge3(base, proposed, current, sequence_matcher=matcher).merge_regions())
    starts = [region[1] for region in regions if region[0] == "unchanged"] + [len(base)]
    carried, read, at = [], 0, 0  # lines of base and of current that are behind us
    for kind, start, end, *_ in regions:
        if kind == "conflict":
            raise SameLines
        if kind == "unchanged":
            read, at = end, at + end - start
            starts.pop(0)
        elif kind == "a":
            size = starts[0] - read
            carried.append(Edit(at, at + size, tuple(proposed[start:end])))
            at += size
        else:
            at += end - start
    return tuple(carried)
