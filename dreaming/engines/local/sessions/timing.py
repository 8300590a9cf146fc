"""When patterns were seen: first and last, in how many weeks, since when more or less often, and whether no longer.

All dates are those of the sessions and of the snapshot. A change of rate is looked for over the sessions that could
have shown the pattern, in the order in which they began: the split that tells the most, by the exact test of the
parts before and after it, corrected for the splits that were tried (maximally selected two-sample tests of a
binomial sequence, Worsley 1983), and then for all patterns that were tested (Benjamini and Hochberg 1995). That a
pattern stopped is tested by the place of its last session, whose chance is exact. Where sessions say whom they served,
a day on which an error met several users tells an emerging issue from one user's trouble.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Protocol, TypeVar

import numpy as np

from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, counted
from dreaming.engines.local.reading.calls import Flags, Ints, starts
from dreaming.engines.local.reading.orders import ended
from dreaming.engines.local.reading.signals import Signals
from dreaming.engines.local.reading.statistics import adjusted, enrichments
from dreaming.engines.local.sessions import bursts
from dreaming.engines.local.sessions.bursts import Burst

MOST_SPLITS = 64
EMERGING_DAYS = 28  # a rise that began longer ago than this is no news
DAY = 86_400
UNKNOWN = -1
TOOL_IN_KEY = {"tool_error": 1, "corrected_after": 1, "ends_badly": 1, "slow_step": 1, "workflow": 2}
NEEDS_OUTCOME = ("ends_badly", "slow_step", "workflow")  # a session without an outcome yet could not have shown it


class Chanced(Protocol):
    @property
    def chance(self) -> float: ...


Corrected = TypeVar("Corrected", bound=Chanced)


@dataclass(frozen=True)
class Window:
    """The sessions that could have shown a pattern, by place, and when each began, in order: patterns share them."""

    places: Ints
    began: Ints

    @cached_property
    def splits(self) -> Ints:
        """Where an earlier part may end: between different times, at most so many, evenly spread."""
        between = np.flatnonzero(starts(self.began))[1:]
        if len(between) <= MOST_SPLITS:
            return between
        return between[np.linspace(0, len(between) - 1, MOST_SPLITS).astype(np.int64)]

    @cached_property
    def weeks(self) -> int:
        return _weeks(self.began)


@dataclass(frozen=True)
class Course:
    """A pattern over time: the sessions that could have shown it, and which of them did, in order."""

    window: Window
    seen: Ints

    @property
    def began(self) -> Ints:
        return self.window.began

    @property
    def places(self) -> Ints:
        """The sessions that showed it."""
        return self.window.places[self.seen]

    @property
    def hits(self) -> int:
        return len(self.seen)

    @property
    def size(self) -> int:
        return len(self.window.began)

    @property
    def end(self) -> int:
        """The place after all sessions that began no later than the last one that showed the pattern."""
        return int(np.searchsorted(self.began, self.began[self.seen[-1]], side="right"))

    def until(self, splits: Ints | int) -> Ints:
        """How many sessions showed the pattern before each split."""
        return np.searchsorted(self.seen, splits)


@dataclass(frozen=True, slots=True)
class Tested:
    """A course cut in two at `split`; `chance` is corrected for the splits that were tried."""

    course: Course
    split: int
    chance: float

    @property
    def before(self) -> tuple[int, int]:
        return int(self.course.until(self.split)), self.split

    @property
    def after(self) -> tuple[int, int]:
        return self.course.hits - int(self.course.until(self.split)), self.course.size - self.split

    @property
    def rises(self) -> bool:
        (hits, all_before), (later, all_later) = self.before, self.after
        return later * all_before > hits * all_later

    @property
    def began(self) -> int:
        """When the later part began; of a rise, with the first session that showed the pattern."""
        later = self.course.seen[self.course.until(self.split)] if self.rises else self.split
        return int(self.course.began[later])


class Calendar:
    """When sessions began, by place of their trace, and which of them called a tool: read once for all findings."""

    def __init__(self, signals: Signals) -> None:
        starts = (mark.started_at for mark in signals.marks)
        seconds = (UNKNOWN if start is None else max(0, int(start.timestamp())) for start in starts)
        self.began: Ints = np.fromiter(seconds, np.int64, len(signals.marks))
        self.judged: Flags = ended(signals)
        numbers: dict[str, int] = {"": bursts.NOBODY}
        self.users: Ints = np.array(
            [numbers.setdefault(mark.user, len(numbers)) for mark in signals.marks], dtype=np.int64
        )
        self._signals = signals
        self._windows: dict[tuple[str, bool], Window] = {}
        self._places: Ints = np.full(len(signals.snapshot.sessions), -1, dtype=np.int64)
        self._places[signals.sessions] = np.arange(len(signals.sessions))

    def window(self, tool: str, *, judged: bool) -> Window:
        """The sessions whose date is known that called the tool; on demand only those whose end is known too."""
        if (tool, judged) not in self._windows:
            calls, found = self._signals.calls, np.zeros(len(self.began), dtype=np.bool_)
            if tool in calls.codes:
                found[calls.trace[calls.of_tool(calls.codes[tool])]] = True
            found &= self.began != UNKNOWN
            places = np.flatnonzero(found & self.judged if judged else found)
            self._windows[tool, judged] = Window(places, self.began[places])
        return self._windows[tool, judged]

    def places(self, finding: Finding) -> Ints:
        """Of the sessions that show the finding, those whose date is known."""
        places: Ints = self._places[np.array(finding.sessions, dtype=np.int64)]
        known: Flags = (places >= 0) & (self.began[places] != UNKNOWN)
        return places[known]

    def course(self, finding: Finding) -> Course:
        what = finding.key[0]
        window = self.window(finding.key[TOOL_IN_KEY[what]], judged=what in NEEDS_OUTCOME)
        shown = np.unique(self.places(finding))
        seen = np.searchsorted(window.places, shown)
        if len(shown) and (seen[-1] == len(window.places) or (window.places[seen] != shown).any()):
            places = np.union1d(window.places, shown)  # it was shown where it could not be, as far as is known
            window, seen = Window(places, self.began[places]), np.searchsorted(places, shown)
        return Course(window, seen)


def dated(signals: Signals, findings: Sequence[Finding], curation: Curation) -> list[Finding]:
    """The findings with what is known of them over time; a mistake that rises of late says so."""
    calendar, taken = Calendar(signals), signals.snapshot.taken_at
    courses = {at: calendar.course(one) for at, one in enumerate(findings) if one.key[0] in TOOL_IN_KEY}
    changes, stops = _kept(_changes(courses), curation), _kept(_stops(courses), curation)
    many = _kept(_bursts(courses, calendar.users), curation)
    told = []
    for at, one in enumerate(findings):
        numbers, said = _seen(calendar.began[calendar.places(one)]), ""
        if at in courses:
            numbers |= _numbers(courses[at], changes.get(at), taken)
            numbers |= _users(courses[at], changes.get(at), many.get(at), calendar.users)
            said = _said(one, changes.get(at), stops.get(at), taken, numbers.get("users_after"))
            said = said or _burst(one, many.get(at), taken)
        told.append(_with(one, numbers, said))
    return told


def _with(finding: Finding, numbers: Mapping[str, Any], said: str) -> Finding:
    statement = f"{finding.statement} {said}" if said else finding.statement
    return replace(finding, statement=statement, numbers={**finding.numbers, **numbers})


def _changes(courses: Mapping[int, Course]) -> dict[int, Tested]:
    """For each course the split at which the parts before and after it differ most."""
    tries = [(at, course, course.window.splits) for at, course in courses.items() if 0 < course.hits < course.size]
    tries = [(at, course, splits) for at, course, splits in tries if len(splits)]
    tables = []
    for _, course, splits in tries:
        early, size = course.until(splits), course.size
        hits, drawn = np.append(early, course.hits - early), np.append(splits, size - splits)
        tables.append(np.array([hits, drawn, np.full(len(hits), course.hits), np.full(len(hits), size)]))
    if not tables:
        return {}
    chances = enrichments(*np.hstack(tables))
    found, start = {}, 0
    for at, course, splits in tries:
        falls, rises = chances[start : start + 2 * len(splits)].reshape(2, -1)
        start += 2 * len(splits)
        least = np.minimum(falls, rises)
        best = int(np.argmin(least))
        found[at] = Tested(course, int(splits[best]), min(1.0, 2 * len(splits) * float(least[best])))
    return found


def _stops(courses: Mapping[int, Course]) -> dict[int, Tested]:
    """All sessions that showed the pattern lie before the split: how likely that is in any order."""
    tries = [(at, course, course.end) for at, course in courses.items() if course.hits and course.end < course.size]
    counts = [(course.hits, end, course.hits, course.size) for _, course, end in tries]
    chances = enrichments(*np.array(counts, dtype=np.int64).reshape(-1, 4).T)
    return {at: Tested(course, end, float(chance)) for (at, course, end), chance in zip(tries, chances, strict=True)}


def _bursts(courses: Mapping[int, Course], users: Ints) -> dict[int, Burst]:
    """For each course the day on which most users met it."""
    if (users == bursts.NOBODY).all():
        return {}
    found = {at: bursts.widest(one.began, one.seen, users[one.places]) for at, one in courses.items() if one.hits}
    return {at: one for at, one in found.items() if one is not None}


def _kept(tested: Mapping[int, Corrected], curation: Curation) -> dict[int, Corrected]:
    rates = adjusted([one.chance for one in tested.values()])
    return {
        at: one
        for (at, one), rate in zip(tested.items(), rates, strict=True)
        if rate <= curation.false_discovery_rate and one.chance < 1
    }


def _seen(own: Ints) -> dict[str, Any]:
    return {"first_seen": _day(own.min()), "last_seen": _day(own.max())} if len(own) else {}


def _numbers(course: Course, change: Tested | None, taken: datetime) -> dict[str, Any]:
    """In how many weeks, and at which rate: in the seven days before the snapshot, before and after a change."""
    numbers: dict[str, Any] = {"weeks_seen": _weeks(course.began[course.seen]), "weeks": course.window.weeks}
    recent = int(np.searchsorted(course.began, taken.timestamp() - 7 * DAY, side="right"))
    if recent < course.size:
        numbers["last_7_days_ppm"] = _share(course.hits - int(course.until(recent)), course.size - recent)
    if change is not None:
        numbers |= {"changed_on": _day(change.began)}
        numbers |= {"before_ppm": _share(*change.before), "after_ppm": _share(*change.after)}
    return numbers


def _users(course: Course, change: Tested | None, burst: Burst | None, users: Ints) -> dict[str, Any]:
    """How many users it met: in all, since its rate changed, and on the day on which most did."""
    own = users[course.places]
    if (own == bursts.NOBODY).all():
        return {}
    numbers: dict[str, Any] = {"users": bursts.distinct(own)}
    if change is not None and (later := own[course.until(change.split) :] != bursts.NOBODY).all() and len(later):
        numbers["users_after"] = bursts.distinct(own[course.until(change.split) :])
    if burst is not None:
        numbers |= {"burst_on": _day(burst.began), "burst_users": burst.users, "burst_sessions": burst.sessions}
    return numbers


def _burst(finding: Finding, burst: Burst | None, taken: datetime) -> str:
    is_news = burst is not None and finding.kind == "mistake" and taken.timestamp() - burst.began <= EMERGING_DAYS * DAY
    if burst is None or not is_news:
        return ""
    return (
        f"Emerging on {_day(burst.began)}: within a day it met {burst.users} users, in {burst.sessions} of the"
        f" {counted(burst.of, 'session')} that could have shown it."
    )


def _said(
    finding: Finding, change: Tested | None, stop: Tested | None, taken: datetime, users: int | None = None
) -> str:
    if stop is not None:
        return f"It was not seen in the {counted(stop.after[1], 'later session')} that could have shown it."
    if change is None or finding.kind != "mistake" or not change.rises:
        return ""
    return _emerging(change, users) if taken.timestamp() - change.began <= EMERGING_DAYS * DAY else ""


def _emerging(change: Tested, users: int | None) -> str:
    """What one user meets more often of late may be of their making, and is no emerging issue."""
    (hits, size), (later, all_later) = change.before, change.after
    what = "More often" if users == 1 else "Emerging"
    whom = f", for {counted(users, 'user')}" if users else ""
    return (
        f"{what} since {_day(change.began)}{whom}: in {later} of the {counted(all_later, 'session')} since then"
        f" that could have shown it, and in {hits} of the {size} before."
    )


def _share(part: int, whole: int) -> int:
    return round(1_000_000 * part / max(1, whole))


def _weeks(began: Ints) -> int:
    """Of times in order."""
    return int(starts(began // (7 * DAY)).sum())


def _day(second: int) -> str:
    return datetime.fromtimestamp(int(second), tz=UTC).date().isoformat()
