"""The same difference in the use of one tool over several tasks, out of every attempt that shows it.

A single attempt proves little, many of one kind more: where completed attempts at the task agree, each failing one
that went another way counts. Where no attempt completed, two kinds of evidence are left: attempts that do not agree
on an argument, of which at most one can be right, and attempts that ended without doing anything where others acted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from agents.text.deeds import changes
from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Span, code, cut, listed, strength
from dreaming.engines.local.reading.signals import Call, Signals, Trace
from dreaming.engines.local.reading.statistics import adjusted, enrichment
from dreaming.engines.local.sessions.contrasts import Contrast, Task, values

MOST_NAMES = 3
PROSE = 8  # words; longer values are wording, which always differs
LIKELY_CHANCE = 0.25
HALF_SURE = 0.5  # what an attempt counts for, where none at its task completed

Given = Mapping[str, frozenset[str]]
"""The values of each argument over all accepted calls of one tool in one attempt."""


@dataclass(frozen=True)
class Use:
    """How one attempt used the tools that change things: those it tried, and the calls that were accepted."""

    signals: Signals
    trace: Trace
    tried: frozenset[str]
    made: Mapping[str, Sequence[Call]]

    @cached_property
    def _given(self) -> dict[str, Given]:
        return {}

    def given(self, tool: str) -> Given:
        if tool not in self._given:
            own: dict[str, set[str]] = defaultdict(set)
            for call in self.made[tool]:
                for name, value in values(self.signals, call.row).items():
                    own[name].add(value)
            self._given[tool] = {name: frozenset(some) for name, some in own.items()}
        return self._given[tool]


@dataclass(frozen=True, slots=True)
class Case:
    """One failing attempt that used a tool otherwise: `how` is extra, missing or value; `proven` by completed ones."""

    task: Task
    trace: Trace
    how: str
    tool: str
    proven: bool
    names: tuple[str, ...] = ()


def find(signals: Signals, tasks: Iterable[Task], contrasts: Iterable[Contrast], curation: Curation) -> list[Finding]:
    """One finding for each tool and kind of difference that two or more tasks show."""
    cases: dict[tuple[str, str], dict[int, Case]] = defaultdict(dict)
    for case in (*_of_contrasts(contrasts), *(case for task in tasks if task.name for case in _of_task(signals, task))):
        cases[case.how, case.tool][case.trace.session] = case
    groups = {
        key: list(held.values())
        for key, held in sorted(cases.items())
        if len(held) >= curation.min_sessions and len({case.task.identity for case in held.values()}) >= 2
    }
    chances = [_chance(group) for group in groups.values()]
    return [
        _finding(signals, how, tool, sorted(group, key=lambda case: case.trace.place), chance)
        for ((how, tool), group), chance in zip(groups.items(), adjusted(chances), strict=True)
    ]


def _of_contrasts(contrasts: Iterable[Contrast]) -> Iterator[Case]:
    """Calls that only look, and that every completed attempt made: what changes something is judged more closely."""
    for one in contrasts:
        if one.task.name and one.how == "missing" and not one.right and not changes(one.tool):
            held = set(one.sessions)
            for trace in one.task.failed:
                if trace.session in held:
                    yield Case(one.task, trace, "missing", one.tool, True)


def _of_task(signals: Signals, task: Task) -> Iterator[Case]:
    if not any(trace.changing for trace in (*task.failed, *task.completed)):
        return
    failed = [_use(signals, trace) for trace in task.failed]
    if task.completed:
        completed = [_use(signals, trace) for trace in task.completed]
        for use in failed:
            yield from _judged(task, use, completed)
        return
    yield from _idle(task, failed)
    for tool in sorted({tool for use in failed for tool in use.made}):
        yield from _at_odds(task, tool, [use for use in failed if tool in use.made])


def _use(signals: Signals, trace: Trace) -> Use:
    made: dict[str, list[Call]] = {}
    for call in trace.changing:
        if call.row >= 0 and not call.error:
            made.setdefault(call.tool, []).append(call)
    return Use(signals, trace, frozenset(call.tool for call in trace.changing if call.row >= 0), made)


def _judged(task: Task, use: Use, completed: Sequence[Use]) -> Iterator[Case]:
    """One failing attempt against the completed ones, tool by tool, where these agree whether it is called."""
    for tool in sorted({*use.made, *(tool for one in completed for tool in one.made)}):
        callers = [one for one in completed if tool in one.made]
        if not callers:
            yield Case(task, use.trace, "extra", tool, True)
        elif len(callers) == len(completed) and tool not in use.made:
            yield Case(task, use.trace, "missing", tool, True)
        elif len(callers) == len(completed):
            yield from _compared(task, use, tool, [one.given(tool) for one in callers])


def _compared(task: Task, use: Use, tool: str, right: Sequence[Given]) -> Iterator[Case]:
    """Other values instead of theirs, or fewer, or more than theirs."""
    mine = use.given(tool)
    agreed = {name: given for name, given in right[0].items() if all(one.get(name) == given for one in right)}
    differ = sorted(
        name for name in agreed if mine.get(name, frozenset()) != agreed[name] and not _is_prose(agreed[name])
    )
    swapped = tuple(name for name in differ if mine.get(name, frozenset()) - agreed[name] and agreed[name] - mine[name])
    if swapped:
        yield Case(task, use.trace, "value", tool, True, swapped)
    elif any(agreed[name] - mine.get(name, frozenset()) for name in differ):
        yield Case(task, use.trace, "missing", tool, True)
    elif differ:
        yield Case(task, use.trace, "extra", tool, True)


def _is_prose(given: Iterable[str]) -> bool:
    return any(len(value.split()) > PROSE for value in given if value.startswith('"'))


def _idle(task: Task, failed: Sequence[Use]) -> Iterator[Case]:
    """Attempts that changed nothing, by the tools that others at the task tried."""
    tried = sorted({tool for use in failed for tool in use.tried})
    for use in failed:
        if not use.tried:
            yield from (Case(task, use.trace, "missing", tool, False) for tool in tried)


def _at_odds(task: Task, tool: str, callers: Sequence[Use]) -> Iterator[Case]:
    if len(callers) < 2:
        return
    names = {name for use in callers for name in use.given(tool)}
    given = {name: [use.given(tool).get(name, frozenset()) for use in callers] for name in names}
    odd = tuple(
        sorted(name for name, some in given.items() if len(set(some)) > 1 and not any(_is_prose(one) for one in some))
    )
    if odd:
        yield from (Case(task, use.trace, "value", tool, False, odd) for use in callers)


def _chance(group: Sequence[Case]) -> float:
    """How often chance would put these attempts among the failing ones of their tasks; 1 where none is proven."""
    by_task: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in group:
        if case.proven:
            by_task[case.task.identity].append(case)
    chance = 1.0
    for held in by_task.values():
        task = held[0].task
        chance *= enrichment(len(held), len(held), len(task.failed), task.attempts)
    return chance


STATEMENT = {
    "extra": "In {n} failing attempts at {t} tasks, {tool} was called as in no completed attempt at the task.",
    "missing": "{n} failing attempts at {t} tasks lack a call of {tool} that {others} at the task made.",
    "value": "In {n} failing attempts at {t} tasks, {tool} got another {names} than in {others} at the task.",
}
UNPROVEN = {
    "extra": "",
    "missing": " {k} of them ended without changing anything, at tasks that no attempt completed.",
    "value": " At the tasks of {k} of them no attempt completed: at most one of their values can be right.",
}
LESSON = {
    "extra": "Before calling {tool}, check that the request and the rules allow it: several tasks failed with it.",
    "missing": "Before ending, check whether a call of {tool} is still due: several tasks failed without one.",
    "value": "Before calling {tool}, check {names}: several tasks failed where it had another value.",
}
TITLE = {
    "extra": "Check before calling {tool}: several tasks failed with it",
    "missing": "Do not leave out {tool}: several tasks failed without it",
    "value": "Check the arguments of {tool}: several tasks failed with others",
}


def _finding(signals: Signals, how: str, tool: str, group: Sequence[Case], chance: float) -> Finding:
    tasks = {case.task.identity: case.task for case in group}
    proven = {case.task.identity for case in group if case.proven}
    open_ones = sum(not case.proven for case in group)
    words = {"n": len(group), "t": len(tasks), "k": open_ones, "tool": code(tool), "names": _names(group)}
    words["others"] = "all completed ones" if not open_ones else "others"
    counts = f"{STATEMENT[how]}{UNPROVEN[how] if open_ones else ''}".format(**words)
    attempts = sum(task.attempts for task in tasks.values())
    sure = (len(group) - open_ones + HALF_SURE * open_ones) / len(group)
    return Finding(
        kind="mistake",
        key=("contrast_over_tasks", how, tool),
        statement=counts,
        sessions=tuple(case.trace.session for case in group),
        opportunities=attempts,
        spans=quotes.kept(*(span for case in group for span in _evidence(signals, case))),
        confidence=strength(len(group), certainty=0.9 * sure),
        reason_code=f"tasks_{how}",
        title=TITLE[how].format(tool=cut(tool, 80)),
        lesson=LESSON[how].format(**words) if len(proven) >= 2 and chance <= LIKELY_CHANCE else "",
        heading=f"Tasks that need {code(tool)} right",
        rationale=f"{counts} Tasks: {cut(', '.join(sorted(task.name for task in tasks.values())), 200)}.",
        numbers={
            "sessions": len(group),
            "tasks": len(tasks),
            "attempts": attempts,
            "failing": sum(len(task.failed) for task in tasks.values()),
            "tasks_with_completed": len(proven),
            "rate_ppm": round(1_000_000 * len(group) / attempts),
            "chance_ppm": round(1_000_000 * chance),
        },
    )


def _names(group: Sequence[Case]) -> str:
    """The arguments that differ most often."""
    held: dict[str, int] = defaultdict(int)
    for case in group:
        for name in case.names:
            held[name] += 1
    return listed(sorted(held, key=lambda name: (-held[name], name))[:MOST_NAMES]) if held else "value"


def _evidence(signals: Signals, case: Case) -> Iterator[Span | None]:
    """The call in question; of one that is missing, how the attempt ended, and the call as another attempt made it."""
    if case.how != "missing":
        call = _last(case.trace, case.tool)
        yield quotes.asked(signals, call) if call else None
        return
    yield quotes.ending(signals, case.trace)
    others = (*case.task.completed, *case.task.failed)
    yield next((quotes.asked(signals, call) for trace in others if (call := _last(trace, case.tool))), None)


def _last(trace: Trace, tool: str) -> Call | None:
    """The last call of the tool that was accepted; where none was, the last that was tried."""
    if own := trace.accepted(tool):
        return own[-1]
    return next((call for call in reversed(trace.calls) if call.tool == tool and call.row >= 0), None)
