"""When patterns were seen: first and last, in how many weeks, since when more or less often, and whether no longer.

All dates are those of the sessions and of the snapshot. A change of rate is looked for over the sessions that could
have shown the pattern, in the order in which they began: the split that tells the most, by the exact test of the
parts before and after it, corrected for the splits that were tried (maximally selected two-sample tests of a
binomial sequence, Worsley 1983), and then for all patterns that were tested (Benjamini and Hochberg 1995). That a
pattern stopped is tested by the place of its last session, whose chance is exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, counted
from dreaming.engines.local.reading.calls import Flags, Ints
from dreaming.engines.local.reading.orders import ended
from dreaming.engines.local.reading.signals import Signals
from dreaming.engines.local.reading.statistics import adjusted, enrichments

MOST_SPLITS = 64
EMERGING_DAYS = 28  # a rise that began longer ago than this is no news
DAY = 86_400
UNKNOWN = -1
TOOL_IN_KEY = {"tool_error": 1, "corrected_after": 1, "ends_badly": 1, "workflow": 2}
NEEDS_OUTCOME = ("ends_badly", "workflow")  # a session without an outcome yet could not have shown it


@dataclass(frozen=True, slots=True)
class Course:
    """A pattern over time: of each session that could have shown it when it began, in order, and whether it did."""

    began: Ints
    seen: Flags

    @property
    def hits(self) -> int:
        return int(self.seen.sum())

    @property
    def end(self) -> int:
        """The place after all sessions that began no later than the last one that showed the pattern."""
        last = self.began[np.flatnonzero(self.seen)[-1]]
        return int(np.searchsorted(self.began, last, side="right"))

    @property
    def splits(self) -> Ints:
        """Places where an earlier part may end: between different times, at most so many, evenly spread."""
        places = np.flatnonzero(self.began[1:] > self.began[:-1]) + 1
        if len(places) <= MOST_SPLITS:
            return places
        return places[np.linspace(0, len(places) - 1, MOST_SPLITS).astype(np.int64)]


@dataclass(frozen=True, slots=True)
class Tested:
    """A course cut in two at `split`; `chance` is corrected for the splits that were tried."""

    course: Course
    split: int
    chance: float

    @property
    def before(self) -> tuple[int, int]:
        return int(self.course.seen[: self.split].sum()), self.split

    @property
    def after(self) -> tuple[int, int]:
        return int(self.course.seen[self.split :].sum()), len(self.course.seen) - self.split

    @property
    def rises(self) -> bool:
        (hits, all_before), (later, all_later) = self.before, self.after
        return later * all_before > hits * all_later

    @property
    def began(self) -> int:
        """When the later part began; of a rise, with the first session that showed the pattern."""
        later = np.flatnonzero(self.course.seen[self.split :]) if self.rises else (0,)
        return int(self.course.began[self.split + int(later[0])])


class Calendar:
    """When sessions began, by place of their trace, and which of them called a tool: read once for all findings."""

    def __init__(self, signals: Signals) -> None:
        marks = [signals.mark(session) for session in signals.sessions.tolist()]
        starts = (mark.started_at for mark in marks)
        seconds = (UNKNOWN if start is None else max(0, int(start.timestamp())) for start in starts)
        self.began: Ints = np.fromiter(seconds, np.int64, len(marks))
        self.judged: Flags = ended(signals)
        self._signals = signals
        self._codes = {tool: code for code, tool in enumerate(signals.calls.tools)}
        self._callers: dict[str, Flags] = {}
        self._places: Ints = np.full(len(signals.snapshot.sessions), -1, dtype=np.int64)
        self._places[signals.sessions] = np.arange(len(signals.sessions))

    def callers(self, tool: str) -> Flags:
        if tool not in self._callers:
            calls, found = self._signals.calls, np.zeros(len(self.began), dtype=np.bool_)
            if tool in self._codes:
                found[calls.trace[calls.of_tool(self._codes[tool])]] = True
            self._callers[tool] = found
        return self._callers[tool]

    def places(self, finding: Finding) -> Ints:
        """Of the sessions that show the finding, those whose date is known."""
        places: Ints = self._places[np.array(finding.sessions, dtype=np.int64)]
        known: Flags = (places >= 0) & (self.began[places] != UNKNOWN)
        return places[known]

    def course(self, finding: Finding) -> Course:
        could = self.callers(finding.key[TOOL_IN_KEY[finding.key[0]]])
        seen = np.zeros(len(self.began), dtype=np.bool_)
        seen[self.places(finding)] = True
        could = could & self.judged if finding.key[0] in NEEDS_OUTCOME else could
        places = np.flatnonzero((could | seen) & (self.began != UNKNOWN))
        return Course(self.began[places], seen[places])


def dated(signals: Signals, findings: Sequence[Finding], curation: Curation) -> list[Finding]:
    """The findings with what is known of them over time; a mistake that rises of late says so."""
    calendar, taken = Calendar(signals), signals.snapshot.taken_at
    courses = {at: calendar.course(one) for at, one in enumerate(findings) if one.key[0] in TOOL_IN_KEY}
    changes, stops = _kept(_changes(courses), curation), _kept(_stops(courses), curation)
    told = []
    for at, one in enumerate(findings):
        numbers, said = _seen(calendar.began[calendar.places(one)]), ""
        if at in courses:
            numbers |= _numbers(courses[at], changes.get(at), taken)
            said = _said(one, changes.get(at), stops.get(at), taken)
        told.append(_with(one, numbers, said))
    return told


def _with(finding: Finding, numbers: Mapping[str, Any], said: str) -> Finding:
    statement = f"{finding.statement} {said}" if said else finding.statement
    return replace(finding, statement=statement, numbers={**finding.numbers, **numbers})


def _changes(courses: Mapping[int, Course]) -> dict[int, Tested]:
    """For each course the split at which the parts before and after it differ most."""
    tries = [(at, course, course.splits) for at, course in courses.items() if 0 < course.hits < len(course.seen)]
    tries = [(at, course, splits) for at, course, splits in tries if len(splits)]
    tables = []
    for _, course, splits in tries:
        early, size = np.cumsum(course.seen, dtype=np.int64)[splits - 1], len(course.seen)
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
    tries = [
        (at, course, course.end) for at, course in courses.items() if course.hits and course.end < len(course.seen)
    ]
    counts = [(course.hits, end, course.hits, len(course.seen)) for _, course, end in tries]
    chances = enrichments(*np.array(counts, dtype=np.int64).reshape(-1, 4).T)
    return {at: Tested(course, end, float(chance)) for (at, course, end), chance in zip(tries, chances, strict=True)}


def _kept(tested: Mapping[int, Tested], curation: Curation) -> dict[int, Tested]:
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
    numbers: dict[str, Any] = {"weeks_seen": _weeks(course.began[course.seen]), "weeks": _weeks(course.began)}
    recent = course.seen[course.began > taken.timestamp() - 7 * DAY]
    if len(recent):
        numbers["last_7_days_ppm"] = _share(int(recent.sum()), len(recent))
    if change is not None:
        numbers |= {"changed_on": _day(change.began)}
        numbers |= {"before_ppm": _share(*change.before), "after_ppm": _share(*change.after)}
    return numbers


def _said(finding: Finding, change: Tested | None, stop: Tested | None, taken: datetime) -> str:
    if stop is not None:
        return f"It was not seen in the {counted(stop.after[1], 'later session')} that could have shown it."
    if change is None or finding.kind != "mistake" or not change.rises:
        return ""
    return _emerging(change) if taken.timestamp() - change.began <= EMERGING_DAYS * DAY else ""


def _emerging(change: Tested) -> str:
    (hits, size), (later, all_later) = change.before, change.after
    return (
        f"Emerging since {_day(change.began)}: in {later} of the {counted(all_later, 'session')} since then"
        f" that could have shown it, and in {hits} of the {size} before."
    )


def _share(part: int, whole: int) -> int:
    return round(1_000_000 * part / max(1, whole))


def _weeks(began: Ints) -> int:
    return len(set((began // (7 * DAY)).tolist()))


def _day(second: int) -> str:
    return datetime.fromtimestamp(int(second), tz=UTC).date().isoformat()
