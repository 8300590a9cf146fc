"""What a diff draws: rows of lines, with the changed words marked inside lines that pair up.

Lines first, words inside changed lines only: words over a whole text would take hundreds of milliseconds on large
ones (rapidfuzz Indel opcodes over interned tokens). Rows are plain lists, so that they are stored once as JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rapidfuzz.distance import Indel

from agents.text.lines import Edit
from agents.text.tokens import pieces

CONTEXT = 3
MOST_PIECES = 5_000
MOST_PAIRINGS = 2_500
LEAST_ALIKE = 0.35
SHORT = 2

EQUAL, REMOVED, ADDED, CHANGED, SKIPPED = "equal", "del", "ins", "change", "skip"

Segments = list[list[Any]]  # [1 where changed else 0, text]
Row = list[
    Any
]  # [kind, old line number, new line number, old segments, new segments]; [SKIPPED, first, last] for a gap


def rows(old: Sequence[str], edits: Sequence[Edit], context: int = CONTEXT) -> list[Row]:
    """The rows of a diff: changed lines with `context` unchanged lines either side; numbers count from 1."""
    drawn: list[Row] = []
    at = shift = 0
    for edit in edits:
        _unchanged(drawn, old, at, edit.start, shift, context)
        drawn += _changed(old[edit.start : edit.end], edit.lines, edit.start + 1, edit.start + shift + 1)
        shift += len(edit.lines) - (edit.end - edit.start)
        at = edit.end
    _unchanged(drawn, old, at, len(old), shift, context, last=True)
    return drawn


def count(drawn: Sequence[Row]) -> tuple[int, int]:
    """How many lines the rows add and remove."""
    added = sum(row[0] in (ADDED, CHANGED) for row in drawn)
    removed = sum(row[0] in (REMOVED, CHANGED) for row in drawn)
    return added, removed


def words(before: str, after: str) -> tuple[Segments, Segments] | None:
    """The segments of two lines, or None where they are too unlike (or too long) to mark words."""
    old, new = pieces(before), pieces(after)
    if len(old) + len(new) > MOST_PIECES:
        return None
    if _alike(old, new) < LEAST_ALIKE:
        return None
    numbers: dict[str, int] = {}
    left = [numbers.setdefault(piece, len(numbers)) for piece in old]
    right = [numbers.setdefault(piece, len(numbers)) for piece in new]
    steps = Indel.opcodes(left, right)
    codes = [(step.tag, old[step.src_start : step.src_end], new[step.dest_start : step.dest_end]) for step in steps]
    return _joined(codes)


def _alike(old: Sequence[str], new: Sequence[str]) -> float:
    """Likeness from 0 to 1 by words alone: white space is shared by all lines and says nothing."""
    return Indel.normalized_similarity(
        [piece for piece in old if not piece.isspace()], [piece for piece in new if not piece.isspace()]
    )


def _joined(codes: list[tuple[str, list[str], list[str]]]) -> tuple[Segments, Segments]:
    """Segments of both sides; islands of at most two short words between edits join them."""
    left: Segments = []
    right: Segments = []
    for index, (tag, old, new) in enumerate(codes):
        between = 0 < index < len(codes) - 1
        words_in = [piece for piece in old if not piece.isspace()]
        island = tag == "equal" and between and len(words_in) <= SHORT and all(len(word) <= 3 for word in words_in)
        marked = 0 if tag == "equal" and not island else 1
        _extend(left, marked, "".join(old))
        _extend(right, marked, "".join(new))
    return left, right


def _extend(segments: Segments, marked: int, text: str) -> None:
    if not text:
        return
    if segments and segments[-1][0] == marked:
        segments[-1][1] += text
    else:
        segments.append([marked, text])


def _unchanged(
    drawn: list[Row], old: Sequence[str], start: int, end: int, shift: int, context: int, *, last: bool = False
) -> None:
    """The lines between two edits: `context` after the first, `context` before the second, the rest a gap."""
    top = start + context if drawn else start
    bottom = end - context if not last else end
    if bottom - top <= 1:  # a gap of one line says less than the line
        top = bottom = end
    drawn += [_equal(old, index, shift) for index in range(start, min(top, end))]
    if top < bottom:
        drawn.append([SKIPPED, top + 1, bottom])
    drawn += [_equal(old, index, shift) for index in range(bottom, end)]


def _equal(old: Sequence[str], index: int, shift: int) -> Row:
    segments = [[0, _shown(old[index])]]
    return [EQUAL, index + 1, index + shift + 1, segments, segments]


def _changed(before: Sequence[str], after: Sequence[str], old_number: int, new_number: int) -> list[Row]:
    drawn: list[Row] = []
    for left, right in _pairs(before, after):
        old_at = old_number + left if left is not None else None
        new_at = new_number + right if right is not None else None
        if left is not None and right is not None:
            drawn.append(_pair(_shown(before[left]), _shown(after[right]), old_at, new_at))
        elif left is not None:
            drawn.append([REMOVED, old_at, None, [[0, _shown(before[left])]], []])
        elif right is not None:
            drawn.append([ADDED, None, new_at, [], [[0, _shown(after[right])]]])
    return drawn


def _pair(before: str, after: str, old_at: int | None, new_at: int | None) -> Row:
    marked = words(before, after)
    left, right = marked or ([[1, before]], [[1, after]])
    return [CHANGED, old_at, new_at, left, right]


def _pairs(before: Sequence[str], after: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Which removed line became which added line, in order; the best total likeness wins."""
    if not before or not after or len(before) * len(after) > MOST_PAIRINGS:
        return [*((i, None) for i in range(len(before))), *((None, j) for j in range(len(after)))]
    old = [pieces(line) for line in before]
    new = [pieces(line) for line in after]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    alike = [[_alike(left, right) for right in new] for left in old]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            paired = best[i + 1][j + 1] + alike[i][j] if alike[i][j] >= LEAST_ALIKE else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    return _walk(best, alike)


def _walk(best: list[list[float]], alike: list[list[float]]) -> list[tuple[int | None, int | None]]:
    pairs: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < len(alike) and j < len(alike[0]):
        if alike[i][j] >= LEAST_ALIKE and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    rest_old = [(index, None) for index in range(i, len(alike))]
    rest_new = [(None, index) for index in range(j, len(alike[0]))]
    return [*pairs, *rest_old, *rest_new]


def _shown(line: str) -> str:
    return line.removesuffix("\n")
