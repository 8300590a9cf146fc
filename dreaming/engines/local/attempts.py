"""Contrasts and outcomes of tasks, put into words: per task, over tasks, and tools that go with failing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from dreaming.engines.local import quotes
from dreaming.engines.local.contrasts import Contrast, Task, values
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Span, code, counted, cut, listed, share, share_all, strength
from dreaming.engines.local.signals import Call, Signals, Trace
from dreaming.engines.local.statistics import adjusted, enrichment

MOST_VALUES = 3
MOST_DIFFERENCES = 4  # of one task in its lesson; the statement has them all
HOW = ("missing", "value", "extra")
LIKELY_CHANCE = 0.25  # a split of attempts that chance gives this often is reported, but teaches nothing


def per_task(signals: Signals, contrasts: Iterable[Contrast]) -> list[Finding]:
    """One finding for each task, of all its differences."""
    groups: dict[tuple[str, str], list[Contrast]] = defaultdict(list)
    for contrast in contrasts:
        groups[contrast.task.source, contrast.task.name].append(contrast)
    return [_of_task(signals, group) for _, group in sorted(groups.items())]


def _of_task(signals: Signals, group: Sequence[Contrast]) -> Finding:
    """The widest differences say how sure it is: those of all sessions that show the fewest are no surer."""
    task = group[0].task
    order = list(dict.fromkeys(call.tool for call in task.completed[0].calls))
    places = {tool: at for at, tool in enumerate(order)}
    group = sorted(group, key=lambda one: (HOW.index(one.how), places.get(one.tool, len(places)), one.tool))
    held = {session for one in group for session in one.sessions}
    sessions = tuple(trace.session for trace in task.failed if trace.session in held)
    most = max(len(one.sessions) for one in group)
    chance = enrichment(most, most, len(task.failed), task.attempts)
    statement = " ".join(_statement(alike) for alike in _alike(group))
    spans = [span for one in group for span in _evidence(signals, one)]
    return Finding(
        kind="mistake",
        key=("contrast", task.source, task.name),
        statement=f"{label(task, capital=True)}: {statement}",
        sessions=sessions,
        opportunities=len(task.failed),
        spans=tuple(dict.fromkeys(spans)),
        confidence=strength(most, certainty=1 - chance),
        reason_code="attempts_differ",
        title=f"Task {cut(task.name, 60)}: {_title(group)}",
        lesson=_lesson(group, situation(signals, task)) if chance <= LIKELY_CHANCE else "",
        heading=f"Attempts at {label(task)}",
        rationale=f"{label(task, capital=True)}: {statement} With {counted(task.attempts, 'attempt')}"
        " this may be chance; it does not say that these calls are the cause.",
        numbers={
            "differences": len(group),
            "failing_with_them": len(sessions),
            "failing": len(task.failed),
            "completed": len(task.completed),
            "chance_ppm": round(1_000_000 * chance),
        },
    )


def label(task: Task, *, capital: bool = False) -> str:
    return f"{'Task' if capital else 'task'} {code(task.name)}"


def situation(signals: Signals, task: Task) -> str:
    """How the task shows itself to an agent: the first words of a person in its first attempt, else its name."""
    openings = (trace.opening for trace in (*task.completed, *task.failed) if trace.opening >= 0)
    row = next(openings, -1)
    said = cut(signals.text(row).replace("“", "'").replace("”", "'"), 100) if row >= 0 else ""
    return f"a request like “{said}” ({label(task)})" if said else label(task)


def _call(tool: str, given: Mapping[str, str]) -> str:
    shown = [f"{name}={cut(value, 60)}" for name, value in sorted(given.items())[:MOST_VALUES]]
    return code(f"{tool}({', '.join(shown)})" if shown else tool)


def _title(group: Sequence[Contrast]) -> str:
    """What completed attempts did otherwise, as far as it fits."""
    tools = {how: [one.tool for one in group if one.how == how] for how in HOW}
    words = {"missing": "call {}", "value": "check the arguments of {}", "extra": "do without {}"}
    parts = [words[how].format(" and ".join(some[:2])) for how, some in tools.items() if some]
    return cut(", ".join(parts), 110)


def _alike(group: Sequence[Contrast]) -> list[list[Contrast]]:
    """Differences that can be told in one clause: calls that the same failing attempts left out."""
    found: dict[tuple[object, ...], list[Contrast]] = {}
    for one in group:
        found.setdefault((one.how, one.sessions) if one.how == "missing" else (one.how, one.tool), []).append(one)
    return list(found.values())


def _calls(alike: Sequence[Contrast]) -> tuple[str, str]:
    right = [_call(one.tool, one.right) for one in alike]
    return " and ".join(right), _call(alike[0].tool, alike[0].wrong)


def _statement(alike: Sequence[Contrast]) -> str:
    task = alike[0].task
    failing = f"{share(len(alike[0].sessions), len(task.failed))} failing attempts"
    completed = "the completed one" if len(task.completed) == 1 else f"{share_all(len(task.completed))} completed ones"
    right, wrong = _calls(alike)
    text = {
        "extra": f"{failing} called {wrong}, no completed one did.",
        "missing": f"{failing} never got {right} accepted, {completed} did.",
        "value": f"{failing} called {wrong} and never {right}, {completed} called the latter and none the former.",
    }[alike[0].how]
    return text[:1].upper() + text[1:]


def _lesson(group: Sequence[Contrast], when: str) -> str:
    """One line: what completed attempts called, and what only failing ones did."""
    parts = []
    for alike in _alike(group):
        right, wrong = _calls(alike)
        parts.append(
            {
                "missing": f"call {right}, as completed attempts did",
                "value": f"call {right} rather than {wrong}, which failed",
                "extra": f"check whether {wrong} is asked for, as only failing attempts called it",
            }[alike[0].how]
        )
    return f"Before ending {when}: {'; '.join(parts[:MOST_DIFFERENCES])}."


def _evidence(signals: Signals, contrast: Contrast) -> tuple[Span, ...]:
    """The wrong calls; of a missing one, how failing attempts ended; and the call as completed attempts made it."""
    failing = [trace for trace in contrast.task.failed if trace.session in set(contrast.sessions)]
    spans: list[Span | None] = []
    for trace in failing:
        wrong = _made(signals, trace, contrast.tool, contrast.wrong) if contrast.how != "missing" else None
        spans.append(quotes.asked(signals, wrong) if wrong else quotes.ending(signals, trace))
    if contrast.how != "extra":
        right = (_made(signals, trace, contrast.tool, contrast.right) for trace in contrast.task.completed)
        spans += [quotes.asked(signals, call) for call in right if call]
    return quotes.kept(*spans)


def _made(signals: Signals, trace: Trace, tool: str, given: Mapping[str, str]) -> Call | None:
    """The last accepted call of a tool that has one of these values; any accepted call where none is named."""
    for call in reversed(trace.calls):
        if call.tool == tool and not call.error and call.row >= 0:
            own = values(signals, call)
            if not given or any(own.get(name) == value for name, value in given.items()):
                return call
    return None


OVER = {
    "extra": "In {n} failing attempts at {t} tasks, {tool} was called as in no completed attempt at the task.",
    "missing": "{n} failing attempts at {t} tasks lack a call of {tool} that every completed attempt at the task made.",
    "value": "In {n} failing attempts at {t} tasks, {tool} got another {names} than in all completed ones at the task.",
}
OVER_LESSON = {
    "extra": "Before calling {tool}, check that the request and the rules allow it: several tasks failed with it.",
    "missing": "Before ending, check whether a call of {tool} is still due: several tasks failed without one.",
    "value": "Before calling {tool}, check {names}: several tasks failed where it had another value.",
}


def over_tasks(signals: Signals, contrasts: Iterable[Contrast]) -> list[Finding]:
    """The same difference in the use of one tool at two or more tasks."""
    groups: dict[tuple[str, str], list[Contrast]] = defaultdict(list)
    for contrast in contrasts:
        groups[contrast.how, contrast.tool].append(contrast)
    return [
        _over(signals, how, tool, group)
        for (how, tool), group in sorted(groups.items())
        if len({(one.task.source, one.task.name) for one in group}) >= 2
    ]


OVER_TITLE = {
    "extra": "Check before calling {tool}: several tasks failed with it",
    "missing": "Do not leave out {tool}: several tasks failed without it",
    "value": "Check the arguments of {tool}: several tasks failed with others",
}


def _over(signals: Signals, how: str, tool: str, group: Sequence[Contrast]) -> Finding:
    tasks = {(one.task.source, one.task.name): one.task for one in group}
    held = {session for one in group for session in one.sessions}
    sessions = tuple(trace.session for trace in signals.traces if trace.session in held)
    names = listed(sorted({name for one in group for name in one.wrong})[:MOST_VALUES]) if how == "value" else ""
    counts, lesson = (
        text.format(n=len(sessions), t=len(tasks), tool=code(tool), names=names)
        for text in (OVER[how], OVER_LESSON[how])
    )
    by_session = {span.row: span for one in group for span in _evidence(signals, one)}
    failing = sum(len(task.failed) for task in tasks.values())
    return Finding(
        kind="mistake",
        key=("contrast_over_tasks", how, tool),
        statement=counts,
        sessions=sessions,
        opportunities=failing,
        spans=tuple(by_session[row] for row in sorted(by_session)),
        confidence=strength(len(sessions), certainty=0.9),
        reason_code=f"tasks_{how}",
        title=OVER_TITLE[how].format(tool=cut(tool, 80)),
        lesson=lesson,
        heading=f"Tasks that need {code(tool)} right",
        rationale=f"{counts} Tasks: {cut(', '.join(sorted(name for _, name in tasks)), 200)}.",
        numbers={"sessions": len(sessions), "tasks": len(tasks), "failing": failing},
    )


def outcomes(signals: Signals, tasks: Iterable[Task], curation: Curation) -> list[Finding]:
    """Tasks that every attempt completes, with the steps they share, and tasks that no attempt completes."""
    found = []
    for task in tasks:
        traces = task.completed or task.failed
        if task.attempts == len(traces) and len(traces) >= curation.min_sessions:
            found.append(_outcome(signals, task, traces))
    return found


def _outcome(signals: Signals, task: Task, traces: Sequence[Trace]) -> Finding:
    steps = shared_steps([trace.steps for trace in traces])
    well = bool(task.completed)
    order = f" All of them called {' → '.join(code(tool) for tool in steps)}" if steps else ""
    order += " in this order." if len(steps) > 1 else "." if steps else ""
    ended = f"All {len(traces)} attempts at" if well else f"None of the {len(traces)} attempts at"
    return Finding(
        kind="success" if well else "mistake",
        key=("always_completes" if well else "never_completes", task.source, task.name),
        statement=f"{ended} {situation(signals, task)} completed.{order}",
        sessions=tuple(trace.session for trace in traces),
        opportunities=len(traces),
        spans=quotes.kept(*(quotes.ending(signals, trace) for trace in traces)),
        confidence=strength(len(traces)),
        reason_code="always_completes" if well else "never_completes",
        numbers={"attempts": len(traces), "completed": len(task.completed)},
    )


def shared_steps(sequences: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """A common subsequence of all sequences: the longest of the first two, then of that and the next, and so on."""
    shared = sequences[0][:200]
    for other in sequences[1:]:
        shared = _longest_common(shared, other[:200])
    return shared[:12]


def _longest_common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
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


def with_tools(signals: Signals, curation: Curation) -> list[Finding]:
    """Tools whose callers fail or are escalated more often than the other sessions, beyond chance."""
    judged = [trace for trace in signals.traces if signals.mark(trace.session).outcomes]
    bad = {trace.session for trace in judged if not signals.mark(trace.session).completed}
    callers: dict[str, list[Trace]] = defaultdict(list)
    for trace in judged:
        for tool in sorted({call.tool for call in trace.calls if call.tool}):
            callers[tool].append(trace)
    tested = sorted(tool for tool, held in callers.items() if len(held) >= curation.min_sessions)
    hits = {tool: [trace for trace in callers[tool] if trace.session in bad] for tool in tested}
    chances = [enrichment(len(hits[tool]), len(callers[tool]), len(bad), len(judged)) for tool in tested]
    return [
        _with_tool(signals, tool, hits[tool], len(callers[tool]), len(bad), len(judged))
        for tool, rate in zip(tested, adjusted(chances), strict=True)
        if rate <= curation.false_discovery_rate and len(hits[tool]) >= curation.min_sessions
    ]


def _with_tool(signals: Signals, tool: str, hits: Sequence[Trace], callers: int, bad: int, judged: int) -> Finding:
    last = [next(call for call in reversed(trace.calls) if call.tool == tool) for trace in hits]
    return Finding(
        kind="mistake",
        key=("ends_badly", tool),
        statement=f"{len(hits)} of {callers} sessions that called {code(tool)} failed or were escalated,"
        f" and {bad - len(hits)} of {judged - callers} other sessions.",
        sessions=tuple(trace.session for trace in hits),
        opportunities=callers,
        spans=quotes.kept(*(quotes.asked(signals, call) for call in last)),
        confidence=strength(len(hits), certainty=len(hits) / callers - (bad - len(hits)) / max(1, judged - callers)),
        reason_code="ends_badly",
        numbers={"failed": len(hits), "with": callers, "others_failed": bad - len(hits), "others": judged - callers},
    )
