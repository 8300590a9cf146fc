"""What failing attempts at a task did that completed attempts at the same task did not, and the other way round.

Most failures show no error at all: the wrong call was accepted, or the right one never made. Attempts at one task
are the fairest comparison there is, and few: every statement carries its counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from dreaming.engines.local.curation import Curation
from dreaming.engines.local.signals import Call, Signals, Trace, arguments

LONGEST_VALUE = 160

Feature = tuple[str, str, str]
"""Tool, argument name, canonical value; name and value are empty for the call as such."""


@dataclass(frozen=True, slots=True)
class Task:
    """All judged attempts at one task: traces by verdict, in canonical order."""

    source: str
    name: str
    failed: tuple[Trace, ...]
    completed: tuple[Trace, ...]

    @property
    def attempts(self) -> int:
        return len(self.failed) + len(self.completed)


@dataclass(frozen=True, slots=True)
class Contrast:
    """One difference: `how` is extra (only failing attempts call it), missing (only completed ones do) or value."""

    task: Task
    how: str
    tool: str
    sessions: tuple[int, ...]
    wrong: Mapping[str, str] = field(default_factory=dict)
    right: Mapping[str, str] = field(default_factory=dict)


def tasks(signals: Signals) -> list[Task]:
    """Tasks that were tried at least twice with a known end."""
    groups: dict[tuple[str, str], tuple[list[Trace], list[Trace]]] = defaultdict(lambda: ([], []))
    for trace in signals.traces:
        mark = signals.mark(trace.session)
        if mark.task and (mark.completed or mark.failed):
            groups[mark.source, mark.task][1 if mark.completed else 0].append(trace)
    return [
        Task(source, name, tuple(failed), tuple(completed))
        for (source, name), (failed, completed) in sorted(groups.items())
        if len(failed) + len(completed) >= 2
    ]


def find(signals: Signals, every: Iterable[Task], curation: Curation) -> list[Contrast]:
    """The contrasts of each task with failing and completed attempts, most general first within a tool."""
    made = {trace.session: features(signals, trace) for trace in signals.traces if signals.mark(trace.session).task}
    seen = Counter(feature for own in made.values() for feature in own)
    found: list[Contrast] = []
    for task in every:
        if task.completed and len(task.failed) >= curation.min_sessions:
            found += _of(task, made, seen, curation)
    return found


def _of(
    task: Task, made: Mapping[int, set[Feature]], seen: Mapping[Feature, int], curation: Curation
) -> Iterator[Contrast]:
    """A value that a single session used is a one-off: nobody can be said to have left it out."""
    extra, missing = _split(task, made, curation)
    missing = {feature: held for feature, held in missing.items() if not feature[1] or seen[feature] >= 2}
    for tool in sorted({feature[0] for feature in (*extra, *missing)}):
        whole = (tool, "", "")
        if whole in extra:
            yield Contrast(task, "extra", tool, extra[whole])
        elif whole in missing:
            yield Contrast(task, "missing", tool, missing[whole])
        else:
            yield from _by_value(task, tool, _widest(tool, extra), _widest(tool, missing), curation)


def features(signals: Signals, trace: Trace) -> set[Feature]:
    """Calls that were accepted, and the values of their arguments."""
    found: set[Feature] = set()
    for call in trace.calls:
        if call.error or call.row < 0 or not call.tool:
            continue
        found.add((call.tool, "", ""))
        found |= {(call.tool, name, value) for name, value in values(signals, call).items()}
    return found


def values(signals: Signals, call: Call) -> dict[str, str]:
    given = arguments(signals.text(call.row)) if call.row >= 0 else {}
    return {name: value for name, value in given.items() if name and len(value) <= LONGEST_VALUE}


def _split(
    task: Task, made: Mapping[int, set[Feature]], curation: Curation
) -> tuple[dict[Feature, tuple[int, ...]], dict[Feature, tuple[int, ...]]]:
    """Features that only failing attempts show, and features of all completed attempts that failing ones lack."""
    passing = [made[trace.session] for trace in task.completed]
    some, every = set().union(*passing), set.intersection(*passing)
    candidates = set().union(*(made[trace.session] for trace in task.failed)) - some
    extra, missing = {}, {}
    for feature in sorted(candidates):
        extra[feature] = tuple(trace.session for trace in task.failed if feature in made[trace.session])
    for feature in sorted(every):
        missing[feature] = tuple(trace.session for trace in task.failed if feature not in made[trace.session])
    enough = max(curation.min_sessions, (len(task.failed) + 1) // 2)
    return (
        {feature: held for feature, held in extra.items() if len(held) >= enough},
        {feature: held for feature, held in missing.items() if len(held) >= enough},
    )


def _widest(tool: str, split: Mapping[Feature, tuple[int, ...]]) -> tuple[tuple[int, ...], dict[str, str]]:
    """Of the features of one tool, the set of sessions with most support, and all arguments that have just that set."""
    own = {feature: held for feature, held in split.items() if feature[0] == tool}
    if not own:
        return (), {}
    best = own[min(own, key=lambda feature: (-len(own[feature]), feature))]
    return best, {feature[1]: feature[2] for feature, held in sorted(own.items()) if held == best}


def _by_value(
    task: Task,
    tool: str,
    extra: tuple[tuple[int, ...], dict[str, str]],
    missing: tuple[tuple[int, ...], dict[str, str]],
    curation: Curation,
) -> Iterator[Contrast]:
    (held, wrong), (lacking, right) = extra, missing
    both = tuple(session for session in held if session in set(lacking))
    shared = sorted(wrong.keys() & right.keys())
    if shared and len(both) >= curation.min_sessions:
        yield Contrast(
            task, "value", tool, both, {name: wrong[name] for name in shared}, {name: right[name] for name in shared}
        )
        return
    if held:
        yield Contrast(task, "extra", tool, held, wrong=wrong)
    if lacking:
        yield Contrast(task, "missing", tool, lacking, right=right)
