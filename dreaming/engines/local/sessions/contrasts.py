"""What failing attempts at a task did that completed attempts at the same task did not, and the other way round.

Most failures show no error at all: the wrong call was accepted, or the right one never made. Attempts at one task
are the fairest comparison there is, and few: every statement carries its counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations

from dreaming.engines.local.curation import Curation
from dreaming.engines.local.reading.deeds import only_reads
from dreaming.engines.local.reading.signals import Call, Signals, Trace, arguments

LONGEST_VALUE = 160
LONGEST_OPENING = 300
MOST_ORDERED = 40  # tools of one task whose order is compared
FEWEST_WORDS = 4  # of an opening: fewer say nothing about the request

Feature = tuple[str, str, str]
"""Tool, argument name, canonical value; name and value are empty for the call as such."""


@dataclass(frozen=True, slots=True)
class Task:
    """All judged attempts at one task: traces by verdict, in canonical order.

    Sessions that name no task are taken together where they open in the same words; `name` is empty then.
    """

    source: str
    name: str
    failed: tuple[Trace, ...]
    completed: tuple[Trace, ...]
    escalated: tuple[Trace, ...] = ()
    opening: str = ""

    @property
    def attempts(self) -> int:
        return len(self.failed) + len(self.completed)

    @property
    def identity(self) -> tuple[str, str]:
        return self.source, self.name or f"opening {self.opening}"


@dataclass(frozen=True, slots=True)
class Contrast:
    """One difference: `how` is extra (only failing attempts call it), missing (only completed ones do), value or order.

    Of an order, `after` is the tool that completed attempts called first.
    """

    task: Task
    how: str
    tool: str
    sessions: tuple[int, ...]
    wrong: Mapping[str, str] = field(default_factory=dict)
    right: Mapping[str, str] = field(default_factory=dict)
    after: str = ""


def tasks(signals: Signals) -> list[Task]:
    """Tasks that were tried at least twice with a known end."""
    groups: dict[tuple[str, str, str], list[tuple[int, str]]] = defaultdict(list)
    for place, session in enumerate(signals.sessions.tolist()):
        mark = signals.mark(session)
        verdict = mark.verdict
        opening = "" if mark.task or not verdict else opened(signals, session)
        if verdict and (mark.task or opening):
            groups[mark.source, mark.task, opening].append((place, verdict))
    return [_task(signals, *group) for group in sorted(groups.items()) if len(group[1]) >= 2]


def _task(signals: Signals, named: tuple[str, str, str], held: Sequence[tuple[int, str]]) -> Task:
    source, name, opening = named
    by_verdict: dict[str, list[Trace]] = defaultdict(list)
    for place, verdict in held:
        by_verdict[verdict].append(signals.traces[place])
    failed, completed, escalated = (tuple(by_verdict[one]) for one in ("failed", "completed", "escalated"))
    return Task(source, name, failed, completed, escalated, opening)


def opened(signals: Signals, session: int) -> str:
    """The plain words of the first sentences by a person, free of names, numbers and ids; empty where they are few."""
    row = signals.openings.get(session, -1)
    words = [word for word in signals.text(row)[:LONGEST_OPENING].lower().split() if word.isalpha()] if row >= 0 else []
    return " ".join(words) if len(words) >= FEWEST_WORDS else ""


def find(signals: Signals, every: Iterable[Task], curation: Curation) -> list[Contrast]:
    """The contrasts of each task with failing and completed attempts, most general first within a tool."""
    mixed = [task for task in every if task.completed and len(task.failed) >= curation.min_sessions]
    made = {
        trace.session: features(signals, trace, with_values=bool(task.name))
        for task in mixed
        for trace in (*task.failed, *task.completed)
    }
    seen = Counter(feature for own in made.values() for feature in own)
    return [one for task in mixed for one in (*_of(task, made, seen, curation), *_by_order(task, curation))]


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
            found = _by_value(task, tool, _widest(tool, extra), _widest(tool, missing), curation)
            yield from (one for one in found if not only_reads(tool) or _is_plain(one))


def _is_plain(one: Contrast) -> bool:
    """What is looked up differs for many reasons; it tells something where all went one way or the other."""
    return one.how == "value" and len(one.sessions) == len(one.task.failed) and len(one.task.completed) >= 2


def _by_order(task: Task, curation: Curation) -> Iterator[Contrast]:
    """The two calls that completed attempts make in one order, and most failing ones in the other.

    The order of looking things up is no matter, and one completed attempt has some order anyway.
    """
    if len(task.completed) < 2:
        return
    passing, failing = ([_firsts(trace) for trace in some] for some in (task.completed, task.failed))
    tools = sorted(set.intersection(*(set(one) for one in passing)))[:MOST_ORDERED]
    enough = max(curation.min_sessions, (len(failing) + 1) // 2)
    found: list[tuple[int, str, str, tuple[int, ...]]] = []
    for first, then in permutations(tools, 2):
        if only_reads(first) and only_reads(then):
            continue
        if all(one[first] < one[then] for one in passing):
            turned = tuple(
                trace.session
                for trace, one in zip(task.failed, failing, strict=True)
                if first in one and one.get(then, one[first]) < one[first]
            )
            if len(turned) >= enough:
                found.append((-len(turned), first, then, turned))
    if found:
        _, first, then, turned = min(found)
        yield Contrast(task, "order", then, turned, after=first)


def _firsts(trace: Trace) -> dict[str, int]:
    """Where each tool was first accepted."""
    found: dict[str, int] = {}
    for at, call in enumerate(trace.calls):
        if call.tool and not call.error:
            found.setdefault(call.tool, at)
    return found


def features(signals: Signals, trace: Trace, *, with_values: bool) -> set[Feature]:
    """Calls that were accepted, and the values of their arguments.

    Requests that only open alike may well need other values: of them, calls alone are compared.
    """
    found: set[Feature] = set()
    for call in trace.calls:
        if call.error or call.row < 0 or not call.tool:
            continue
        found.add((call.tool, "", ""))
        if with_values:
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
