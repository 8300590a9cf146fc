"""Tasks that always or never complete, and tools that go with failing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from agents.text.deeds import changes, hands_over, only_reads
from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, code, strength
from dreaming.engines.local.reading.calls import Flags, Ints
from dreaming.engines.local.reading.orders import ended
from dreaming.engines.local.reading.signals import Signals, Trace
from dreaming.engines.local.reading.statistics import adjusted, enrichment
from dreaming.engines.local.sessions import likeness
from dreaming.engines.local.sessions.attempts import situation
from dreaming.engines.local.sessions.contrasts import Task

MOST_DONE = 4
BROKEN_TASKS, BROKEN_SESSIONS = 3, 8  # so many, and nothing ever completed
MOST_AGAINST = 3


def of_tasks(signals: Signals, tasks: Iterable[Task], curation: Curation) -> list[Finding]:
    """Tasks that every attempt completes, with the steps they share, and tasks that no attempt completes.

    Where nothing ever completes, at any task, it is the check that has to be looked at, not what the agent did.
    """
    found = _broken_check(signals)
    if found:
        return found
    named = [task for task in tasks if task.name]
    alike = likeness.completed(signals, named)
    for task in named:
        traces = task.completed or task.failed
        whole = task.attempts == len(traces) and not task.escalated
        if whole and len(traces) >= curation.min_sessions:
            found.append(_outcome(signals, task, traces, alike.get(task.identity, ())))
    return found


def _broken_check(signals: Signals) -> list[Finding]:
    judged, bad = _verdicts(signals)
    if not bad[judged].all():
        return []
    failed = [signals.traces[place] for place in np.flatnonzero(judged).tolist()]
    tasks = {signals.mark(trace.session).task for trace in failed} - {""}
    if len(tasks) < BROKEN_TASKS or len(failed) < BROKEN_SESSIONS:
        return []
    return [
        Finding(
            kind="mistake",
            key=("broken_check",),
            statement=f"None of the {len(failed)} sessions with a known end completed, at {len(tasks)} tasks:"
            " look at how they are checked before looking at what the agent did.",
            sessions=tuple(trace.session for trace in failed),
            opportunities=len(failed),
            spans=quotes.kept(*(quotes.ending(signals, trace) for trace in failed)),
            confidence=strength(len(failed)),
            reason_code="broken_check",
            numbers={"sessions": len(failed), "tasks": len(tasks), "completed": 0},
        )
    ]


def _outcome(signals: Signals, task: Task, traces: Sequence[Trace], alike: Sequence[Trace]) -> Finding:
    steps = shared_steps([trace.steps for trace in traces])
    well = bool(task.completed)
    order = f" All of them called {' → '.join(code(tool) for tool in steps)}" if steps else ""
    order += " in this order." if len(steps) > 1 else "." if steps else ""
    ended = f"All {len(traces)} attempts at" if well else f"None of the {len(traces)} attempts at"
    return Finding(
        kind="success" if well else "mistake",
        key=("always_completes" if well else "never_completes", *task.identity),
        statement=f"{ended} {situation(signals, task)} completed.{order}"
        + ("" if well else _done(traces, steps) + likeness.suspected(traces, alike)),
        sessions=tuple(trace.session for trace in traces),
        opportunities=len(traces),
        spans=quotes.kept(*(quotes.ending(signals, trace) for trace in traces)),
        confidence=strength(len(traces)),
        reason_code="always_completes" if well else "never_completes",
        numbers={"attempts": len(traces), "completed": len(task.completed)},
    )


def _done(traces: Sequence[Trace], told: Sequence[str]) -> str:
    """What failing attempts did to the world, tool by tool: one of these calls, or one that is not there, is wrong."""
    counts: Counter[str] = Counter()
    for trace in traces:
        counts.update({tool for tool in trace.steps if not only_reads(tool)})
    parts = [
        f"{code(tool)} in {'all' if count == len(traces) else count}"
        for tool, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        if tool and (changes(tool) or hands_over(tool)) and not (tool in told and count == len(traces))
    ]
    if parts:
        return f" Accepted calls that do something: {', '.join(parts[:MOST_DONE])}."
    return "" if any(changes(tool) for tool in told) else " None of them changed anything."


def with_tools(signals: Signals, curation: Curation) -> list[Finding]:
    """Tools that do something and whose callers end badly more often than the other sessions, beyond chance.

    What only looks goes with hard requests, and is not what went wrong.
    """
    judged, bad = _verdicts(signals)
    calls = signals.calls
    pairs = calls.firsts[judged[calls.trace[calls.firsts]]]
    callers = np.bincount(calls.tool[pairs], minlength=len(calls.tools))
    hits = np.bincount(calls.tool[pairs[bad[calls.trace[pairs]]]], minlength=len(calls.tools))
    acting = [tool for tool, name in enumerate(calls.tools) if name and not only_reads(name)]
    tested = [tool for tool in acting if callers[tool] >= curation.min_sessions]
    every, failing = int(judged.sum()), int(bad.sum())
    chances = [enrichment(int(hits[tool]), int(callers[tool]), failing, every) for tool in tested]
    return [
        _with_tool(signals, tool, pairs[calls.tool[pairs] == tool], bad, every, rate)
        for tool, rate in zip(tested, adjusted(chances), strict=True)
        if rate <= curation.false_discovery_rate and hits[tool] >= curation.min_sessions
    ]


def _verdicts(signals: Signals) -> tuple[Flags, Flags]:
    """By place of the trace: whether anybody judged it, and whether it did not complete."""
    judged = ended(signals)
    return judged, judged & ~ended(signals, "completed")


def _with_tool(signals: Signals, tool: int, firsts: Ints, bad: Flags, judged: int, chance: float) -> Finding:
    name, calls = signals.calls.tools[tool], signals.calls
    failed = bad[calls.trace[firsts]]
    callers, hits, failing = len(firsts), int(failed.sum()), int(bad.sum())
    others = max(1, judged - callers)
    for_it = [quotes.asked(signals, calls.at(int(at))) for at in firsts[failed]]
    against = [quotes.asked(signals, calls.at(int(at)), "against") for at in firsts[~failed][-MOST_AGAINST:]]
    return Finding(
        kind="mistake",
        key=("ends_badly", name),
        statement=f"{hits} of {callers} sessions that called {code(name)} failed or were escalated,"
        f" and {failing - hits} of {judged - callers} other sessions.",
        sessions=tuple(int(calls.sessions[place]) for place in calls.trace[firsts[failed]]),
        opportunities=callers,
        spans=quotes.kept(*for_it, *against),
        confidence=strength(hits, certainty=hits / callers - (failing - hits) / others),
        reason_code="ends_badly",
        numbers={
            "failed": hits,
            "with": callers,
            "others_failed": failing - hits,
            "others": judged - callers,
            "rate_ppm": round(1_000_000 * hits / callers),
            "lift_ppm": round(1_000_000 * hits * judged / (callers * failing)),
            "chance_ppm": round(1_000_000 * chance),
        },
    )


def shared_steps(sequences: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """A common subsequence of all sequences: the longest of the first two, then of that and the next, and so on."""
    shared = sequences[0][:200]
    for other in dict.fromkeys(sequences[1:]):
        shared = _longest_common(shared, other[:200])
    return shared[:12]


def _longest_common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    known = set(other)
    one = tuple(step for step in one if step in known)
    lengths = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) - 1, -1, -1):
        for j in range(len(other) - 1, -1, -1):
            lengths[i][j] = (
                lengths[i + 1][j + 1] + 1 if one[i] == other[j] else max(lengths[i + 1][j], lengths[i][j + 1])
            )
    found, i, j = [], 0, 0
    while i < len(one) and j < len(other):
        if one[i] == other[j]:
            found.append(one[i])
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            i += 1
        else:
            j += 1
    return tuple(found)
