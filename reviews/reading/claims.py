"""Which quotes speak for which line of a change: what its author named, else worked out from shared words.

Lines that the agent would read and nobody is quoted for are bare: the reader has to find out why they are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from agents.text import diffs, normalise, support
from agents.text.support import Words
from reviews.enums import Operation
from reviews.models import Change, RevisionTarget
from reviews.reading.quoting import Quote

MOST_LINES = 1_000  # of one target that are looked at
ASSERTING = (Operation.ADD, Operation.EDIT, Operation.MERGE, Operation.MOVE)

Key = int
"""A line of a diff: its new number, or its old number below zero."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The quotes that are about one line, those in favour first; none where it is bare."""

    quotes: tuple[Quote, ...]
    supporting: int


@dataclass(frozen=True, slots=True)
class _Line:
    key: Key
    text: str
    fresh: str = ""

    @property
    def is_new(self) -> bool:
        return self.key > 0


def read(change: Change, targets: Sequence[RevisionTarget], quotes: Sequence[Quote]) -> list[Mapping[Key, Mark]]:
    """The marks of the changed lines of each target."""
    gone = {normalise.normalise(line.text) for one in targets for line in _lines(one.rows) if not line.is_new}
    asserts = change.operation in ASSERTING and change.reverts_id is None
    said = [(quote, quote.words) for quote in quotes if quote.problem is None]
    return [_of_target(target, said, gone if asserts else None) for target in targets]


def _of_target(target: RevisionTarget, said: Sequence[tuple[Quote, Words]], gone: set[str] | None) -> dict[Key, Mark]:
    """`gone` are the lines that the change takes out, which are no news elsewhere; None where nothing is claimed."""
    marks = {}
    for line, _number in zip(_lines(target.rows), range(MOST_LINES), strict=False):
        found = [quote for quote, words in said if _is_about(quote, words, target, line)]
        found.sort(key=lambda quote: quote.is_against)
        supporting = sum(quote.supports for quote in found)
        if found or (gone is not None and _is_bare(line, gone)):
            marks[line.key] = Mark(tuple(found), supporting)
    return marks


def _is_bare(line: _Line, gone: set[str]) -> bool:
    """Whether a line that nobody is quoted for ought to have a quote: it claims something that was not there before."""
    return line.is_new and support.claims(line.text) and normalise.normalise(line.text) not in gone


def _is_about(quote: Quote, words: Words, target: RevisionTarget, line: _Line) -> bool:
    if quote.lines is None:
        fresh = support.words(line.fresh) if line.fresh else frozenset()
        return support.claims(line.text) and support.speaks_for(words, support.words(line.text), fresh)
    number, start, end = quote.lines
    counted = line.key if target.path_after is not None else -line.key
    return number == target.position and start < counted <= end


def _lines(rows: Iterable[diffs.Row]) -> Iterator[_Line]:
    """The changed lines of a diff, old ones and new ones."""
    for row in rows:
        if row[0] in (diffs.REMOVED, diffs.CHANGED):
            yield _Line(-row[1], _text(row[3]))
        if row[0] in (diffs.ADDED, diffs.CHANGED):
            yield _Line(row[2], _text(row[4]), "".join(text for marked, text in row[4] if marked == 1))


def _text(segments: diffs.Segments) -> str:
    return "".join(text for _marked, text in segments)
