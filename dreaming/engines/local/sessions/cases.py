"""Conditions that go with going wrong: an amount over a limit, a value, a word, a day of the week, hours of the day.

A case is one call or one session, and whether it went wrong; attempts at one task are one case. A family is every
condition of one sort over the same cases: all cuts of a number, all values of an argument, all words. Its best
condition is taken, at the chance of the exact test times the conditions tried, so that looking long finds no more.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from dreaming.engines.local.curation import Curation
from dreaming.engines.local.reading import statistics
from dreaming.engines.local.reading.calls import Flags, Ints

MOST_CUTS = 64
FEWEST = 3  # sessions that went wrong under a condition: what two have in common is soon found
FEWEST_DAYS = 3  # on which a day of the week or an hour went wrong: fewer may be one incident
HOURS = (1, 2, 3, 4, 6, 8, 12)
DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
ADDRESS = re.compile(r"\S{0,200}@\S{0,200}|[a-z]{2,9}://\S{0,200}")
WORD = re.compile(r"[^\W_][\w'-]{2,29}")
PLAIN = re.compile(r"(?!.*\d{5})[A-Za-z][\w. -]{0,30}")
MOSTLY, TIMES = 0.5, 2  # how often the condition has to go wrong, and how much more often than without it

Option = tuple[str, Sequence[int] | Ints]
"""What a condition says, and the cases that it holds for."""


@dataclass(frozen=True, slots=True)
class Cases:
    """Cases in canonical order: the place of each trace, and whether it went wrong."""

    places: Ints
    bad: Flags

    def sessions(self, which: Flags) -> Ints:
        return np.flatnonzero(np.bincount(self.places[which], minlength=1))


@dataclass(frozen=True, slots=True)
class Merged:
    cases: Cases
    given: list[Any]


@dataclass(frozen=True, slots=True)
class Condition:
    """The best of one family: its sort, the argument's name, what it says, and whether it holds for each case."""

    sort: str  # number, length, value, word, weekday, hours
    name: str
    said: str
    cases: Cases
    holds: Flags
    chance: float

    @property
    def hits(self) -> Ints:
        """The places of sessions that went wrong where the condition holds."""
        return self.cases.sessions(self.holds & self.cases.bad)

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Wrong and all cases with the condition, and wrong and all without."""
        bad, holds = self.cases.bad, self.holds
        return int((bad & holds).sum()), int(holds.sum()), int((bad & ~holds).sum()), int((~holds).sum())


def best(
    sort: str, name: str, cases: Cases, options: Sequence[Option], curation: Curation, tried: int = 0
) -> Condition | None:
    """The condition that tells the most; none where too few sessions or too small a difference stand behind it.

    What could not be told however its cases end is not counted as tried: it holds for too few, or for so many that
    it could not go wrong mostly.
    """
    size, bad, least = len(cases.bad), int(cases.bad.sum()), max(FEWEST, curation.min_sessions)
    fits = [one for one in options if least <= len(one[1]) <= min(bad / MOSTLY, size - curation.min_sessions)]
    drawn = np.array([len(held) for _, held in fits], dtype=np.int64)
    marked, total = np.full(len(fits), bad), np.full(len(fits), size)
    able = np.flatnonzero(statistics.least(drawn, marked, total) <= curation.false_discovery_rate)
    if not len(able):
        return None
    held = [np.asarray(fits[at][1], dtype=np.int64) for at in able.tolist()]
    hits = np.add.reduceat(cases.bad[np.concatenate(held)].astype(np.int64), np.cumsum(drawn[able]) - drawn[able])
    chances = statistics.enrichments(hits, drawn[able], marked[able], total[able])
    first = int(np.argmin(chances))
    at = int(able[first])
    holds = np.zeros(size, dtype=np.bool_)
    holds[fits[at][1]] = True
    chance = min(1.0, float(chances[first]) * max(tried, len(able)))
    found = Condition(sort, name, fits[at][0], cases, holds, chance)
    return found if _tells(found, curation) else None


def _tells(one: Condition, curation: Curation) -> bool:
    bad, held, others_bad, others = one.counts
    enough = (
        len(one.hits) >= max(FEWEST, curation.min_sessions)
        and len(one.cases.sessions(~one.holds)) >= curation.min_sessions
    )
    return enough and bad >= MOSTLY * held and bad * others >= TIMES * others_bad * held


def distinct(units: Sequence[int], places: Sequence[int], given: Sequence[Any], bad: Sequence[bool]) -> Merged:
    """One case for each value of each unit, wrong where any was: what is tried again is no further case."""
    merged: dict[tuple[int, Any], int] = {}
    for at, key in enumerate(zip(units, given, strict=True)):
        if key not in merged or (bad[at] and not bad[merged[key]]):
            merged[key] = at
    kept = list(merged.values())
    at_places = np.array([places[at] for at in kept], dtype=np.int64)
    return Merged(Cases(at_places, np.array([bad[at] for at in kept], dtype=np.bool_)), [given[at] for at in kept])


def cuts(values: Sequence[float]) -> list[Option]:
    """Over and under each value that lies between others, at most so many, evenly spread."""
    given = np.asarray(values, dtype=np.float64)
    known = np.array(sorted(set(given.tolist())))
    if len(known) > MOST_CUTS + 1:
        known = known[np.linspace(0, len(known) - 1, MOST_CUTS + 1).astype(np.int64)]
    order = np.argsort(given, kind="stable")
    above, below = (np.searchsorted(given[order], known, side) for side in ("right", "left"))
    rising = list(zip(known.tolist(), above.tolist(), below.tolist(), strict=True))
    over: list[Option] = [(f"over {shown(value)}", order[place:]) for value, place, _ in rising[:-1]]
    return over + [(f"under {shown(value)}", order[:place]) for value, _, place in rising[1:]]


def shown(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:g}"


def groups(values: Sequence[str], least: int) -> list[Option]:
    """Each value that enough cases have."""
    return [(value, held) for value, held in _indexed([(value,) for value in values], least) if PLAIN.fullmatch(value)]


def words(texts: Sequence[str], least: int) -> list[Option]:
    """Each word that enough texts hold."""
    return _indexed([words_of(text) for text in texts], least)


def words_of(text: str) -> set[str]:
    """The words of a text; those of an address tell whose it is, not what it is about."""
    plain = ADDRESS.sub(" ", text) if "@" in text or "://" in text else text
    return {word.casefold() for word in WORD.findall(plain)}


def _indexed(held: Sequence[Collection[str]], least: int) -> list[Option]:
    index: dict[str, list[int]] = defaultdict(list)
    for at, own in enumerate(held):
        for one in own:
            index[one].append(at)
    return [(one, at) for one, at in sorted(index.items()) if len(at) >= least]


def weekdays(starts: Sequence[datetime], bad: Flags) -> list[Option]:
    """Days of the week on which it went wrong on several dates, and on half of the dates at least."""
    days = np.array([start.weekday() for start in starts])
    dates = np.array([start.toordinal() for start in starts])
    options: list[Option] = []
    for day, name in enumerate(DAYS):
        held = np.flatnonzero(days == day)
        wrong = len(set(dates[held[bad[held]]].tolist()))
        if wrong >= FEWEST_DAYS and 2 * wrong >= len(set(dates[held].tolist())):
            options.append((f"on {name} (UTC)", held))
    return options


def hours(starts: Sequence[datetime], bad: Flags) -> list[Option]:
    """Hours in a row, around the clock, in which it went wrong on several dates."""
    at = np.array([start.hour for start in starts])
    dates, day = np.unique([start.toordinal() for start in starts], return_inverse=True)
    wrong = np.zeros((len(dates), 24), dtype=np.int64)
    wrong[day[bad], at[bad]] = 1
    counted = np.vstack((np.bincount(at, minlength=24), wrong))
    summed = np.cumsum(np.hstack((np.zeros((len(counted), 1), dtype=np.int64), counted, counted)), axis=1)
    most = bad.sum() / MOSTLY
    options: list[Option] = []
    for length in HOURS:
        size, *days = summed[:, length : length + 24] - summed[:, :24]
        usable = (size >= FEWEST) & (size <= most) & (np.count_nonzero(days, axis=0) >= FEWEST_DAYS)
        for first in np.flatnonzero(usable).tolist():
            held = np.flatnonzero((at - first) % 24 < length)
            options.append((f"between {first:02}:00 and {(first + length) % 24:02}:00 UTC", held))
    return options


def by_argument(
    units: Sequence[int],
    places: Sequence[int],
    given: Sequence[Mapping[str, Any]],
    bad: Sequence[bool],
    curation: Curation,
) -> Iterator[Condition]:
    """For each argument the best cut where it is a number or a list, else the best value and the best word in it."""
    least = max(FEWEST, curation.min_sessions)
    for name in sorted({name for own in given for name in own}):
        rows = [at for at, own in enumerate(given) if name in own]
        own, at_places, wrong = [units[at] for at in rows], [places[at] for at in rows], [bad[at] for at in rows]
        sizes = [_size(given[at][name]) for at in rows]
        texts = [one if isinstance(one := given[at][name], str) else "" for at in rows] if None in sizes else []
        found = []
        if not texts:
            merged = distinct(own, at_places, sizes, wrong)
            sort = "length" if any(isinstance(given[at][name], list) for at in rows) else "number"
            found.append(best(sort, name, merged.cases, cuts(merged.given), curation))
        elif any(texts):
            merged = distinct(own, at_places, texts, wrong)
            found.append(best("value", name, merged.cases, groups(merged.given, least), curation))
            if any(" " in text for text in merged.given):  # one word is a value
                found.append(best("word", name, merged.cases, words(merged.given, least), curation))
        yield from (one for one in found if one is not None)


def _size(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | list):
        return None
    size = float(len(value)) if isinstance(value, list) else float(value) if abs(value) < 10**15 else None
    return size if size is None or size == size else None


def by_time(starts: Sequence[datetime | None], cases: Cases, curation: Curation) -> Iterator[Condition]:
    """The best day of the week and the best hours; what was ruled out by its dates counts as tried."""
    known = np.array([at for at, start in enumerate(starts) if start is not None], dtype=np.int64)
    dated = [start for start in starts if start is not None]
    own = Cases(cases.places[known], cases.bad[known])
    tries = ((weekdays, "weekday", len(DAYS)), (hours, "hours", 24 * len(HOURS)))
    for options, sort, tried in tries if dated else ():
        found = best(sort, "", own, options(dated, own.bad), curation, tried)
        if found is not None:
            yield found
