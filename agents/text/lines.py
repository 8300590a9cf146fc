"""Documents as lines, and edits of lines: the arithmetic under diffs, hunks, line history and statements.

A line keeps its own ending, so that joining the lines of a text gives the same text, byte for byte. Only "\\n" ends a
line; "\\r" and the Unicode separators stay inside it. Edits are half-open ranges of the old lines, in order, not overlapping.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace old lines [start, end) by `lines`; start == end inserts before line `start`."""

    start: int
    end: int
    lines: tuple[str, ...]


def split(text: str) -> list[str]:
    """The lines of a text, each with its ending; `"".join(split(text)) == text`."""
    *ended, rest = text.split("\n")
    lines = [line + "\n" for line in ended]
    return [*lines, rest] if rest else lines


def apply(lines: Sequence[str], edits: Iterable[Edit]) -> list[str]:
    """The lines after the edits. Raises ValueError where edits overlap, are out of order or leave the text."""
    result: list[str] = []
    at = 0
    for edit in edits:
        if not at <= edit.start <= edit.end <= len(lines):
            raise ValueError(f"edit {edit.start}:{edit.end} does not fit {len(lines)} lines after line {at}")
        result += lines[at : edit.start]
        result += edit.lines
        at = edit.end
    return result + list(lines[at:])


def diff(old: Sequence[str], new: Sequence[str]) -> tuple[Edit, ...]:
    """The edits that turn `old` into `new`: longest common subsequence of whole lines (Indel distance)."""
    numbers: dict[str, int] = {}
    before = [numbers.setdefault(line, len(numbers)) for line in old]
    after = [numbers.setdefault(line, len(numbers)) for line in new]
    edits: list[Edit] = []
    for tag, old_start, old_end, new_start, new_end in Indel.opcodes(before, after):
        if tag == "equal":
            continue
        if edits and edits[-1].end == old_start:  # a removal and an insertion at one place are one edit
            edits[-1] = Edit(edits[-1].start, old_end, edits[-1].lines + tuple(new[new_start:new_end]))
        else:
            edits.append(Edit(old_start, old_end, tuple(new[new_start:new_end])))
    return tuple(edits)
