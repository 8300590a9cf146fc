"""Practices: what nearly all completed sessions do over several tasks, and failing ones leave out, beyond chance.

They are habits of any work with tools, whatever the tools are called: to look before changing anything, to look again
after the last change, to hear a person once more before the first change, not to repeat what just failed. Only
sessions that had the occasion are compared, attempts at one task as one case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from agents.text.deeds import changes, only_reads
from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Span, counted, hardly_chance, share, strength
from dreaming.engines.local.reading.calls import Flags, Ints, starts
from dreaming.engines.local.reading.orders import ended
from dreaming.engines.local.reading.signals import Signals
from dreaming.engines.local.reading.statistics import adjusted, enrichment

NEARLY_ALL = 0.8  # of completed cases keep a practice,
AT_MOST = 0.5  # and so many of the failing ones
FEWEST = 3  # tasks on each side
MOST_AGAINST = 3
MOST_FAILED = 20_000  # calls looked at for repeats, the latest


@dataclass(frozen=True, slots=True)
class Habit:
    """What is read of each session: whether it had the occasion, whether it did so, and a call that shows it."""

    key: str
    occasion: str
    done: str
    lesson: str
    read: Callable[[Signals], Kept]


@dataclass(frozen=True, slots=True)
class Kept:
    """By place of the trace; `call` is the index of a call to quote, -1 where there is none."""

    able: Flags
    did: Flags
    call: Ints


@dataclass(frozen=True, slots=True)
class Counted:
    """Cases that had the occasion: the place of each, whether it completed, and whether it did so."""

    habit: Habit
    kept: Kept
    places: Ints
    good: Flags
    did: Flags

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Of those that did, completed and all; of those that did not, the same."""
        good, did = self.good, self.did
        return int((good & did).sum()), int(did.sum()), int((good & ~did).sum()), int((~did).sum())


def find(signals: Signals, curation: Curation) -> list[Finding]:
    every = [_counted(signals, habit) for habit in HABITS]
    chances = [_chance(one) for one in every]
    rates = adjusted(chances)
    return [
        _finding(signals, one)
        for one, rate in zip(every, rates, strict=True)
        if rate <= curation.false_discovery_rate and _tells(one, curation)
    ]


def _counted(signals: Signals, habit: Habit) -> Counted:
    """One case for each task and way of doing it; failed where any attempt was."""
    kept = habit.read(signals)
    failed = ended(signals, "failed")
    places = np.flatnonzero(kept.able & ended(signals, "failed", "completed"))
    order = places[np.lexsort((places, ~failed[places], kept.did[places], signals.units[places]))]
    own = np.sort(order[starts(signals.units[order] * 2 + kept.did[order])])
    return Counted(habit, kept, own, ~failed[own], kept.did[own])


def _chance(one: Counted) -> float:
    hits, drawn, _, _ = one.counts
    return enrichment(hits, drawn, int(one.good.sum()), len(one.good))


def _tells(one: Counted, curation: Curation) -> bool:
    hits, drawn, others_good, others = one.counts
    good, bad = int(one.good.sum()), int((~one.good).sum())
    least = max(FEWEST, curation.min_sessions)
    enough = min(hits, others - others_good) >= least
    return enough and hits >= NEARLY_ALL * good and drawn - hits <= AT_MOST * bad


def _finding(signals: Signals, one: Counted) -> Finding:
    hits, drawn, others_good, others = one.counts
    support = one.places[one.good & one.did]
    sessions = tuple(int(signals.sessions[place]) for place in support.tolist())
    agents = len({signals.mark(session).agent for session in sessions})
    over = f", over {counted(agents, 'agent')}" if agents > 1 else ""
    counts = (
        f"There are {len(one.good)} sessions {one.habit.occasion}{over}. Of those that"
        f" {one.habit.done}, {share(hits, drawn)} completed; of the {others} others, {others_good or 'none'} did."
    )
    return Finding(
        kind="practice",
        key=("practice", one.habit.key),
        statement=counts,
        sessions=sessions,
        opportunities=len(one.good),
        spans=quotes.kept(*_spans(signals, one, support)),
        confidence=strength(hits, certainty=hits / drawn - others_good / max(1, others)),
        reason_code="completes_more_often",
        title=one.habit.lesson.split(":")[0],
        lesson=one.habit.lesson,
        heading="Practices",
        rationale=f"{counts} {hardly_chance('this')}",
        numbers={"completed": hits, "with": drawn, "others_completed": others_good, "others": others, "agents": agents},
    )


def _spans(signals: Signals, one: Counted, support: Ints) -> Iterator[Span | None]:
    """The calls of sessions that did so and completed, and how some ended that did so and failed."""
    for place in support.tolist():
        index = int(one.kept.call[place])
        found = quotes.asked(signals, signals.calls.at(index)) if index >= 0 else None
        yield found or quotes.ending(signals, signals.traces[place])
    for place in one.places[~one.good & one.did][-MOST_AGAINST:].tolist():
        yield quotes.ending(signals, signals.traces[place], "against")


def _marked(signals: Signals, wanted: Callable[[str], bool]) -> Flags:
    """The calls that worked of tools whose name says so."""
    tools = np.array([bool(tool) and wanted(tool) for tool in signals.calls.tools], dtype=np.bool_)
    return signals.calls.worked & tools[signals.calls.tool]


def _ends(signals: Signals, which: Flags) -> tuple[Ints, Ints]:
    """By place of the trace, the first and the last of the marked calls; -1 where there is none."""
    own = np.flatnonzero(which)
    trace = signals.calls.trace[own]
    first, last = (np.full(len(signals.sessions), -1, dtype=np.int64) for _ in range(2))
    first[trace[::-1]] = own[::-1]  # of several for one place the one that is written last stays
    last[trace] = own
    return first, last


def _looks_first(signals: Signals) -> Kept:
    change, _ = _ends(signals, _marked(signals, changes))
    look, _ = _ends(signals, _marked(signals, only_reads))
    return Kept(change >= 0, (look >= 0) & (look < change), look)


def _looks_again(signals: Signals) -> Kept:
    _, change = _ends(signals, _marked(signals, changes))
    _, look = _ends(signals, _marked(signals, only_reads))
    return Kept(change >= 0, (change >= 0) & (look > change), look)


def _hears_first(signals: Signals) -> Kept:
    """A person spoke between the opening and the first change."""
    change, _ = _ends(signals, _marked(signals, changes))
    rows = np.where(change >= 0, signals.calls.row[change], -1) if len(signals.calls) else change
    order = np.full(len(signals.snapshot.sessions), -1, dtype=np.int64)
    order[signals.sessions] = np.arange(len(signals.sessions))
    size = len(signals.snapshot.events) + 1
    spoken = order[signals.speakers] * size + signals.spoken
    base = np.arange(len(signals.sessions)) * size
    said = np.searchsorted(spoken, base + np.maximum(rows, 0)) - np.searchsorted(spoken, base)
    return Kept((change >= 0) & (rows >= 0), said >= 2, change)


def _does_not_repeat(signals: Signals) -> Kept:
    """Where a call failed, the next one of the tool was not the same call, to fail again."""
    calls, texts = signals.calls, signals.snapshot.events.text
    failed = np.flatnonzero(~calls.worked)[-MOST_FAILED:]
    place = np.empty(len(calls), dtype=np.int64)
    place[calls.by_tool] = np.arange(len(calls))
    able, repeats = (np.zeros(len(signals.sessions), dtype=np.bool_) for _ in range(2))
    able[calls.trace[failed]] = True
    following = np.append(calls.by_tool, -1)[place[failed] + 1]
    alike = (following >= 0) & (calls.tool[following] == calls.tool[failed])
    alike &= (calls.trace[following] == calls.trace[failed]) & ~calls.worked[following]
    for one, other in zip(failed[alike].tolist(), following[alike].tolist(), strict=True):
        rows = int(calls.row[one]), int(calls.row[other])
        repeats[calls.trace[one]] |= min(rows) >= 0 and texts[rows[0]] == texts[rows[1]]
    return Kept(able, able & ~repeats, np.full(len(able), -1, dtype=np.int64))


HABITS = (
    Habit(
        "looks_first",
        "that changed something",
        "had looked something up before",
        "Look before the first change: call a tool that only reads before one that changes something.",
        _looks_first,
    ),
    Habit(
        "looks_again",
        "that changed something",
        "looked something up after the last change",
        "Look again after the last change: call a tool that only reads to see whether it took effect.",
        _looks_again,
    ),
    Habit(
        "hears_first",
        "that changed something",
        "had heard the person again before the first change",
        "Hear the person before the first change: say what will change, and wait for the answer.",
        _hears_first,
    ),
    Habit(
        "does_not_repeat",
        "in which a call failed",
        "did not repeat the failed call as it was",
        "Do not repeat a call that failed: change what its error names first.",
        _does_not_repeat,
    ),
)
