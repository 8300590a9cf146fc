"""Which of many statements are near a few: by the rare words that they share. Candidates only; `verdicts` decides.

One pass over the many: a namespace of ten thousand statements takes some ten milliseconds once they are read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from math import log

from agents.text import support
from agents.text.normalise import normalise
from agents.text.statements import statements
from agents.text.support import Words

LEAST = 0.25  # of the weight of both that is shared; less is not worth a look
EQUAL = 2.0  # more than any score
LARGE, COMMON = 2_000, 0.1


@dataclass(frozen=True, slots=True)
class Told:
    """One statement as it is looked for; its lines are [start, end) of its document."""

    text: str
    normal: str
    words: Words
    heading: tuple[str, ...] = ()
    start: int = 0
    end: int = 0


def told(document: str) -> tuple[Told, ...]:
    """The statements of a document; headings say what stands below them and are none by themselves."""
    found = (one for one in statements(document) if one.kind != "heading")
    return tuple(Told(one.text, *_read(one.text), one.heading, one.start, one.end) for one in found)


def one(text: str, heading: tuple[str, ...] = ()) -> Told:
    """A text that is one statement."""
    return Told(text, *_read(text), heading)


def _read(text: str) -> tuple[str, Words]:
    """What stands is read again for each change that is near it."""
    return _remembered(text) if len(text) <= support.LONGEST else _remembered.__wrapped__(text)


@lru_cache(maxsize=4_000)
def _remembered(text: str) -> tuple[str, Words]:
    return normalise(text), support.cut(text)


def nearest(asked: Sequence[Told], known: Sequence[Told], top: int = 12) -> list[list[int]]:
    """For each asked statement the places of those nearest to it, the nearest first; equal ones are nearest."""
    wanted: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(asked):
        for word in one.words:
            wanted[word].append(number)
    common = {place: shared for place, one in enumerate(known) if (shared := one.words & wanted.keys())}
    weights = _weights(common.values(), wanted, len(known))
    own = [sum(weights[word] for word in one.words) for one in asked]
    scores: list[list[tuple[float, int]]] = [[] for _ in asked]
    for place, shared in common.items():
        sums: dict[int, float] = defaultdict(float)
        there = float(len(known[place].words) - len(shared))
        for word in shared:
            weight = weights[word]
            there += weight
            for number in wanted[word] if weight else ():
                sums[number] += weight
        for number, both in sums.items():
            if 2 * both >= LEAST * (own[number] + there):
                scores[number].append((2 * both / (own[number] + there), -place))
    for number, place in _equal(asked, known):
        scores[number].append((EQUAL, -place))
    return [_best(found, top) for found in scores]


def _best(found: Iterable[tuple[float, int]], top: int) -> list[int]:
    scores = {-place: score for score, place in sorted(found)}  # of one place the highest
    return nsmallest(top, scores, key=lambda place: (-scores[place], place))


def _equal(asked: Sequence[Told], known: Sequence[Told]) -> Iterator[tuple[int, int]]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(asked):
        if one.words:
            numbers[one.normal].append(number)
    for place, one in enumerate(known):
        for number in numbers.get(one.normal, ()):
            yield number, place


def _weights(common: Iterable[Words], wanted: Iterable[str], size: int) -> dict[str, float]:
    """Rare words tell more: each weighs by how few of the known statements hold it, at least 1. Where there are many
    statements, a word that stands in a tenth of them weighs nothing: it costs much and tells little.
    """
    counts = Counter(word for shared in common for word in shared)
    most = size * COMMON if size >= LARGE else size
    return {word: log((1 + size) / (1 + counts[word])) + 1 if counts[word] <= most else 0.0 for word in wanted}
