"""Documents as lines, and edits of lines: the arithmetic under diffs, hunks, line history and statements.

A line keeps its own ending, so that joining the lines of a text gives the same text, byte for byte. Only "\\n" ends a
line; "\\r" and the Unicode separators stay inside it. Edits are half-open ranges of the old lines, in order, without
overlap.
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


def are_whole(lines: Sequence[str]) -> bool:
    """Whether these are the lines of their text: one that lacks its ending runs into the next."""
    return all(line and line.find("\n") == len(line) - 1 for line in lines[:-1]) and (
        not lines or (bool(lines[-1]) and "\n" not in lines[-1][:-1])
    )


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
    for step in Indel.opcodes(before, after):
        if step.tag == "equal":
            continue
        inserted = tuple(new[step.dest_start : step.dest_end])
        if edits and edits[-1].end == step.src_start:  # a removal and an insertion at one place are one edit
            edits[-1] = Edit(edits[-1].start, step.src_end, edits[-1].lines + inserted)
        else:
            edits.append(Edit(step.src_start, step.src_end, inserted))
    return tuple(edits)
