"""Which of what is written is worth comparing with which of what is known: the nearest pairs, as time allows."""

from __future__ import annotations

from collections.abc import Sequence

from agents.text import neighbours
from agents.text.neighbours import Told

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
