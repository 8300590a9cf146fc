"""Headings and the lines that introduce a list go with the last statement that stood under them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from agents.snapshot import MemoryText
from agents.text.lines import Edit

HEADING = re.compile(r"(#{1,6})\s")
ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
FENCE = re.compile(r"\s*(?:```|~~~)")
MOST_ROWS = 4_000  # of a memory; what is longer keeps its headings


def taken_along(memory: MemoryText, rows: Sequence[str], edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """The edits, and the removal of what would be left introducing nothing. The title of a memory stays, and so does
    what a person pinned.
    """
    gone = {row for edit in edits if not edit.lines for row in range(edit.start, edit.end)}
    if not gone or len(rows) > MOST_ROWS or any(FENCE.match(row) for row in rows):
        return edits
    stay = {mark.start for mark in memory.statements if mark.pinned} | {_first(rows)}
    more: set[int] = set()
    for row in range(
        max(gone), -1, -1
    ):  # from below: a heading may be left without what it heads by another one's going
        below = _below(rows, row)
        left = [at for at in below if rows[at].strip()]
        if row not in stay | gone and left and (gone | more).issuperset(left) and gone.intersection(left):
            more |= {row, *below}
    return tuple(_joined([*edits, *(Edit(row, row + 1, ()) for row in more - gone)])) if more else edits


def _first(rows: Sequence[str]) -> int:
    return next((at for at, row in enumerate(rows) if row.strip()), 0)


def _below(rows: Sequence[str], row: int) -> range:
    """What a heading heads, up to the next one of its level, or the list that a line introduces; else nothing."""
    heading = HEADING.match(rows[row])
    if heading:
        level = len(heading[1])
        ends = (at for at in range(row + 1, len(rows)) if (one := HEADING.match(rows[at])) and len(one[1]) <= level)
        return range(row + 1, next(ends, len(rows)))
    if not rows[row].rstrip().endswith(":") or ITEM.match(rows[row]):
        return range(0)
    ends = (at for at in range(row + 1, len(rows)) if _ends_a_list(rows, at))
    return range(row + 1, next(ends, len(rows)))


def _ends_a_list(rows: Sequence[str], at: int) -> bool:
    """A heading, or words at the margin behind an empty line: what follows an item at once belongs to it."""
    begins = bool(rows[at].strip()) and not rows[at][0].isspace() and not ITEM.match(rows[at])
    return begins and (HEADING.match(rows[at]) is not None or not rows[at - 1].strip())


def _joined(edits: Iterable[Edit]) -> list[Edit]:
    """In order of place; removals of lines that follow each other are one."""
    found: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if found and not edit.lines and not found[-1].lines and found[-1].end == edit.start:
            found[-1] = Edit(found[-1].start, edit.end, ())
        else:
            found.append(edit)
    return found
