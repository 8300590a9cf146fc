"""Which of what is written is worth comparing with which of what is known: the nearest pairs, as time allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from agents.text import neighbours, slots, wording
from agents.text.neighbours import Told
from agents.text.support import LONGEST
from agents.text.wording import Wording

NEAREST = 3  # of the known, for each statement
MOST = 24  # pairs of one change: each takes a fifth of a millisecond


def pairs(asked: Sequence[Told], known: Sequence[Told], *, equal: bool) -> list[tuple[int, int]]:
    """Numbers of the asked and of the known, the nearest first; those that are equal only where they are wanted."""
    found = [
        (_apart(asked[number], known[place]), number, place)
        for number, places in enumerate(neighbours.nearest(asked, known, top=NEAREST))
        for place in places
        if equal or asked[number].normal != known[place].normal
    ]
    return [(number, place) for _apart, number, place in sorted(found)[:MOST]]


def _apart(one: Told, other: Told) -> float:
    return 1 - len(one.words & other.words) / max(1, len(one.words | other.words))


def worded(text: str, heading: tuple[str, ...] | None = None) -> Wording:
    """A statement as `verdicts` compares it, with its slots where it is said what stands over it."""
    if len(text) > LONGEST:
        return wording.read(text, () if heading is None else slots.slots(text, heading))
    return _plain(text) if heading is None else _slotted(text, heading)


@lru_cache(maxsize=4_000)  # several rules ask, and what is known is asked for again by each change near it
def _plain(text: str) -> Wording:
    return wording.read(text)


@lru_cache(maxsize=4_000)
def _slotted(text: str, heading: tuple[str, ...]) -> Wording:
    return replace(_plain(text), slots=slots.slots(text, heading))
