"""Bursts: an error that meets several users within a day, far more often than at other times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dreaming.engines.local.reading.calls import Ints
from dreaming.engines.local.reading.statistics import enrichment

DAY = 86_400
USERS = 3  # so many users: what one or two meet may be of their making
NOBODY = -1  # the number of a user that is not known


@dataclass(frozen=True, slots=True)
class Burst:
    """The day on which most users met it: when it began, in how many sessions, of how many that could have shown it.

    `chance` is that of the exact test of this day against all other times, corrected for the days tried.
    """

    began: int
    users: int
    sessions: int
    of: int
    chance: float


def widest(began: Ints, seen: Ints, users: Ints) -> Burst | None:
    """The day that begins with a session which showed it and holds the most users; none where these are too few.

    `began` are the times of all sessions that could have shown it, in order; `seen` the places of those that did among
    them, and `users` the numbers of their users.
    """
    times = began[seen]
    ends = np.searchsorted(times, times + DAY, side="right").tolist()
    days = [(distinct(users[first:end]), -first) for first, end in enumerate(ends)]
    tried = sum(count >= USERS for count, _ in days)
    if not tried:
        return None
    count, first = max(days)
    start, hits = int(times[-first]), ends[-first] + first
    drawn = int(np.searchsorted(began, start + DAY, side="right") - np.searchsorted(began, start))
    chance = enrichment(hits, drawn, len(seen), len(began))
    return Burst(start, count, hits, drawn, min(1.0, tried * chance))


def distinct(users: Ints) -> int:
    """How many users are known of."""
    return len(set(users.tolist()) - {NOBODY})
