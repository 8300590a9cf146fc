"""What a diff draws: rows of lines, with the changed words marked inside lines that pair up.

Lines first, words inside changed lines only: words over a whole text would take hundreds of milliseconds on large
ones. What a diff may spend on words is counted in letters and pairings, so that it comes out the same on every
machine; the lines for which nothing is left stand as they are. Rows are plain lists, so that they are stored as JSON.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import Indel

from agents.text.lines import Edit
from agents.text.tokens import pieces

CONTEXT = 3
MOST_LETTERS = 60_000  # of changed lines whose words are looked at
MOST_PAIRINGS = 40_000  # of removed with added lines
MOST_IN_ONE_EDIT = 2_500
MOST_PIECES = 5_000  # of one pair of lines
LEAST_ALIKE = 0.35
SHORT = 2
LEAST_KNOWN = 12  # letters of a line that is known again elsewhere

EQUAL, REMOVED, ADDED, CHANGED, SKIPPED = "equal", "del", "ins", "change", "skip"
PLAIN, MARKED, NO_END = 0, 1, 2

Segments = list[list[Any]]  # [MARKED where changed else PLAIN, text]; [NO_END, ""] where the line has no line end
Row = list[
    Any
]  # [kind, old line number, new line number, old segments, new segments]; [SKIPPED, first, last] for a gap
_NONE: Segments = []
Pairs = list[tuple[int | None, int | None]]


def rows(old: Sequence[str], edits: Sequence[Edit], context: int = CONTEXT) -> list[Row]:
    """The rows of a diff: changed lines with `context` unchanged lines either side; numbers count from 1."""
    marker = _Marker(_known_again(old, edits))
    drawn: list[Row] = []
    at = shift = 0
    for edit in edits:
        _unchanged(drawn, old, at, edit.start, shift, context)
        drawn += marker.changed(old[edit.start : edit.end], edit.lines, edit.start + 1, edit.start + shift + 1)
        shift += len(edit.lines) - (edit.end - edit.start)
        at = edit.end
    _unchanged(drawn, old, at, len(old), shift, context, last=True)
    return drawn


def between(old: Sequence[str], edits: Sequence[Edit], first: int, last: int) -> list[Row]:
    """The unchanged old lines `first` to `last` of a gap as rows."""
    shift = sum(len(edit.lines) - (edit.end - edit.start) for edit in edits if edit.end < first)
    return [_equal(old, index, shift) for index in range(first - 1, last)]


def count(drawn: Sequence[Row]) -> tuple[int, int]:
    """How many lines the rows add and remove."""
    added = sum(row[0] in (ADDED, CHANGED) for row in drawn)
    removed = sum(row[0] in (REMOVED, CHANGED) for row in drawn)
    return added, removed


def moved(drawn: Sequence[Row]) -> dict[int, int]:
    """Lines that only stand elsewhere: of each such row (by index) the number that its line has on the other side."""
    gone = {_text(row[3]): index for index, row in enumerate(drawn) if row[0] == REMOVED}
    come = {_text(row[4]): index for index, row in enumerate(drawn) if row[0] == ADDED}
    if gone.keys().isdisjoint(come):
        return {}
    known = _once(
        [_text(row[3]) for row in drawn if row[0] == REMOVED], [_text(row[4]) for row in drawn if row[0] == ADDED]
    )
    places = {gone[text]: drawn[come[text]][2] for text in known}
    return places | {come[text]: drawn[gone[text]][1] for text in known}


def words(before: str, after: str) -> tuple[Segments, Segments] | None:
    """The segments of two lines, or None where they are too unlike (or too long) to mark words."""
    letters = _Letters()
    old, new = _cut(before, letters), _cut(after, letters)
    return _marks(old, new) if _alike(old, new) >= LEAST_ALIKE else None


def likeness(before: str, after: str) -> float:
    """How much of two lines is the same words in the same order, from 0 to 1."""
    letters = _Letters()
    return _alike(_cut(before, letters), _cut(after, letters))


def kept(length: int, drawn: Sequence[Row]) -> float:
    """The share of a text of so many letters that stays as it is, from 0 to 1; what is new counts against it."""
    gone = sum(_marked(row[3], row[0] == REMOVED) for row in drawn if row[0] in (REMOVED, CHANGED))
    come = sum(_marked(row[4], row[0] == ADDED) for row in drawn if row[0] in (ADDED, CHANGED))
    same = max(0, length - gone)
    return 2 * same / (length + same + come) if length + same + come else 1.0


def _marked(segments: Segments, whole: bool) -> int:
    """Letters that are marked; of a line that went or came as a whole all, and its end."""
    return sum(len(text) for mark, text in segments if whole or mark == MARKED) + whole


def _text(segments: Segments) -> str:
    return "".join(text for _, text in segments)


def _known_again(old: Sequence[str], edits: Sequence[Edit]) -> Collection[str]:
    """Lines that are taken out at one place and put in, as they are, at another."""
    if len(edits) < 2:
        return ()
    gone = [line for edit in edits for line in old[edit.start : edit.end]]
    return _once(gone, [line for edit in edits for line in edit.lines])


def _once(gone: Sequence[str], come: Sequence[str]) -> Collection[str]:
    """Texts that stand exactly once on either side and are long enough to be known again."""
    both = set(gone) & set(come)
    if not both:
        return ()
    times = Counter(gone) + Counter(come)
    return {text for text in both if times[text] == 2 and len(text.strip()) >= LEAST_KNOWN}


class _Letters(dict[str, str]):
    """A letter for each different piece, for strings compare many times faster than lists.

    `words` has none for white space, which all lines share and which says nothing.
    """

    def __init__(self) -> None:
        self.words: dict[str, str] = {}

    def __missing__(self, piece: str) -> str:
        letter = self[piece] = chr(len(self))
        self.words[piece] = "" if piece.isspace() else letter
        return letter


@dataclass(frozen=True, slots=True)
class _Cut:
    """A line in pieces, and as the letters of all pieces and of its words."""

    line: str
    pieces: list[str]
    letters: str
    words: str


def _cut(line: str, letters: _Letters) -> _Cut:
    cut = pieces(_shown(line))
    spelt = "".join([letters[piece] for piece in cut])
    return _Cut(line, cut, spelt, "".join([letters.words[piece] for piece in cut]))


def _alike(old: _Cut, new: _Cut) -> float:
    return Indel.normalized_similarity(old.words, new.words)


def _marks(old: _Cut, new: _Cut) -> tuple[Segments, Segments] | None:
    if len(old.pieces) + len(new.pieces) > MOST_PIECES:
        return None
    steps = Indel.opcodes(old.letters, new.letters)
    return _joined(
        [
            (step.tag, old.pieces[step.src_start : step.src_end], new.pieces[step.dest_start : step.dest_end])
            for step in steps
        ]
    )


def _joined(codes: list[tuple[str, list[str], list[str]]]) -> tuple[Segments, Segments]:
    """Segments of both sides; islands of at most two short words between edits join them."""
    left: Segments = []
    right: Segments = []
    for index, (tag, old, new) in enumerate(codes):
        between_edits = 0 < index < len(codes) - 1
        marked = PLAIN if tag == "equal" and not (between_edits and _is_island(old)) else MARKED
        _extend(left, marked, "".join(old))
        _extend(right, marked, "".join(new))
    return left, right


def _is_island(cut: Sequence[str]) -> bool:
    said = [piece for piece in cut if not piece.isspace()]
    return len(said) <= SHORT and all(len(word) <= 3 for word in said)


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
    segments = _whole(old[index])
    return [EQUAL, index + 1, index + shift + 1, segments, segments]


def _whole(line: str, mark: int = PLAIN) -> Segments:
    return [[mark, line[:-1]]] if line.endswith("\n") else [[mark, line], [NO_END, ""]]


def _ended(segments: Segments, line: str) -> Segments:
    return segments if line.endswith("\n") else [*segments, [NO_END, ""]]


class _Marker:
    """Marks words as long as there are letters and pairings left to spend."""

    def __init__(self, known_again: Collection[str]) -> None:
        self.known_again = known_again
        self.letters, self.pairings = MOST_LETTERS, MOST_PAIRINGS

    def changed(self, before: Sequence[str], after: Sequence[str], old_number: int, new_number: int) -> list[Row]:
        """The rows of one edit."""
        if self._affords(before, after):
            letters = _Letters()
            old, new = ([_cut(line, letters) for line in side] for side in (before, after))
            pairs = _pairs([[self._likeness(left, right) for right in new] for left in old])
        else:
            pairs = [*((i, None) for i in range(len(before))), *((None, j) for j in range(len(after)))]
        drawn: list[Row] = []
        for i, j in pairs:
            if i is not None and j is not None:
                drawn.append(_paired(old[i], new[j], old_number + i, new_number + j))
            elif i is not None:
                drawn.append([REMOVED, old_number + i, None, _whole(before[i]), _NONE])
            elif j is not None:
                drawn.append([ADDED, None, new_number + j, _NONE, _whole(after[j])])
        return drawn

    def _affords(self, before: Sequence[str], after: Sequence[str]) -> bool:
        letters, pairings = sum(map(len, before)) + sum(map(len, after)), len(before) * len(after)
        if not pairings or pairings > min(self.pairings, MOST_IN_ONE_EDIT) or letters > self.letters:
            return False
        self.letters -= letters
        self.pairings -= pairings
        return True

    def _likeness(self, old: _Cut, new: _Cut) -> float:
        """What is known again elsewhere pairs with nothing here."""
        if self.known_again and (old.line in self.known_again or new.line in self.known_again):
            return 0.0
        return _alike(old, new)


def _paired(old: _Cut, new: _Cut, old_at: int, new_at: int) -> Row:
    left, right = _marks(old, new) or (_whole(old.line, MARKED)[:1], _whole(new.line, MARKED)[:1])
    return [CHANGED, old_at, new_at, _ended(left, old.line), _ended(right, new.line)]


def _pairs(alike: list[list[float]]) -> Pairs:
    """Which removed line became which added line, in order; the best total likeness wins."""
    height, width = len(alike), len(alike[0])
    best = [[0.0] * (width + 1) for _ in range(height + 1)]
    for i in range(height - 1, -1, -1):
        line, below, likeness = best[i], best[i + 1], alike[i]
        for j in range(width - 1, -1, -1):
            paired = below[j + 1] + likeness[j] if likeness[j] >= LEAST_ALIKE else 0.0
            line[j] = max(paired, below[j], line[j + 1])
    return _walk(best, alike)


def _walk(best: list[list[float]], alike: list[list[float]]) -> Pairs:
    pairs: Pairs = []
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
