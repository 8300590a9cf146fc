"""What failing attempts at a task did that completed attempts at the same task did not, and the other way round.

Most failures show no error at all: the wrong call was accepted, or the right one never made. Attempts at one task
are the fairest comparison there is, and few: every statement carries its counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, permutations

from agents.text.deeds import only_reads
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.reading.signals import Signals, Trace, arguments

LONGEST_VALUE = 160
LONGEST_OPENING = 300
MOST_ORDERED = 40  # tools of one task whose order is compared
FEWEST_WORDS = 4  # of an opening: fewer say nothing about the request

Value = tuple[str, str]
"""The name of an argument, and its canonical value."""
Split = Mapping[Value, tuple[int, ...]]
"""Values, and the failing sessions that they tell from the completed ones."""


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
    first: dict[tuple[str, str, str], int] = {}
    groups: dict[tuple[str, str, str], list[int]] = {}
    for place, (mark, verdict) in enumerate(zip(signals.marks, signals.verdicts, strict=True)):
        opening = "" if mark.task or not verdict else opened(signals, int(signals.sessions[place]))
        if verdict and (mark.task or opening):
            named = mark.source, mark.task, opening
            before = first.setdefault(named, place)
            if before != place:  # most openings come once
                groups.setdefault(named, [before]).append(place)
    return [_task(signals, *group) for group in sorted(groups.items())]


def _task(signals: Signals, named: tuple[str, str, str], places: Sequence[int]) -> Task:
    source, name, opening = named
    traces, by_verdict = signals.traces, defaultdict(list)
    for place in places:
        by_verdict[signals.verdicts[place]].append(traces[place])
    failed, completed, escalated = (tuple(by_verdict[one]) for one in ("failed", "completed", "escalated"))
    return Task(source, name, failed, completed, escalated, opening)


def opened(signals: Signals, session: int) -> str:
    """The plain words of the first sentences by a person, free of names, numbers and ids; empty where they are few."""
    row = signals.openings.get(session, -1)
    words = [word for word in signals.text(row)[:LONGEST_OPENING].lower().split() if word.isalpha()] if row >= 0 else []
    return " ".join(words) if len(words) >= FEWEST_WORDS else ""


class Accepted:
    """The accepted calls of attempts by tool, and the values of their arguments, read when they are asked for.

    Requests that only open alike may well need other values: of them, calls alone are compared.
    """

    def __init__(self, signals: Signals, tasks: Iterable[Task]) -> None:
        self._signals = signals
        self._tools: dict[int, frozenset[str]] = {}
        self._named = [trace for task in tasks if task.name for trace in (*task.failed, *task.completed)]
        self._values: dict[tuple[int, str], frozenset[Value]] = {}
        self._seen: dict[str, Counter[Value]] = {}

    def tools(self, trace: Trace) -> frozenset[str]:
        if trace.place not in self._tools:
            self._tools[trace.place] = frozenset(self._signals.calls.accepted.tools(trace.place))
        return self._tools[trace.place]

    def values(self, trace: Trace, tool: str) -> frozenset[Value]:
        if (trace.place, tool) not in self._values:
            given = (values(self._signals, call.row).items() for call in trace.accepted(tool))
            self._values[trace.place, tool] = frozenset(chain.from_iterable(given))
        return self._values[trace.place, tool]

    def seen(self, tool: str) -> Mapping[Value, int]:
        """How many attempts gave the tool each value."""
        if tool not in self._seen:
            callers = (trace for trace in self._named if tool in self.tools(trace))
            self._seen[tool] = Counter(chain.from_iterable(self.values(trace, tool) for trace in callers))
        return self._seen[tool]


def find(signals: Signals, every: Iterable[Task], curation: Curation) -> list[Contrast]:
    """The contrasts of each task with failing and completed attempts, most general first within a tool."""
    mixed = [task for task in every if task.completed and len(task.failed) >= curation.min_sessions]
    made = Accepted(signals, mixed)
    return [one for task in mixed for one in (*_of(task, made, curation), *_by_order(task, curation))]


def _of(task: Task, made: Accepted, curation: Curation) -> Iterator[Contrast]:
    """Calls that tell failing from completed attempts; else, for each tool, the values that do."""
    enough = _enough(task, curation)
    failing = {trace.session: made.tools(trace) for trace in task.failed}
    wrong = Counter(chain.from_iterable(failing.values()))
    right = Counter(chain.from_iterable(map(made.tools, task.completed)))
    for tool in sorted(wrong.keys() | right.keys()):
        always = right[tool] == len(task.completed)
        if not right[tool] and wrong[tool] >= enough:
            yield Contrast(task, "extra", tool, tuple(one for one, tools in failing.items() if tool in tools))
        elif always and len(failing) - wrong[tool] >= enough:
            yield Contrast(task, "missing", tool, tuple(one for one, tools in failing.items() if tool not in tools))
        elif task.name and (always or wrong[tool] >= enough):
            plain = only_reads(tool)
            if not plain or (always and wrong[tool] == len(failing) and _may_be_plain(task, tool, made)):
                extra, missing = _split(task, tool, made, enough)
                found = _by_value(task, tool, _widest(extra), _widest(missing), curation)
                yield from (one for one in found if not plain or _is_plain(one))


def _enough(task: Task, curation: Curation) -> int:
    return max(curation.min_sessions, (len(task.failed) + 1) // 2)


def _is_plain(one: Contrast) -> bool:
    """What is looked up differs for many reasons; it tells something where all went one way or the other."""
    return one.how == "value" and len(one.sessions) == len(one.task.failed) and len(one.task.completed) >= 2


def _may_be_plain(task: Task, tool: str, made: Accepted) -> bool:
    """Whether all failing attempts gave the tool one same value: read before anything else is compared."""
    if len(task.completed) < 2:
        return False
    held = made.values(task.failed[0], tool)
    return all(held := held & made.values(trace, tool) for trace in task.failed)


def _by_order(task: Task, curation: Curation) -> Iterator[Contrast]:
    """The two calls that completed attempts make in one order, and most failing ones in the other.

    The order of looking things up is no matter, and one completed attempt has some order anyway.
    """
    if len(task.completed) < 2:
        return
    passing = [_firsts(trace) for trace in task.completed]
    tools = sorted(set.intersection(*(set(one) for one in passing)))[:MOST_ORDERED]
    if all(map(only_reads, tools)):
        return
    failing, enough = [_firsts(trace) for trace in task.failed], _enough(task, curation)
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
    for at, tool in enumerate(trace.signals.calls.working.tools(trace.place)):
        if tool:
            found.setdefault(tool, at)
    return found


def values(signals: Signals, row: int) -> dict[str, str]:
    """The arguments of a call by name, but for those that are long."""
    given = arguments(signals.text(row)).items()
    return {name: value for name, value in given if name and len(value) <= LONGEST_VALUE}


def _split(task: Task, tool: str, made: Accepted, enough: int) -> tuple[Split, Split]:
    """Values that only failing attempts gave a tool, and those of all completed attempts that failing ones lack.

    A value that a single session used is a one-off: nobody can be said to have left it out.
    """
    passing = [made.values(trace, tool) for trace in task.completed]
    failing = {trace.session: made.values(trace, tool) for trace in task.failed}
    some, every = frozenset().union(*passing), frozenset.intersection(*passing)
    counts = Counter(chain.from_iterable(failing.values()))
    extra = {
        value: tuple(session for session, own in failing.items() if value in own)
        for value in sorted(counts)
        if counts[value] >= enough and value not in some
    }
    missing = {
        value: tuple(session for session, own in failing.items() if value not in own)
        for value in sorted(every)
        if len(failing) - counts[value] >= enough and (len(passing) > 1 or made.seen(tool)[value] >= 2)
    }
    return extra, missing


def _widest(own: Split) -> tuple[tuple[int, ...], dict[str, str]]:
    """Of the values of one tool, the set of sessions with most support, and all arguments that have just that set."""
    if not own:
        return (), {}
    best = own[min(own, key=lambda value: (-len(own[value]), value))]
    return best, {name: value for (name, value), held in sorted(own.items()) if held == best}


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
