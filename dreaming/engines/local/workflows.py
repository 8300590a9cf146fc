"""What completed sessions had done before a step, and the others that took this step had not: beyond chance.

Sessions are compared only with others that called the same tool: what ends well anyway is no workflow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Span, code, cut, listed, share, strength
from dreaming.engines.local.signals import Signals, Trace
from dreaming.engines.local.statistics import adjusted, enrichment

MOST_TAUGHT = 4  # workflows of one run that become lessons; the others stay patterns
MOST_BEFORE = 3
MOST_TOOLS = 60  # of one session
SAME_SUPPORT = 0.75  # of sessions: two steps that go together, or a workflow that another one tells already

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Workflow:
    """`steps` ends with the step that is judged; sessions that called it after the others, of all that called it."""

    steps: tuple[str, ...]
    held: tuple[int, ...]
    completed: tuple[int, ...]
    callers: int
    callers_completed: int


def find(signals: Signals, curation: Curation, taught: Iterable[Finding] = ()) -> list[Finding]:
    """The surest workflows, each once: at the policy's false discovery rate over everything tested.

    A step that an error teaches to take is left out: it is a remedy there.
    """
    remedies = {(step, one.steps[-1]) for one in taught for step in one.steps[:-1]}
    judged = {trace.session: trace for trace in signals.traces if signals.mark(trace.session).outcomes}
    done = {session for session in judged if signals.mark(session).completed}
    firsts = {session: _firsts(trace) for session, trace in judged.items()}
    callers, before = _pairs(firsts)
    tested = sorted(
        pair
        for pair, held in before.items()
        if pair not in remedies
        and len(held) >= curation.min_sessions
        and _can_tell(held, callers[pair[1]], done, curation)
    )
    chances = [_chance(before[pair], callers[pair[1]], done) for pair in tested]
    kept = {
        pair: chance
        for pair, chance, rate in zip(tested, chances, adjusted(chances), strict=True)
        if rate <= curation.false_discovery_rate
    }
    grown = [_grown(last, kept, before, callers[last], firsts, done) for last in sorted({pair[1] for pair in kept})]
    ranked = sorted(grown, key=lambda one: (-_certainty(one), -len(one.completed), -len(one.steps), one.steps))
    told: list[Workflow] = []
    for one in ranked:
        if len(one.completed) >= curation.min_sessions and not any(_tells(other, one) for other in told):
            told.append(one)
    findings = [_finding(signals, one, judged) for one in told]
    return [one if at < MOST_TAUGHT else replace(one, lesson="") for at, one in enumerate(findings)]


def _firsts(trace: Trace) -> dict[str, int]:
    """Where each tool first worked."""
    found: dict[str, int] = {}
    for at, call in enumerate(trace.calls):
        if call.tool and not call.error and len(found) < MOST_TOOLS:
            found.setdefault(call.tool, at)
    return found


def _pairs(firsts: Mapping[int, Mapping[str, int]]) -> tuple[dict[str, list[int]], dict[Pair, list[int]]]:
    """Sessions by tool, and by pairs of tools in the order in which they first worked."""
    callers: dict[str, list[int]] = defaultdict(list)
    before: dict[Pair, list[int]] = defaultdict(list)
    for session, places in firsts.items():
        tools = list(places)  # in the order of their first call
        for at, tool in enumerate(tools):
            callers[tool].append(session)
            for earlier in tools[:at]:
                before[earlier, tool].append(session)
    return callers, before


def _can_tell(held: Sequence[int], callers: Sequence[int], done: set[int], curation: Curation) -> bool:
    """Whether any split of these sessions could be beyond chance: what cannot is not tested, and costs no power."""
    if len(callers) - len(held) < curation.min_sessions:
        return False
    good = sum(session in done for session in callers)
    return enrichment(min(len(held), good), len(held), good, len(callers)) <= curation.false_discovery_rate


def _chance(held: Sequence[int], callers: Sequence[int], done: set[int]) -> float:
    good = sum(session in done for session in callers)
    return enrichment(sum(session in done for session in held), len(held), good, len(callers))


def _grown(
    last: str,
    kept: Mapping[Pair, float],
    before: Mapping[Pair, Sequence[int]],
    callers: Sequence[int],
    firsts: Mapping[int, Mapping[str, int]],
    done: set[int],
) -> Workflow:
    """The surest step before the last one, and those that nearly the same sessions took."""
    earlier = sorted((one for one, other in kept if other == last), key=lambda one: (kept[one, last], one))
    together = set(before[earlier[0], last])
    chosen = earlier[:1]
    for tool in earlier[1:]:
        both = together & set(before[tool, last])
        if len(chosen) < MOST_BEFORE and len(both) >= SAME_SUPPORT * len(together | set(before[tool, last])):
            chosen.append(tool)
            together = both
    held = tuple(session for session in callers if session in together)
    order = sorted(chosen, key=lambda tool: (sum(firsts[session][tool] for session in held), tool))
    completed = tuple(session for session in held if session in done)
    return Workflow((*order, last), held, completed, len(callers), sum(session in done for session in callers))


def _certainty(one: Workflow) -> float:
    others = max(1, one.callers - len(one.held))
    share = len(one.completed) / max(1, len(one.held))
    return strength(len(one.completed), certainty=share - (one.callers_completed - len(one.completed)) / others)


def _tells(one: Workflow, other: Workflow) -> bool:
    """The same habit before another step, or a part of it in nearly the same sessions."""
    if set(other.steps[:-1]) <= set(one.steps[:-1]):
        return True
    near = len(set(one.held) & set(other.held)) >= SAME_SUPPORT * len(other.held)
    return near and len(set(one.steps) & set(other.steps)) >= min(2, len(other.steps) - 1)


def _finding(signals: Signals, one: Workflow, traces: Mapping[int, Trace]) -> Finding:
    *before, last = one.steps
    others, others_done = one.callers - len(one.held), one.callers_completed - len(one.completed)
    counts = (
        f"Of {one.callers} sessions that called {code(last)}, {share(len(one.completed), len(one.held))} that had"
        f" called {listed(before)} before completed, and {others_done} of the {others} others."
    )
    return Finding(
        kind="workflow",
        key=("workflow", "before", last),
        statement=counts,
        sessions=one.completed,
        opportunities=one.callers,
        spans=_spans(signals, one, traces),
        confidence=_certainty(one),
        reason_code="completes_more_often",
        title=cut(
            f"Before calling {last}, call {', '.join(before[:-1]) + ' and ' if before[1:] else ''}{before[-1]}", 110
        ),
        lesson=f"Before calling {code(last)}, call {listed(before)}:"
        " sessions that did completed more often than those that did not.",
        heading=f"What comes before {code(last)}",
        rationale=f"{counts} That is more than chance gives, corrected for everything tested;"
        " it does not say that the order is the cause.",
        anchors=tuple(f"`{tool}`" for tool in one.steps),
        numbers={
            "completed": len(one.completed),
            "with": len(one.held),
            "others_completed": others_done,
            "others": others,
        },
    )


def _spans(signals: Signals, one: Workflow, traces: Mapping[int, Trace]) -> tuple[Span, ...]:
    """Of each session, its first call of the last step."""
    found: list[Span | None] = []
    for session in one.completed:
        calls = [call for call in traces[session].calls if call.tool == one.steps[-1] and not call.error]
        found.append(next((span for call in calls if (span := quotes.asked(signals, call))), None))
    return quotes.kept(*found)
