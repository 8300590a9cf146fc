"""Waits that go with failing or handing over: a tool that takes far longer than it mostly does, and late answers.

Only what is timed counts. A wait is long where it passes one of a few round limits, and by far what is usual. Who waits
more often waits long more often: so sessions are compared with those of as many waits, and attempts at a task with
those at the same task; the test is the exact one of strata, times the limits tried, corrected for all waits tested.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.snapshot import SOURCE_CLASSES
from agents.text.deeds import hands_over
from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Span, code, hardly_chance, strength
from dreaming.engines.local.reading.calls import Flags, Ints, starts
from dreaming.engines.local.reading.orders import ended
from dreaming.engines.local.reading.signals import MESSAGE, Signals
from dreaming.engines.local.reading.statistics import adjusted, stratified

AGENT = SOURCE_CLASSES.index("agent_authored")
LIMITS = (5, 15, 30, 60, 300, 900, 1800, 3600, 4 * 3600, 12 * 3600, 24 * 3600, 72 * 3600)
FAR = 4  # a long wait takes so many times as long as the usual one
FEWEST = 3  # sessions that went wrong with a long wait: what two have in common is soon found
MOSTLY, TIMES = 0.5, 2  # how often they have to go wrong, and how much more often than the others
MOST_AGAINST = 3
UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))

Seconds = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Waits:
    """All waits of one sort: how long, in which trace, and the events before and after each, in canonical order."""

    sort: str
    tool: str
    seconds: Seconds
    trace: Ints
    before: Ints
    after: Ints


@dataclass(frozen=True, slots=True)
class Long:
    """Waits past a limit: the traces that hold one and those that do not, which of them went wrong, and the chance."""

    waits: Waits
    limit: int
    usual: float
    places: Ints
    is_long: Flags
    is_bad: Flags
    chance: float

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Wrong and all with a long wait, and wrong and all without."""
        bad, long = self.is_bad, self.is_long
        return int((bad & long).sum()), int(long.sum()), int((bad & ~long).sum()), int((~long).sum())


def find(signals: Signals, curation: Curation) -> list[Finding]:
    known, bad = _ends(signals)
    if not bad.any() or np.isnan(signals.snapshot.events.seconds).all():
        return []
    every = (*_steps(signals), _answers(signals, "late_answer"), _answers(signals, "late_reply"))
    longest = [one for waits in every if (one := _longest(signals, waits, known, bad, curation)) is not None]
    rates = adjusted([one.chance for one in longest])
    return [
        _finding(signals, one)
        for one, rate in zip(longest, rates, strict=True)
        if rate <= curation.false_discovery_rate and _tells(one, curation)
    ]


def _ends(signals: Signals) -> tuple[Flags, Flags]:
    """By trace: whether it is known how it ended, and whether in failing or a hand-over that was not called right."""
    calls = signals.calls
    over = np.array([hands_over(tool) for tool in calls.tools], dtype=np.bool_)
    handed = np.zeros(len(signals.sessions), dtype=np.bool_)
    if len(calls):
        handed[calls.trace[over[calls.tool] & calls.worked]] = True
    completed = ended(signals, "completed")
    return ended(signals) | handed, (ended(signals, "failed", "escalated") | handed) & ~completed


def _steps(signals: Signals) -> Iterator[Waits]:
    """Of each tool how long its calls took."""
    calls, at = signals.calls, signals.snapshot.events.seconds
    for tool, name in enumerate(calls.tools):
        own = calls.of_tool(tool) if name else ()
        if len(own):
            own = own[(calls.row[own] >= 0) & (calls.result[own] >= 0)]
            yield _timed("slow_step", name, calls.trace[own], calls.row[own], calls.result[own], at)


def _answers(signals: Signals, sort: str) -> Waits:
    """How long a person took to answer the agent, or the agent to answer a person."""
    events = signals.snapshot.events
    step = -1 if sort == "late_answer" else 1
    places = np.full(len(events.offsets), -1, dtype=np.int64)
    places[signals.sessions] = np.arange(len(signals.sessions))
    spoken, speakers = signals.spoken, signals.speakers
    other = spoken + step
    inside = (other >= events.offsets[speakers]) & (other < events.offsets[speakers + 1])
    spoken, speakers, other = spoken[inside], speakers[inside], other[inside]
    agents = (events.source_class[other] == AGENT) & ((step > 0) | (events.kind[other] == MESSAGE))
    spoken, other, trace = spoken[agents], other[agents], places[speakers[agents]]
    before, after = (other, spoken) if step < 0 else (spoken, other)
    return _timed(sort, "", trace, before, after, events.seconds)


def _timed(sort: str, tool: str, trace: Ints, before: Ints, after: Ints, at: NDArray[np.float32]) -> Waits:
    seconds = at[after].astype(np.float64) - at[before]
    kept = seconds >= 0  # of what has no time nothing is known
    return Waits(sort, tool, seconds[kept], trace[kept], before[kept], after[kept])


def _longest(signals: Signals, waits: Waits, known: Flags, bad: Flags, curation: Curation) -> Long | None:
    """The limit at which long waits go with going wrong the most."""
    if not len(waits.seconds) or waits.seconds.max() <= LIMITS[0]:
        return None
    first = np.flatnonzero(starts(waits.trace))
    places = waits.trace[first]
    worst = np.maximum.reduceat(waits.seconds, first)
    counts = np.diff(np.append(first, len(waits.trace)))
    judged = known[places]
    places, worst, counts = places[judged], worst[judged], counts[judged]
    usual = float(np.median(waits.seconds))
    strata, wrong = _strata(signals, places, counts), bad[places]
    least = max(FEWEST, curation.min_sessions)
    tried = []
    for limit in LIMITS:
        long = worst > limit
        if limit >= FAR * usual and least <= int(long.sum()) <= len(long) - curation.min_sessions:
            tried.append(Long(waits, limit, usual, places, long, wrong, stratified(_tables(strata, long, wrong))))
    if not tried:
        return None
    best = min(tried, key=lambda one: (one.chance, -one.limit))
    return Long(waits, best.limit, usual, places, best.is_long, wrong, min(1.0, best.chance * len(tried)))


def _strata(signals: Signals, places: Ints, counts: Ints) -> Ints:
    """Attempts at one task are alike; other sessions are, where they hold about as many waits."""
    units = signals.units[places]
    _, inverse, tries = np.unique(units, return_inverse=True, return_counts=True)
    about = -1 - np.floor(np.log2(counts)).astype(np.int64)
    return np.where(tries[inverse] > 1, units, about)


def _tables(strata: Ints, long: Flags, bad: Flags) -> list[tuple[int, int, int, int]]:
    """Of each stratum how many went wrong with a long wait, had one, went wrong, and are there."""
    _, at = np.unique(strata, return_inverse=True)
    columns = (long & bad, long, bad, np.ones(len(at), dtype=np.bool_))
    hits, drawn, marked, total = (np.bincount(at[one], minlength=int(at.max()) + 1).tolist() for one in columns)
    return list(zip(hits, drawn, marked, total, strict=True))


def _tells(one: Long, curation: Curation) -> bool:
    bad, long, others_bad, others = one.counts
    enough = bad >= max(FEWEST, curation.min_sessions)
    return enough and bad >= MOSTLY * long and bad * others >= TIMES * others_bad * long


def _finding(signals: Signals, one: Long) -> Finding:
    bad, long, others_bad, others = one.counts
    hit = signals.sessions[one.places[one.is_long & one.is_bad]].tolist()
    tool, limit = one.waits.tool, told(one.limit)
    what = WHAT[one.waits.sort]
    statement = (
        f"{bad} of {long} sessions in which {what.happens.format(tool=code(tool))} more than {limit}"
        f" (mostly {told(one.usual)}) failed or were handed over, and {others_bad} of the {others} others."
    )
    return Finding(
        kind="mistake",
        key=(one.waits.sort, tool),
        statement=statement,
        sessions=tuple(hit),
        opportunities=long,
        spans=_spans(signals, one),
        confidence=strength(bad, certainty=bad / long - others_bad / max(1, others)),
        reason_code="long_wait",
        title=what.title.format(tool=tool, limit=limit),
        lesson=what.lesson.format(tool=code(tool), limit=limit),
        heading=f"When {code(tool)} takes long" if tool else "When somebody waits",
        rationale=f"{statement} {hardly_chance('the wait', ' among sessions of as many waits')}",
        anchors=tuple(part for part in (tool, what.lesson.partition(" {limit}")[0].rpartition("{tool} ")[2]) if part),
        numbers={
            "failed_when": bad,
            "cases_when": long,
            "failed_otherwise": others_bad,
            "cases_otherwise": others,
            "limit_seconds": one.limit,
            "usual_milliseconds": round(1000 * one.usual),
            "rate_ppm": round(1_000_000 * bad / long),
            "chance_ppm": round(1_000_000 * one.chance),
        },
    )


@dataclass(frozen=True, slots=True)
class What:
    happens: str
    title: str
    lesson: str


WHAT = {
    "slow_step": What(
        "{tool} took",
        "When {tool} takes more than {limit}, do not wait for it in silence",
        "When {tool} takes more than {limit}, say so to whoever waits and check what came of the call before going on:"
        " sessions in which it took so long mostly failed or were handed over.",
    ),
    "late_answer": What(
        "a person took to answer",
        "When a person answers after more than {limit}, take stock first",
        "When a person answers after more than {limit}, say where things stand and read again what may have changed"
        " before going on: sessions with such a pause mostly failed or were handed over.",
    ),
    "late_reply": What(
        "the agent took to answer a person",
        "Answer a person within {limit}",
        "Answer a person within {limit}, if only to say what is being done: sessions in which they waited longer"
        " mostly failed or were handed over.",
    ),
}


def told(seconds: float) -> str:
    """In the largest unit of which there is a whole one, rounded."""
    size, name = next(((size, name) for size, name in UNITS if seconds >= size), UNITS[-1])
    count = round(seconds / size)
    return f"{count} {name}" if count == 1 else f"{count} {name}s" if count else "less than a second"


def _spans(signals: Signals, one: Long) -> tuple[Span, ...]:
    """What was waited for, and how the session ended; sessions that went well all the same speak against it."""
    longest: dict[int, int] = {}
    for at in np.argsort(one.waits.seconds, kind="stable").tolist():
        longest[int(one.waits.trace[at])] = at
    spans: list[Span | None] = []
    for place in one.places[one.is_long & one.is_bad].tolist():
        row = int((one.waits.before if one.waits.tool else one.waits.after)[longest[place]])
        spans += [quotes.head(signals, row), quotes.ending(signals, signals.traces[place])]
    fine = one.places[one.is_long & ~one.is_bad][-MOST_AGAINST:].tolist()
    return quotes.kept(*spans, *(quotes.ending(signals, signals.traces[place], "against") for place in fine))
