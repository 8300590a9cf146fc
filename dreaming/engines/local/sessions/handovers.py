"""Requests that were handed over to a person in some attempts and served in others.

A hand-over is a call of a tool whose name says so, or a session that ended as escalated. Where any attempt at the task
that was handed over counts as completed, handing over is right, and nothing is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Span, code, counted, listed, strength
from dreaming.engines.local.reading.signals import Signals, Trace
from dreaming.engines.local.sessions.contrasts import Task

MOST_TOOLS = 4
MOST_AGAINST = 3
HALF_SURE = 0.5


@dataclass(frozen=True, slots=True)
class GivenUp:
    """One attempt that was handed over, and the attempts at its task that were not: completed, or at least acting."""

    task: Task
    trace: Trace
    served: tuple[Trace, ...]
    acted: tuple[Trace, ...]


def find(signals: Signals, tasks: Iterable[Task], curation: Curation) -> list[Finding]:
    """One finding for each way of handing over, where other attempts show that the request could be served."""
    groups: dict[str, list[GivenUp]] = defaultdict(list)
    for task in tasks:
        for tool, given_up in _of_task(task):
            groups[tool].append(given_up)
    return [
        _finding(signals, tool, sorted(group, key=lambda one: one.trace.place))
        for tool, group in sorted(groups.items())
        if len(group) >= curation.min_sessions
    ]


def _of_task(task: Task) -> list[tuple[str, GivenUp]]:
    """Requests that only open alike count as served where an attempt completed; attempts at one task also by acting."""
    ended = [(trace, trace.handed) for trace in task.failed]
    over = [(trace, call.tool if call else "") for trace, call in ended if call]
    over += [(trace, call.tool if (call := trace.handed) else "") for trace in task.escalated]
    if not over or any(trace.handed for trace in task.completed):
        return []
    acted = [trace for trace, call in ended if not call and task.name and _done(trace)]
    if not task.completed and not acted:
        return []
    return [(tool, GivenUp(task, trace, task.completed, tuple(acted))) for trace, tool in over]


def _done(trace: Trace) -> list[str]:
    return [call.tool for call in trace.changing if not call.error]


def _finding(signals: Signals, tool: str, group: Sequence[GivenUp]) -> Finding:
    served = {one.task.identity: one for one in group if one.served}
    tasks = {one.task.identity: one for one in group}
    means = _means(served.values() or group)
    counts = _counts(tool, group, served=len(served), tasks=len(tasks), means=means)
    sure = sum(1 if one.served else HALF_SURE for one in group) / len(group)
    teaches = tool and means and len(served) >= 2
    users = _callers(signals, tool)
    return Finding(
        kind="mistake",
        key=("handed_over", tool),
        statement=counts,
        sessions=tuple(one.trace.session for one in group),
        opportunities=max(users, len(group)),
        spans=_spans(signals, group, list(tasks.values()), teaches=bool(teaches)),
        confidence=strength(len(group), certainty=sure),
        reason_code="handed_over_too_early",
        title=f"Hand over with {tool} only what the tools cannot serve" if teaches else "",
        lesson=f"Before calling {code(tool)}, check whether {listed(means)} can serve the request:"
        " other attempts at the same tasks completed without handing over."
        if teaches
        else "",
        heading=f"When calling {code(tool)}" if tool else "",
        rationale=counts,
        anchors=(tool, *means) if teaches else (),
        numbers={"handed_over": len(group), "tasks": len(tasks), "tasks_served": len(served), "hand_overs": users},
    )


def _counts(tool: str, group: Sequence[GivenUp], *, served: int, tasks: int, means: Sequence[str]) -> str:
    how = f"the agent called {code(tool)}" if tool else "the request was handed over to a person"
    others = [f"completed at {served} of these tasks"] if served else []
    if served < tasks:
        others.append(f"acted at {tasks - served} of them")
    by = f", with {listed(means)}" if means else ""
    return (
        f"In {counted(len(group), 'attempt')} at {counted(tasks, 'task')} {how}, and none of them completed."
        f" Attempts that were not handed over {' and '.join(others)}{by}."
    )


def _means(group: Iterable[GivenUp]) -> tuple[str, ...]:
    """What served the request elsewhere: the tools that most tasks needed."""
    tools: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for one in group:
        for trace in one.served or one.acted:
            for tool in _done(trace):
                tools[tool].add(one.task.identity)
    return tuple(sorted(tools, key=lambda tool: (-len(tools[tool]), tool))[:MOST_TOOLS])


def _callers(signals: Signals, tool: str) -> int:
    calls = signals.calls
    return int(calls.traces_by_tool[calls.tools.index(tool)]) if tool in calls.tools else 0


def _spans(signals: Signals, group: Sequence[GivenUp], tasks: Sequence[GivenUp], *, teaches: bool) -> tuple[Span, ...]:
    """The hand-overs; a pattern also shows how others served the request."""
    calls = [(one.trace, one.trace.handed) for one in group]
    spans = [quotes.asked(signals, call) if call else quotes.ending(signals, trace) for trace, call in calls]
    others = [] if teaches else [(one.served or one.acted)[-1] for one in tasks[-MOST_AGAINST:]]
    return quotes.kept(*spans, *(quotes.ending(signals, trace, "against") for trace in others))
