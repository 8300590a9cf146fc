"""Tool errors that come back over sessions: how often, out of how many calls, and what was done next that worked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Span, counted, cut, strength
from dreaming.engines.local.masks import MASK
from dreaming.engines.local.signals import Call, Signals, Trace, arguments

ALIKE = 50  # of 100: a later call of the tool is a retry of the failed one, not other work
BROKEN = 5  # so many calls, none of which worked: the tool is broken, there is nothing to learn


@dataclass(frozen=True, slots=True)
class Recovery:
    """A failed call, the retry in the same session that worked, tools used in between and arguments that differ."""

    failed: Call
    worked: Call
    between: tuple[str, ...]
    changed: tuple[str, ...]


def find(signals: Signals, curation: Curation) -> list[Finding]:
    """One finding for each tool and masked error that at least `min_sessions` sessions met."""
    by_tool = signals.calls_by_tool()
    errors: dict[tuple[str, str], list[Call]] = defaultdict(list)
    for tool, calls in by_tool.items():
        for call in calls:
            if call.error:
                errors[tool, call.error].append(call)
    traces = {trace.session: trace for trace in signals.traces}
    found: list[Finding] = []
    for (tool, error), failed in sorted(errors.items()):
        met = tuple(dict.fromkeys(call.session for call in failed))
        if len(met) >= curation.min_sessions and tool:
            recoveries = [one for session in met if (one := _recovery(signals, traces[session], tool, error))]
            found.append(_finding(signals, tool, error, failed, met, by_tool[tool], recoveries))
    return found


def _recovery(signals: Signals, trace: Trace, tool: str, error: str) -> Recovery | None:
    """The first call of the session that worked where a like call had met this error before."""
    failed_at = -1
    for at, call in enumerate(trace.calls):
        if call.tool != tool:
            continue
        if call.error == error:
            failed_at = at
        elif not call.error and call.result >= 0 and failed_at >= 0:
            failed = trace.calls[failed_at]
            before, after = (signals.text(one.row) if one.row >= 0 else "" for one in (failed, call))
            if fuzz.ratio(before[:2000], after[:2000]) >= ALIKE:
                return Recovery(failed, call, _between(trace.calls[failed_at + 1 : at]), _changed(before, after))
    return None


def _between(calls: Sequence[Call]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(call.tool for call in calls if not call.error))


def _changed(before: str, after: str) -> tuple[str, ...]:
    old, new = arguments(before), arguments(after)
    return tuple(sorted(name for name in old.keys() | new.keys() if name and old.get(name) != new.get(name)))


def _finding(
    signals: Signals,
    tool: str,
    error: str,
    failed: list[Call],
    met: tuple[int, ...],
    calls: list[Call],
    recoveries: list[Recovery],
) -> Finding:
    users = len({call.session for call in calls})
    broken = len(failed) == len(calls) >= BROKEN
    first = _usual(recovery.between for recovery in recoveries)
    changed = _usual(recovery.changed for recovery in recoveries)
    name, said = code(tool), code(error)
    counts = (
        f"{name} answered {said} to {len(failed)} of {counted(len(calls), 'call')},"
        f" in {len(met)} of the {counted(users, 'session')} that called it."
    )
    return Finding(
        kind="mistake",
        key=("tool_error", tool, error),
        statement=f"{counts} {_what_worked(recoveries, first, changed, name)}",
        sessions=met,
        opportunities=len(calls),
        spans=_spans(signals, failed, recoveries),
        confidence=strength(len(met)),
        reason_code="broken_tool" if broken else "recurring_error",
        title=cut(f"Before calling {tool}: {error}", 110),
        lesson="" if broken else _lesson(name, said, first, changed),
        rationale=f"{counts} {_what_worked(recoveries, first, changed, name)}",
        anchors=(tool, *pieces(error)),
        numbers={
            "errors": len(failed),
            "calls": len(calls),
            "rate_ppm": round(1_000_000 * len(failed) / len(calls)),
            "sessions": len(met),
            "sessions_with_calls": users,
            "recovered": len(recoveries),
        },
    )


def _usual(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """What at least half of the groups hold, the most frequent first, at most three."""
    every = list(groups)
    counts = Counter(item for group in every for item in set(group))
    usual = [item for item in counts if 2 * counts[item] >= len(every)]
    return tuple(sorted(usual, key=lambda item: (-counts[item], item))[:3])


def _what_worked(recoveries: Sequence[Recovery], first: tuple[str, ...], changed: tuple[str, ...], name: str) -> str:
    if not recoveries:
        return f"In none of these sessions did a like call of {name} work afterwards."
    after = f"In {len(recoveries)} of these sessions a like call of {name} worked afterwards"
    details = []
    if first:
        details.append(f"after {listed(first)}")
    if changed:
        details.append(f"with another value of {listed(changed)}")
    return f"{after}{', mostly ' + ' and '.join(details) if details else ''}."


def _lesson(name: str, said: str, first: tuple[str, ...], changed: tuple[str, ...]) -> str:
    """What to do before the call, in words that the agent will meet: the tool and the error as they are written."""
    refuses = f"{name} refuses calls with {said}"
    if first and changed:
        return f"Before calling {name}, call {listed(first)}, then check {listed(changed)}: {refuses}."
    if first:
        return f"Before calling {name}, call {listed(first)}: {refuses}, and worked after that."
    if changed:
        return f"Before calling {name}, check {listed(changed)}: {refuses}, and worked with another value."
    return f"Before calling {name}, check what its error names: {refuses}. Do not repeat the same call."


def _spans(signals: Signals, failed: Sequence[Call], recoveries: Sequence[Recovery]) -> tuple[Span, ...]:
    once = {call.session: call for call in reversed(failed)}
    spans = [quotes.error(signals, call) for call in once.values()]
    return quotes.kept(*spans, *(quotes.asked(signals, recovery.worked) for recovery in recoveries[-3:]))


def code(text: str) -> str:
    """As a literal of Markdown: on one line, without the sign that would end it."""
    return f"`{cut(text.replace('`', chr(39)), 200)}`"


def listed(names: Sequence[str]) -> str:
    coded = [code(name) for name in names]
    return coded[0] if len(coded) == 1 else f"{', '.join(coded[:-1])} and {coded[-1]}"


def pieces(error: str) -> tuple[str, ...]:
    """The constant pieces of a masked text that are long enough to recognise it by."""
    parts = [part.strip(" .,:;") for part in error.split(MASK)]
    return tuple(part for part in parts if len(part) >= 8) or (error,)
