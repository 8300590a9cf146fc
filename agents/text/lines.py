"""Documents as lines, and edits of lines: the arithmetic under diffs, hunks, line history and statements.

A line keeps its own ending, so that joining the lines of a text gives the same text, byte for byte. Only "\\n" ends a
line; "\\r" and the Unicode separators stay inside it. Edits are half-open ranges of the old lines, in order, without
overlap.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

MOST_CELLS = 4_000 * 4_000  # lines of one side times lines of the other


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


def carried(edits: Iterable[Edit], start: int, end: int) -> tuple[int, int] | None:
    """Where old lines [start, end) stand after the edits; None where one of them touches these lines."""
    shift = 0
    for edit in edits:
        if edit.start < end and edit.end > start:
            return None
        if edit.end <= start:
            shift += len(edit.lines) - (edit.end - edit.start)
    return start + shift, end + shift


def diff(old: Sequence[str], new: Sequence[str]) -> tuple[Edit, ...]:
    """The edits that turn `old` into `new`: longest common subsequence of whole lines (Indel distance).

    Texts of thousands of lines are first cut at the lines that stand once in both, and what is still too large between
    two of those is replaced as it is: no text may take the comparison longer than a person would notice.
    """
    edits: list[Edit] = []
    for start, end, first, last in _blocks(old, new):
        for edit in _within(old, new, start, end, first, last):
            if edits and edits[-1].end == edit.start:  # a removal and an insertion at one place are one edit
                edits[-1] = Edit(edits[-1].start, edit.end, edits[-1].lines + edit.lines)
            else:
                edits.append(edit)
    return tuple(edits)


def _blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Ranges of both texts to compare with one another; what lies between the ranges is the same in both."""
    if len(old) * len(new) <= MOST_CELLS:
        yield 0, len(old), 0, len(new)
        return
    start = first = 0
    for here, there in [*_anchors(old, new), (len(old), len(new))]:
        yield start, here, first, there
        start, first = here + 1, there + 1


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The longest row of lines that stand once in both texts, in the same order in both."""
    before, after = Counter(old), Counter(new)
    places = {line: index for index, line in enumerate(new)}
    lasts: list[int] = []  # the smallest place in `new` at which a row of each length ends
    links: list[tuple[int, int, int]] = []  # each anchor with the link before it
    heads: list[int] = []
    for index, line in enumerate(old):
        if before[line] == 1 and after[line] == 1:
            length = bisect_left(lasts, places[line])
            links.append((index, places[line], heads[length - 1] if length else -1))
            lasts[length : length + 1] = [places[line]]
            heads[length : length + 1] = [len(links) - 1]
    found, link = [], heads[-1] if heads else -1
    while link >= 0:
        here, there, link = links[link]
        found.append((here, there))
    return found[::-1]


def _within(old: Sequence[str], new: Sequence[str], start: int, end: int, first: int, last: int) -> Iterator[Edit]:
    if (end - start) * (last - first) > MOST_CELLS:
        while start < end and first < last and old[start] == new[first]:
            start, first = start + 1, first + 1
        while start < end and first < last and old[end - 1] == new[last - 1]:
            end, last = end - 1, last - 1
        if (end - start) * (last - first) > MOST_CELLS:
            yield Edit(start, end, tuple(new[first:last]))
            return
    letters: dict[str, str] = {}
    before, after = (
        "".join([letters.setdefault(line, chr(len(letters))) for line in side])
        for side in (old[start:end], new[first:last])
    )
    for step in Indel.opcodes(before, after):
        if step.tag != "equal":
            yield Edit(
                start + step.src_start,
                start + step.src_end,
                tuple(new[first + step.dest_start : first + step.dest_end]),
            )
