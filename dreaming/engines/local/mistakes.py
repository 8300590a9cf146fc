"""Tool errors that come back over sessions: how often, out of how many calls, and what was done next that worked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from dreaming.engines.local import quotes, refused, retries
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Span, code, counted, cut, share_all, strength
from dreaming.engines.local.masks import MASK, headline, is_error_shaped, shared
from dreaming.engines.local.retries import Recovery, Remedy
from dreaming.engines.local.signals import Call, Signals

BROKEN = 5  # so many calls, or calls in
BROKEN_SESSIONS = 3  # so many sessions, none of which worked: the tool is broken, there is nothing to learn
LOOKS_BROKEN = "No call of it ever worked: the tool or the check itself looks broken."


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
            recoveries = [one for session in met if (one := retries.recovery(traces[session], tool, error))]
            found.append(_finding(signals, tool, error, failed, met, by_tool[tool], recoveries))
    return found


def _finding(
    signals: Signals,
    tool: str,
    error: str,
    failed: list[Call],
    met: tuple[int, ...],
    calls: Sequence[Call],
    recoveries: list[Recovery],
) -> Finding:
    users = len({call.session for call in calls})
    never = len(failed) == len(calls) and (len(calls) >= BROKEN or len(met) >= BROKEN_SESSIONS)
    gone = "" if never else refused.only_value(signals, failed)
    remedy = retries.remedy(signals, recoveries)
    said = shared([signals.text(call.result)[slice(*headline(signals.text(call.result)))] for call in failed]) or error
    counts = (
        f"{code(tool)} answered {code(said)} to {len(failed)} of {counted(len(calls), 'call')},"
        f" in {len(met)} of the {counted(users, 'session')} that called it."
        f" {LOOKS_BROKEN if never else _what_worked(recoveries, len(met), remedy, code(tool))}"
    )
    return Finding(
        kind="mistake",
        key=("tool_error", tool, error),
        statement=counts,
        sessions=met,
        opportunities=len(calls),
        spans=_spans(signals, failed, recoveries),
        confidence=strength(len(met)),
        reason_code="broken_tool" if never else "refused_value" if gone else "recurring_error",
        title=_title(tool, said, remedy),
        lesson="" if never or gone else _lesson(code(tool), said, remedy),
        heading=f"When calling {code(tool)}",
        rationale=counts,
        steps=(*remedy.first, tool),
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


def _what_worked(recoveries: Sequence[Recovery], met: int, remedy: Remedy, name: str) -> str:
    if not recoveries:
        return f"In none of these sessions did a later call of {name} work."
    those = f"{len(recoveries)} of these {met}" if len(recoveries) < met else f"{share_all(met)} of these"
    after = f"In {those} sessions a later call of {name} worked"
    how = retries.told(remedy)
    return f"{after}; at least half of them did this first: {how}." if how else f"{after}."


def _lesson(name: str, said: str, remedy: Remedy) -> str:
    """What to do before the call, in words that the agent will meet: the tool and the error as they are written.

    A text that does not read as an error is not repeated: who writes it would write into memory.
    """
    how = retries.told(remedy)
    quotable = is_error_shaped(said)
    if how:
        return f"Before calling {name}, {how}: otherwise it may {f'answer {code(said)}' if quotable else 'fail'}."
    if not quotable:
        return ""
    return f"Before calling {name}, check what its error {code(said)} names, and do not repeat the same call."


def _title(tool: str, said: str, remedy: Remedy) -> str:
    how = retries.told(replace(remedy, example=None)).replace("`", "")
    told = f": {said}" if is_error_shaped(said) else ""
    return cut(f"Before calling {tool}, {how}" if how else f"{tool} refuses calls{told}", 110)


def _spans(signals: Signals, failed: Sequence[Call], recoveries: Sequence[Recovery]) -> tuple[Span, ...]:
    once = {call.session: call for call in reversed(failed)}
    spans = [quotes.error(signals, call) for call in once.values()]
    return quotes.kept(*spans, *(quotes.asked(signals, recovery.worked) for recovery in recoveries[-3:]))


def pieces(error: str) -> tuple[str, ...]:
    """The constant pieces of a masked text that are long enough to recognise it by."""
    parts = [part.strip(" .,:;") for part in error.split(MASK)]
    return tuple(part for part in parts if len(part) >= 8) or (error,)
