"""Attempts that ended too early: without doing anything where others acted, or on fewer calls than completed ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, code, strength
from dreaming.engines.local.reading.signals import Signals, Trace
from dreaming.engines.local.reading.statistics import enrichment
from dreaming.engines.local.sessions.contrasts import Task

MOST_TOOLS = 3
MOST_AGAINST = 3


def find(signals: Signals, tasks: Sequence[Task], curation: Curation) -> list[Finding]:
    named = [task for task in tasks if task.name]
    return [*_idle(signals, named, curation), *_short(signals, named, curation)]


def _idle(signals: Signals, tasks: Iterable[Task], curation: Curation) -> Iterator[Finding]:
    held = [(task, trace, others) for task in tasks for trace, others in _of_task(task)]
    identities = {task.identity for task, _, _ in held}
    if len(held) < curation.min_sessions or len(identities) < 2:
        return
    counts = Counter(tool for _, _, others in held for tool in set().union(*map(_tried, others)))
    told = sorted(counts, key=lambda tool: (-counts[tool], tool))[:MOST_TOOLS]
    completed = sum(bool(task.completed) for task, _, _ in held)
    failing = sum(len(task.failed) for task in {task.identity: task for task, _, _ in held}.values())
    others = [others[-1] for _, _, others in held][-MOST_AGAINST:]
    yield Finding(
        kind="mistake",
        key=("ended_idle",),
        statement=f"{len(held)} failing attempts at {len(identities)} tasks ended without changing anything and without"
        f" a hand-over, where other attempts at the task called {' or '.join(code(tool) for tool in told)}."
        + (f" At the tasks of {completed} of them, attempts that acted completed." if completed else ""),
        sessions=tuple(sorted((trace.session for _, trace, _ in held), key=signals.places.__getitem__)),
        opportunities=failing,
        spans=quotes.kept(
            *(quotes.ending(signals, trace) for _, trace, _ in held),
            *(quotes.ending(signals, trace, "against") for trace in others),
        ),
        confidence=strength(len(held), certainty=0.5 + 0.4 * completed / len(held)),
        reason_code="ended_idle",
        numbers={
            "sessions": len(held),
            "tasks": len(identities),
            "failing": failing,
            "where_others_completed": completed,
        },
    )


def _of_task(task: Task) -> Iterator[tuple[Trace, list[Trace]]]:
    """Attempts that tried nothing, each with those that did: completed ones if all of them did, else failing ones."""
    judges = task.completed or task.failed
    acting = [trace for trace in judges if _tried(trace)]
    if acting and (not task.completed or len(acting) == len(judges)):
        yield from ((trace, acting) for trace in task.failed if not _tried(trace) and not trace.handed)


def _tried(trace: Trace) -> set[str]:
    return {call.tool for call in trace.changing}


def _short(signals: Signals, tasks: Iterable[Task], curation: Curation) -> Iterator[Finding]:
    """Attempts with fewer accepted calls than every completed one at the task; of completed ones, than all others."""
    mixed = [task for task in tasks if task.failed and len(task.completed) >= 2]
    lengths = {trace.session: _length(trace) for task in mixed for trace in (*task.failed, *task.completed)}
    short: list[tuple[Task, Trace]] = []
    completed = 0
    for task in mixed:
        least, second = sorted(lengths[trace.session] for trace in task.completed)[:2]
        short += [(task, trace) for trace in task.failed if lengths[trace.session] < least]
        completed += least < second
    tried = sum(task.attempts for task in mixed)
    chance = enrichment(len(short), len(short) + completed, sum(len(task.failed) for task in mixed), tried)
    identities = {task.identity for task, _ in short}
    if len(short) < curation.min_sessions or len(identities) < 2 or chance > curation.false_discovery_rate:
        return
    yield Finding(
        kind="mistake",
        key=("ended_short",),
        statement=f"{len(short)} failing attempts at {len(identities)} tasks ended on fewer accepted calls than every"
        f" completed attempt at the task; so did {completed} completed ones, against the others at their task.",
        sessions=tuple(sorted((trace.session for _, trace in short), key=signals.places.__getitem__)),
        opportunities=tried,
        spans=quotes.kept(*(quotes.ending(signals, trace) for _, trace in short)),
        confidence=strength(len(short), certainty=1 - chance),
        reason_code="ended_short",
        numbers={
            "sessions": len(short),
            "tasks": len(identities),
            "completed_as_short": completed,
            "attempts": tried,
            "chance_ppm": round(1_000_000 * chance),
        },
    )


def _length(trace: Trace) -> int:
    return trace.signals.calls.working.count(trace.place)
