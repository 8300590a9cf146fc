"""Tasks whose requests open alike: what completed there may be what a task that never completes is missing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from agents.text.similarity import candidates
from dreaming.engines.local.findings import code
from dreaming.engines.local.reading.signals import Signals, Trace
from dreaming.engines.local.sessions.contrasts import LONGEST_OPENING, Task

ALIKE = 0.5
FEWEST = 3  # completed attempts that tell anything

Completed = Mapping[tuple[str, str], Sequence[Trace]]


def completed(signals: Signals, tasks: Sequence[Task]) -> Completed:
    """For each task that never completes, the completed attempts at tasks that open alike, in canonical order."""
    never = {at for at, task in enumerate(tasks) if not task.completed}
    if not never or len(never) == len(tasks):
        return {}
    found: dict[int, set[int]] = defaultdict(set)
    for one, other, _ in candidates([_opening(signals, task) for task in tasks], ALIKE):
        for mine, like in ((one, other), (other, one)):
            if mine in never and tasks[mine].source == tasks[like].source:
                found[mine].add(like)
    return {
        tasks[mine].identity: sorted(
            (trace for like in others for trace in tasks[like].completed), key=lambda trace: trace.place
        )
        for mine, others in found.items()
    }


def _opening(signals: Signals, task: Task) -> str:
    row = next((trace.opening for trace in (*task.failed, *task.completed) if trace.opening >= 0), -1)
    return signals.text(row)[:LONGEST_OPENING] if row >= 0 else ""


def suspected(failed: Sequence[Trace], alike: Sequence[Trace]) -> str:
    """The call that most completed attempts made and none of the failing ones did: perhaps it is missing."""
    if len(alike) < FEWEST:
        return ""
    made = {call.tool for trace in failed for call in trace.calls}
    counts = Counter(tool for trace in alike for tool in _changed(trace) - made)
    usual = [tool for tool, count in counts.items() if 2 * count >= len(alike)]
    if not usual:
        return ""
    tool = min(usual, key=lambda one: (-counts[one], one))
    return (
        f" Of {len(alike)} completed attempts at requests that open alike, {counts[tool]} called {code(tool)},"
        " which none of these did."
    )


def _changed(trace: Trace) -> set[str]:
    return {call.tool for call in trace.changing if not call.error}
