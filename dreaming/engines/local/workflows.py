"""Orders of tools that completed sessions share, and that the other sessions show less often than chance allows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Span, cut, strength
from dreaming.engines.local.mistakes import code
from dreaming.engines.local.signals import Signals, Trace
from dreaming.engines.local.statistics import adjusted, enrichment

SHORTEST, LONGEST = 2, 5
SAME_SUPPORT = 0.75  # a part is told by the whole where so much of its support shows the whole
LONG_SESSION = 400

Steps = tuple[str, ...]


def find(signals: Signals, curation: Curation) -> list[Finding]:
    """Maximal workflows: completed more often with them than without, at the policy's false discovery rate."""
    judged = [trace for trace in signals.traces if signals.mark(trace.session).outcomes]
    done = {trace.session for trace in judged if signals.mark(trace.session).completed}
    holders: dict[Steps, list[int]] = defaultdict(list)
    for trace in judged:
        for steps in set(_grams(trace.steps[:LONG_SESSION])):
            holders[steps].append(trace.session)
    tested = sorted(steps for steps, held in holders.items() if len(held) >= curation.min_sessions)
    chances = []
    for steps in tested:
        hits = sum(session in done for session in holders[steps])
        chances.append(enrichment(hits, len(holders[steps]), len(done), len(judged)))
    kept: dict[Steps, tuple[int, ...]] = {}
    for steps, rate in zip(tested, adjusted(chances), strict=True):
        completed = tuple(session for session in holders[steps] if session in done)
        if rate <= curation.false_discovery_rate and len(completed) >= curation.min_sessions:
            kept[steps] = completed
    by_session = {trace.session: trace for trace in judged}
    return [
        _finding(signals, steps, kept[steps], holders[steps], by_session, len(done))
        for steps in sorted(kept)
        if not _is_told(steps, kept)
    ]


def _grams(steps: Steps) -> Iterator[Steps]:
    for length in range(SHORTEST, LONGEST + 1):
        for at in range(len(steps) - length + 1):
            yield steps[at : at + length]


def _is_told(steps: Steps, kept: dict[Steps, tuple[int, ...]]) -> bool:
    """A longer workflow holds this one, and nearly all sessions with this one show the longer."""
    for longer, held in kept.items():
        if len(longer) > len(steps) and len(held) >= SAME_SUPPORT * len(kept[steps]) and steps in set(_grams(longer)):
            return True
    return False


def _finding(
    signals: Signals, steps: Steps, completed: tuple[int, ...], held: list[int], traces: dict[int, Trace], done: int
) -> Finding:
    others, others_done = len(traces) - len(held), done - len(completed)
    arrow = " → ".join(code(tool) for tool in steps)
    counts = (
        f"{len(completed)} of {len(held)} sessions that called {arrow} in this order completed,"
        f" and {others_done} of {others} other sessions."
    )
    return Finding(
        kind="workflow",
        key=("workflow", *steps),
        statement=counts,
        sessions=completed,
        opportunities=len(held),
        spans=_spans(signals, steps, completed, traces),
        confidence=strength(len(completed), certainty=len(completed) / len(held) - others_done / max(1, others)),
        reason_code="completes_more_often",
        title=cut(f"Order that works: {' → '.join(steps)}", 110),
        lesson=_lesson(steps),
        rationale=f"{counts} That is more than chance gives, corrected for everything tested;"
        " it does not say that the order is the cause.",
        anchors=tuple(f"`{tool}`" for tool in steps),
        numbers={"completed": len(completed), "with": len(held), "others_completed": others_done, "others": others},
    )


def _lesson(steps: Steps) -> str:
    *before, last = steps
    order = ", then ".join(code(tool) for tool in before)
    return f"Before calling {code(last)}, call {order}: sessions in this order completed more often than others."


def _spans(signals: Signals, steps: Steps, completed: tuple[int, ...], traces: dict[int, Trace]) -> tuple[Span, ...]:
    """Of each session, its last call of the workflow's last tool."""
    found: list[Span | None] = []
    for session in completed:
        calls = [call for call in traces[session].calls if call.tool == steps[-1] and not call.error]
        found.append(next((span for call in reversed(calls) if (span := quotes.asked(signals, call))), None))
    return quotes.kept(*found)
