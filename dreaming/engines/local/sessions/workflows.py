"""Sequences of steps that go with completing, of two readings, and each told as a template.

Before: what sessions had done before a step that completed more often than the others that took the step. Way: the
order in which completed sessions come to a step, where that order is beyond chance, even if every session completes.
Sessions are compared only with others that called the same tool: what ends well anyway is no workflow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Span, code, counted, cut, hardly_chance, listed, share, strength
from dreaming.engines.local.reading import orders
from dreaming.engines.local.reading.calls import Flags, Ints
from dreaming.engines.local.reading.orders import Orders, Pairs, Places
from dreaming.engines.local.reading.signals import Signals, Trace
from dreaming.engines.local.reading.statistics import adjusted, enrichments, more_often
from dreaming.engines.local.sessions import templates
from dreaming.engines.local.sessions.templates import Followed

MOST_TAUGHT = 4  # workflows of one run that become lessons; the others stay patterns
MOST_BEFORE = 3
MOST_STEPS = 5
MOST_LAST = 64  # last steps looked at: those that most sessions called
MOST_CANDIDATES = 8  # steps that may come before one
SAME_SUPPORT = 0.75  # of sessions: two steps that go together, or a workflow that another one tells already
ENOUGH = 5  # sessions that completed and none that failed: a way that may be taught
WAY = 0.8  # how certain a way is, beside what is compared with failing sessions
SHORTEST_WAY = 3  # steps of a way that is worth a lesson


@dataclass(frozen=True, slots=True)
class Workflow:
    """`steps` ends with the step that is judged; traces that called it after the others, of all that called it.

    `template` may begin earlier; `ends` where most of the completed ones called nothing new after it.
    """

    reading: str  # before, way
    steps: tuple[str, ...]
    template: tuple[str, ...]
    ends: bool
    held: Flags
    completed: Flags
    callers: int
    callers_completed: int

    @property
    def support(self) -> int:
        return int(self.completed.sum())

    @property
    def taken(self) -> int:
        return int(self.held.sum())


@dataclass(frozen=True, slots=True)
class Counts:
    """Everything that is counted once, over all judged traces."""

    orders: Orders
    pairs: Pairs
    places: Places
    done: Flags
    callers: Ints
    completed: Ints
    barred: Flags  # pairs that an error teaches: a remedy there


def find(signals: Signals, curation: Curation, taught: Iterable[Finding] = ()) -> list[Finding]:
    """The surest workflows, each once: at the policy's false discovery rate over everything tested.

    A step that an error teaches to take is left out: it is a remedy there.
    """
    counts = _count(signals, curation, taught)
    ways = {one.steps[-1]: one for one in _ways(counts, curation)}
    grown = [_whole(one, ways.pop(one.steps[-1], one)) for one in _before(counts, curation)]
    grown += ways.values()
    ranked = sorted(grown, key=lambda one: (one.reading, -_certainty(one), -one.support, -len(one.steps), one.steps))
    told: list[Workflow] = []
    for one in ranked:
        if one.support >= curation.min_sessions and not any(_tells(other, one) for other in told):
            told.append(one)
    return _at_most(MOST_TAUGHT, [_finding(signals, one, curation) for one in told])


def _at_most(limit: int, findings: Sequence[Finding]) -> list[Finding]:
    lessons = [at for at, one in enumerate(findings) if one.lesson][limit:]
    return [replace(one, lesson="") if at in lessons else one for at, one in enumerate(findings)]


def _count(signals: Signals, curation: Curation, taught: Iterable[Finding]) -> Counts:
    done = orders.ended(signals, "completed")
    judged = orders.ended(signals)
    order = orders.read(signals.calls, judged, curation.min_sessions)
    barred = np.zeros((len(order.tools), len(order.tools)), dtype=np.bool_)
    codes = {tool: at for at, tool in enumerate(order.tools)}
    for step, last in ((step, one.steps[-1]) for one in taught for step in one.steps[:-1]):
        if step in codes and last in codes:
            barred[codes[step], codes[last]] = True
    callers, completed = order.callers(judged), order.callers(done)
    return Counts(order, orders.pairs(order, done), Places(order), done, callers, completed, barred)


def _before(counts: Counts, curation: Curation) -> list[Workflow]:
    """Pairs of an earlier and a last step, tested; of each last step the surest and those that go with it.

    What cannot be beyond chance however its sessions end is not tested, and costs no power.
    """
    held, good = counts.pairs.held, counts.pairs.marked
    others = counts.callers[None, :] - held
    one, last = np.nonzero((held >= curation.min_sessions) & (others >= curation.min_sessions) & ~counts.barred)
    drawn, marked, total = held[one, last], counts.completed[last], counts.callers[last]
    able = enrichments(np.minimum(drawn, marked), drawn, marked, total) <= curation.false_discovery_rate
    one, last, drawn, marked, total = one[able], last[able], drawn[able], marked[able], total[able]
    chances = enrichments(good[one, last], drawn, marked, total)
    kept = np.asarray(adjusted(chances.tolist())) <= curation.false_discovery_rate
    surest: dict[int, list[int]] = {}
    for at in np.lexsort((one, chances)).tolist():
        if kept[at]:
            surest.setdefault(int(last[at]), []).append(int(one[at]))
    lasts = sorted(surest, key=lambda tool: (-counts.callers[tool], tool))[:MOST_LAST]
    return [_grown(counts, surest[tool][:MOST_CANDIDATES], tool) for tool in lasts]


def _grown(counts: Counts, earlier: Sequence[int], last: int) -> Workflow:
    """The surest step before the last one, and those that nearly the same sessions took."""
    together = counts.places.before(earlier[0], last)
    chosen = [earlier[0]]
    for tool in earlier[1:]:
        own = counts.places.before(tool, last)
        both = together & own
        if len(chosen) < MOST_BEFORE and both.sum() >= SAME_SUPPORT * (together | own).sum():
            chosen.append(tool)
            together = both
    return _workflow(counts, "before", chosen, last, together)


def _workflow(counts: Counts, reading: str, chosen: Sequence[int], last: int, held: Flags) -> Workflow:
    before = sorted(chosen, key=lambda tool: (int(counts.places.of(tool)[held].sum(dtype=np.int64)), tool))
    steps = tuple(counts.orders.tools[tool] for tool in (*before, last))
    completed = held & counts.done
    return Workflow(
        reading,
        steps,
        steps,
        bool(2 * (counts.places.ends(last) & completed).sum() > completed.sum()),
        held,
        completed,
        int(counts.callers[last]),
        int(counts.completed[last]),
    )


def _whole(one: Workflow, way: Workflow) -> Workflow:
    """A workflow told from the beginning of the way to its last step, where it is a part of that."""
    return replace(one, template=way.steps) if set(one.steps) <= set(way.steps) else one


def _ways(counts: Counts, curation: Curation) -> list[Workflow]:
    """For each step the longest order that at least half of the completed sessions came to it by.

    Each two steps of it come in their order more often than runs of calls in any order would. What mostly
    fails is no way.
    """
    good = counts.pairs.marked
    both = good + good.T
    one, last = np.nonzero(both >= curation.min_sessions)
    tries, expected = both[one, last], counts.pairs.expected[one, last]
    able = more_often(tries, tries, expected) <= curation.false_discovery_rate
    one, last, tries, expected = one[able], last[able], tries[able], expected[able]
    rates = np.asarray(adjusted(more_often(good[one, last], tries, expected).tolist()))
    sure = np.zeros(good.shape, dtype=np.bool_)
    kept = rates <= curation.false_discovery_rate
    sure[one[kept], last[kept]] = True
    lasts = np.flatnonzero(sure.any(axis=0))
    lasts = lasts[np.argsort(-counts.completed[lasts], kind="stable")][:MOST_LAST]
    ways = [_way(counts, sure, int(tool)) for tool in lasts.tolist()]
    return [one for one in ways if one is not None]


def _way(counts: Counts, sure: Flags, last: int) -> Workflow | None:
    good, half = counts.pairs.marked, counts.completed[last] / 2
    candidates = np.flatnonzero(sure[:, last] & ~counts.barred[:, last] & (good[:, last] >= half))
    chosen: list[int] = []
    together = counts.places.of(last) >= 0
    for tool in candidates[np.argsort(-good[candidates, last], kind="stable")][:MOST_CANDIDATES].tolist():
        ordered = _ordered(counts, sure, tool, chosen)
        if ordered is None or len(chosen) + 1 == MOST_STEPS:
            continue
        both = together & ordered & counts.places.before(tool, last)
        if (both & counts.done).sum() >= half:
            chosen.append(tool)
            together = both
    way = _workflow(counts, "way", chosen, last, together) if chosen else None
    return way if way and 2 * way.support >= way.taken else None


def _ordered(counts: Counts, sure: Flags, tool: int, chosen: Sequence[int]) -> Flags | None:
    """The traces that take a step in its usual order with the steps chosen; none where one of them has no order."""
    found = np.ones(counts.orders.traces, dtype=np.bool_)
    for other in chosen:
        if not sure[tool, other] and not sure[other, tool]:
            return None
        found &= counts.places.before(tool, other) if sure[tool, other] else counts.places.before(other, tool)
    return found


def _certainty(one: Workflow) -> float:
    rate = one.support / max(1, one.taken)
    if one.reading == "way":
        return strength(one.support, certainty=WAY * rate * one.support / max(1, one.callers_completed))
    others = max(1, one.callers - one.taken)
    return strength(one.support, certainty=rate - (one.callers_completed - one.support) / others)


def _tells(one: Workflow, other: Workflow) -> bool:
    """The same habit before another step, or a part of it in nearly the same sessions; of a way all its steps."""
    if other.reading == "way":
        needed = len(other.steps)
    elif set(other.steps[:-1]) <= set(one.steps[:-1]):
        return True
    else:
        needed = min(2, len(other.steps) - 1)
    if len(set(one.template) & set(other.steps)) < needed:
        return False
    return int((one.held & other.held).sum()) >= SAME_SUPPORT * other.taken


def _finding(signals: Signals, one: Workflow, curation: Curation) -> Finding:
    places = np.flatnonzero(one.completed)
    latest = [signals.traces[at] for at in places[-max(templates.MOST_READ, curation.max_quotes) :].tolist()]
    taken = [own for trace in latest if (own := templates.followed(trace, one.template))]
    found = _told_before(one) if one.reading == "before" else _told_way(one)
    template = _template(signals, one, taken)
    return replace(
        found,
        lesson=f"{found.lesson} {template}".rstrip() if found.lesson else "",
        sessions=tuple(signals.sessions[places].tolist()),
        spans=_spans(signals, latest, taken[-curation.max_quotes :], one.steps[-1]),
        anchors=tuple(f"`{tool}`" for tool in one.steps),
        numbers={
            "completed": one.support,
            "with": one.taken,
            "others_completed": one.callers_completed - one.support,
            "others": one.callers - one.taken,
            "completed_ppm": round(1_000_000 * one.support / max(1, one.taken)),
        },
    )


def _template(signals: Signals, one: Workflow, taken: Sequence[Followed]) -> str:
    """The steps, where they say more than their names, and the words of the requests that they were taken for."""
    steps = templates.told(signals, taken)
    held, others = (np.flatnonzero(which)[-templates.MOST_OPENINGS :].tolist() for which in (one.held, ~one.held))
    words = templates.situation(signals, [signals.traces[at] for at in held], [signals.traces[at] for at in others])
    said = f"The request says {', '.join(f'“{word}”' for word in words)}." if words else ""
    told = f"Steps: {steps}." if len(one.template) > 2 or " with " in steps else ""
    return f"{told} {said}".strip()


def _told_before(one: Workflow) -> Finding:
    *before, last = one.steps
    others, others_done = one.callers - one.taken, one.callers_completed - one.support
    did = share(one.support, one.taken).capitalize()
    counts = (
        f"{did} sessions that called {listed(before)} before {code(last)} completed;"
        f" of the {counted(others, 'session')} that called {code(last)} without doing so, {others_done or 'none'} did."
    )
    names = f"{', '.join(before[:-1])} and {before[-1]}" if before[1:] else before[0]
    return Finding(
        kind="workflow",
        key=("workflow", "before", last),
        statement=counts,
        sessions=(),
        opportunities=one.callers,
        spans=(),
        confidence=_certainty(one),
        reason_code="completes_more_often",
        title=cut(f"Before calling {last}, call {names}", 110),
        lesson=f"Before calling {code(last)}, call {listed(before)}:"
        " sessions that did so completed more often than the others.",
        heading=f"What comes before {code(last)}",
        rationale=f"{counts} {hardly_chance('the order')}",
    )


def _fared(completed: int, others: int) -> str:
    """How those ended that came to the step in another way."""
    if others == 1:
        return " So did the one other that called it." if completed else " The one other that called it did not."
    return f" So did {share(completed, others)} others that called it." if others else ""


def _told_way(one: Workflow) -> Finding:
    """Taught where it leads to an end, many completed this way and none that went it failed."""
    *before, last = one.steps
    others, others_done = one.callers - one.taken, one.callers_completed - one.support
    counts = (
        f"{share(one.support, one.callers_completed).capitalize()} completed sessions that called {code(last)} came to"
        f" it in this order: {' → '.join(code(tool) for tool in one.steps)}."
        f" {share(one.support, one.taken).capitalize()} sessions that did so completed." + _fared(others_done, others)
    )
    safe = one.ends and one.support == one.taken and one.support >= ENOUGH and len(one.steps) >= SHORTEST_WAY
    return Finding(
        kind="workflow",
        key=("workflow", "way", last),
        statement=counts,
        sessions=(),
        opportunities=one.callers,
        spans=(),
        confidence=_certainty(one),
        reason_code="completed_this_way",
        title=cut(f"The way to {last}: {', '.join(before)}, then {last}", 110),
        lesson=f"To call {code(last)}, go the way that completed sessions went." if safe else "",
        heading=f"The way to {code(last)}",
        rationale=f"{counts} {hardly_chance('the order')}",
    )


def _spans(signals: Signals, traces: Sequence[Trace], taken: Sequence[Followed], last: str) -> tuple[Span, ...]:
    """Of each session, its first call of the last step; the other steps from the sessions that show them best."""
    found: list[Span | None] = []
    for trace in traces:
        calls = [call for call in trace.calls if call.tool == last and not call.error]
        found.append(next((span for call in calls if (span := quotes.asked(signals, call))), None))
    shortest = sorted(taken, key=lambda one: (len(one.trace.calls), -one.trace.place))
    for step in range(len(taken[0].calls) - 1 if taken else 0):
        best = shortest[step // 2 % len(shortest)]  # a session is quoted three times at most
        found.append(quotes.asked(signals, best.calls[step]))
    return quotes.kept(*found)
