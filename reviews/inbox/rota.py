"""Who is asked next, of those who may be. Pure: the same candidates and seed always give the same person."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person by public id: how many open proposals they have, when they were asked last ("" for never), and why they
    are passed over, if they are.
    """

    person: str
    load: int = 0
    last: str = ""
    skipped: str = ""

    def as_data(self) -> dict[str, object]:
        return asdict(self)


def in_turn(candidates: Sequence[Candidate], *, seed: str) -> Candidate | None:
    """Whoever was asked longest ago."""
    free = [one for one in candidates if not one.skipped]
    return min(free, key=lambda one: (one.last, _drawn(one, seed)), default=None)


def who_has_least(candidates: Sequence[Candidate], *, seed: str) -> Candidate | None:
    """Whoever has fewest open proposals; of several, whoever was asked longest ago."""
    free = [one for one in candidates if not one.skipped]
    return min(free, key=lambda one: (one.load, one.last, _drawn(one, seed)), default=None)


def _drawn(one: Candidate, seed: str) -> str:
    """A lot that anybody can draw again."""
    return hashlib.sha256(f"{seed} {one.person}".encode()).hexdigest()
