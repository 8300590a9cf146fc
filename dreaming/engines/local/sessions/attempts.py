"""The differences between failing and completed attempts at one task, put into words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from agents.text import hidden
from dreaming.engines.local import quotes
from dreaming.engines.local.findings import Finding, Span, code, counted, cut, excerpt, share, share_all, strength
from dreaming.engines.local.lexicon import LASTING
from dreaming.engines.local.reading import own_words
from dreaming.engines.local.reading.signals import Call, Signals, Trace
from dreaming.engines.local.reading.statistics import enrichment
from dreaming.engines.local.sessions.contrasts import Contrast, Task, values

MOST_VALUES, LONGEST_VALUE = 3, 60
MOST_SENTENCES = 4  # of an opening
MOST_TITLE = 200
MOST_DIFFERENCES = 4  # of one task in its lesson; the statement has them all
HOW = ("missing", "order", "value", "extra")
LIKELY_CHANCE = 0.25  # a split of attempts that chance gives this often is reported, but teaches nothing


def per_task(signals: Signals, contrasts: Iterable[Contrast]) -> list[Finding]:
    """One finding for each task, of all its differences."""
    groups: dict[tuple[str, str], list[Contrast]] = defaultdict(list)
    for contrast in contrasts:
        groups[contrast.task.identity].append(contrast)
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
    name = label(signals, task)
    statement = f"{_tried(task, name)} {' '.join(_statement(alike) for alike in _alike(group))}"
    spans = [span for one in group for span in _evidence(signals, one)]
    return Finding(
        kind="mistake",
        key=("contrast", *task.identity),
        statement=statement,
        sessions=sessions,
        opportunities=len(task.failed),
        spans=tuple(dict.fromkeys(spans)),
        confidence=strength(most, certainty=1 - chance),
        reason_code="attempts_differ",
        title=cut(f"Do as completed attempts at {_within(name).replace('`', '')} did: {_title(group)}", MOST_TITLE),
        lesson=_lesson(group, situation(signals, task)) if chance <= LIKELY_CHANCE else "",
        heading=f"Attempts at {_within(name)}",
        rationale=f"{statement} With {counted(task.attempts, 'attempt')} this may be chance:"
        " these calls need not be the cause.",
        numbers={
            "differences": len(group),
            "failing_with_them": len(sessions),
            "failing": len(task.failed),
            "completed": len(task.completed),
            "chance_ppm": round(1_000_000 * chance),
        },
    )


def label(signals: Signals, task: Task) -> str:
    if task.name:
        return f"Task {excerpt(task.name, 60)}"
    said = _said(signals, task, 60)
    return f"Requests like “{said}”" if said else "Requests that open alike"


def _within(label: str) -> str:
    """As a part of a sentence."""
    return label[:1].lower() + label[1:]


def _tried(task: Task, name: str) -> str:
    """Which attempts are compared: a newcomer has to know that they are of one task."""
    whole = f"{name} was tried" if task.name else f"{name} were tried"
    return (
        f"{whole} {counted(task.attempts, 'time')}: {counted(len(task.completed), 'attempt')} completed and"
        f" {len(task.failed)} failed."
    )


def situation(signals: Signals, task: Task) -> str:
    """How the task shows itself to an agent: the first words of a person in its first attempt, else its name."""
    said, name = _said(signals, task, 100), f"task {code(task.name)}" if task.name else ""
    return f"a request like “{said}”{f' ({name})' if name else ''}" if said else name or "a request that opens alike"


def _said(signals: Signals, task: Task, length: int) -> str:
    """Their own words only, and no wish: what is pasted, hidden or meant to last is not carried into memory by this."""
    row = next((trace.opening for trace in (*task.completed, *task.failed) if trace.opening >= 0), -1)
    if row < 0:
        return ""
    text = signals.text(row)
    spoken = (text[start:end] for start, end in islice(own_words.said(text), MOST_SENTENCES))
    kept = [one for one in spoken if not LASTING.search(one) and all(piece.benign for piece in hidden.find(one))]
    return cut(" ".join(kept).replace("“", "'").replace("”", "'"), length)


def _call(tool: str, given: Mapping[str, str]) -> str:
    shown = sorted(given.items())[:MOST_VALUES]
    if any(len(value) > LONGEST_VALUE for _, value in shown):
        given_as = (f"{code(name)} {_short(value)}" for name, value in shown)
        return f"{code(tool)} with {' and '.join(given_as)}"
    return code(f"{tool}({', '.join(f'{name}={value}' for name, value in shown)})" if shown else tool)


def _short(value: str) -> str:
    """Without the quotation marks of a text of which the second one is cut off."""
    return code(value) if len(value) <= LONGEST_VALUE else excerpt(value.strip('"'), LONGEST_VALUE)


def _title(group: Sequence[Contrast]) -> str:
    """What completed attempts did otherwise, as far as it fits."""
    tools = {how: [one.tool for one in group if one.how == how] for how in HOW}
    tools["order"] = [f"{one.after} before {one.tool}" for one in group if one.how == "order"]
    words = {"missing": "call {}", "order": "call {}", "value": "check the arguments of {}", "extra": "leave out {}"}
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
    failing = f"{share(len(alike[0].sessions), len(task.failed))} failing ones"
    completed = (
        "the completed attempt" if len(task.completed) == 1 else f"{share_all(len(task.completed))} completed attempts"
    )
    right, wrong = _calls(alike)
    text = {
        "extra": f"{failing} called {wrong}; no completed one did.",
        "order": f"{completed} called {code(alike[0].after)} before {wrong}; {failing} after it.",
        "missing": f"{completed} called {right} with success; {failing} never did.",
        "value": f"{completed} called {right}; {failing} called {wrong} instead.",
    }[alike[0].how]
    return text[:1].upper() + text[1:]


def _lesson(group: Sequence[Contrast], when: str) -> str:
    """One line: what completed attempts called, and what only failing ones did."""
    if all(one.how == "extra" for one in group):
        wrong = " or ".join(_calls(alike)[1] for alike in _alike(group)[:MOST_DIFFERENCES])
        return f"Before calling {wrong} for {when}, check that it is asked for and allowed: only failing attempts did."
    parts = []
    for alike in _alike(group):
        right, wrong = _calls(alike)
        parts.append(
            {
                "missing": f"call {right}, as the completed attempts did",
                "order": f"call {code(alike[0].after)} before {right}, as the completed attempts did",
                "value": f"call {right} rather than {wrong}, which only failing attempts called",
                "extra": f"check that {wrong} is asked for and allowed, as only failing attempts called it",
            }[alike[0].how]
        )
    return f"Before ending {when}, of which some attempts failed: {'; '.join(parts[:MOST_DIFFERENCES])}."


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
    for call in reversed(trace.accepted(tool)):
        own = values(signals, call.row) if given else {}
        if not given or any(own.get(name) == value for name, value in given.items()):
            return call
    return None
