"""The local engine: from a snapshot to patterns and operations with no model, no network and no clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from agents.snapshot import Snapshot
from dreaming.engines.local import answering, collecting, refutations
from dreaming.engines.local.considered import Considered
from dreaming.engines.local.curation import BadCuration, Curation
from dreaming.engines.local.findings import Finding, Tidying
from dreaming.engines.local.memory import answers, demands, interfaces, pairs, premises, refused, stale, stated
from dreaming.engines.local.memory.retention import Retention
from dreaming.engines.local.memory.stated import Sayings
from dreaming.engines.local.proposing import merging, moves, operations, settling
from dreaming.engines.local.proposing.discretion import discreet, speakable
from dreaming.engines.local.proposing.held import Holdings
from dreaming.engines.local.proposing.operations import Draft, Quoter
from dreaming.engines.local.reading import claims, weighing
from dreaming.engines.local.reading import signals as reading
from dreaming.engines.local.reading.claims import Claim
from dreaming.engines.local.reading.parsing import Library
from dreaming.engines.local.reading.signals import Signals
from dreaming.engines.local.sessions import (
    across,
    announced,
    attempts,
    conditions,
    contrasts,
    edited,
    endings,
    handovers,
    mistakes,
    outcomes,
    overruled,
    practices,
    preferences,
    ranking,
    timing,
    waits,
    workflows,
)
from dreaming.engines.protocol import Decline, DreamResult, EngineFailed, Journal, Report, Request, Revision

STAGES = (
    "parsing",
    "claims",
    "signals",
    "pairs",
    "stale",
    "mistakes",
    "attempts",
    "conditions",
    "workflows",
    "practices",
    "waits",
    "preferences",
    "timing",
    "operations",
)


class LocalEngine:
    """Pure: the same snapshot and curation give the same result, whatever the order of sessions.

    Memories that it parsed are kept in its library for the next dream.
    """

    name = "local"

    def __init__(self, library: Library | None = None) -> None:
        self._library = library or Library()

    @collecting.paused()
    def dream(self, snapshot: Snapshot, curation: Mapping[str, Any], report: Report, journal: Journal) -> DreamResult:
        """Raises EngineFailed, naming the field, where the curation policy cannot be read."""
        policy = policy_of(curation)
        return self.conclude(self.consider(snapshot, policy, report), policy, report)

    @collecting.paused()
    def answer(self, snapshot: Snapshot, request: Request, report: Report, journal: Journal) -> Revision | Decline:
        """Another way to say what this engine proposed. Raises EngineFailed as `dream` does."""
        policy = policy_of(request.curation)
        now = self.consider(snapshot, policy, report)
        quoter = Quoter(now.snapshot, policy.max_quotes)
        reply = answering.answer(now, draft(now, quoter, policy), request, quoter)
        _tell(report, "operations")
        return reply

    def consider(self, snapshot: Snapshot, policy: Curation, report: Report) -> Considered:
        """All stages up to what they found, over memories in one order."""
        memories = sorted(snapshot.memories, key=lambda memory: (memory.namespace, memory.path, memory.id))
        snapshot = weighing.weighed(replace(snapshot.zoned(), memories=tuple(memories)), policy.weights)
        parsed = [self._library.read(memory.text) for memory in memories]
        _tell(report, "parsing")
        known = claims.read(snapshot, policy, parsed)
        _tell(report, "claims")
        signals = reading.read(snapshot)
        _tell(report, "signals")
        sayings = Sayings(signals)
        retention = Retention(signals, known, policy)
        tidyings = tidy(signals, known, sayings, retention, policy, report)
        found = find(signals, policy, report)
        findings, superseded = stated.supersede(snapshot, known, found, sayings, announced.find(signals))
        tidyings = premises.reopen(snapshot, known, tidyings + superseded)
        return Considered(signals, known, sayings, retention, findings, speakable(tidyings))

    def conclude(self, now: Considered, policy: Curation, report: Report) -> DreamResult:
        """What is proposed of what was found, and what that does to what is open."""
        snapshot = now.snapshot
        quoter = Quoter(snapshot, policy.max_quotes)
        drafts, settled = settle(now, quoter, policy)
        refuted = refutations.find(now, policy, lambda past: self.consider(past, policy, _quietly))
        patterns = tuple(operations.pattern(snapshot, finding, quoter) for finding in now.findings)
        _tell(report, "operations")
        withdrawals = {one.change.id: one.reason for one in refuted if one.withdraws}
        funnel = _funnel(now)
        funnel.update(settled.funnel)
        funnel.update(drafts=len(drafts), proposed=len(settled.operations), quotes_dropped=quoter.dropped)
        return DreamResult(
            patterns=patterns,
            operations=settled.operations,
            alternatives=settled.alternatives,
            joins=refutations.joined(settled.joins, refuted, quoter),
            funnel=dict(funnel),
            withdrawals=withdrawals,
        )


def policy_of(document: Mapping[str, Any]) -> Curation:
    try:
        return Curation.read(document)
    except BadCuration as bad:
        raise EngineFailed(f"the curation policy cannot be read: {bad}") from bad


def tidy(
    signals: Signals,
    known: Sequence[Claim],
    sayings: Sayings,
    retention: Retention,
    policy: Curation,
    report: Report,
) -> list[Tidying]:
    """What memory calls for, read beside what people and tools say of it."""
    snapshot = signals.snapshot
    found = pairs.decide(snapshot, known, sayings)
    _tell(report, "pairs")
    found += stale.find(snapshot, known, policy, retention.valued, found)
    found += retention.harmful()
    found += refused.find(snapshot, signals, known, policy)
    found += interfaces.find(snapshot, signals, known, policy)
    found += demands.find(snapshot, signals, known, policy, found)
    found += answers.find(snapshot, signals, known, policy, found)
    _tell(report, "stale")
    return found


def find(signals: Signals, policy: Curation, report: Report) -> list[Finding]:
    """What recurs over sessions, the surest first."""
    found = mistakes.find(signals, policy)
    _tell(report, "mistakes")
    tried = contrasts.tasks(signals)
    differences = contrasts.find(signals, tried, policy)
    found += attempts.per_task(signals, differences) + across.find(signals, tried, differences, policy)
    found += outcomes.of_tasks(signals, tried, policy) + outcomes.with_tools(signals, policy)
    found += handovers.find(signals, tried, policy) + endings.find(signals, tried, policy)
    found += overruled.find(signals, policy)
    _tell(report, "attempts")
    found = conditions.find(signals, policy, found)
    _tell(report, "conditions")
    found += workflows.find(signals, policy, found)
    _tell(report, "workflows")
    found += practices.find(signals, policy)
    _tell(report, "practices")
    found += waits.find(signals, policy)
    _tell(report, "waits")
    found += preferences.find(signals, policy) + edited.find(signals, policy)
    found = discreet(found)
    _tell(report, "preferences")
    found = timing.dated(signals, ranking.ranked(overruled.marked(signals, found)), policy)
    _tell(report, "timing")
    return found


def settle(now: Considered, quoter: Quoter, policy: Curation) -> tuple[list[Draft], settling.Settled]:
    """All drafts, and those of them that may be proposed now."""
    drafts = draft(now, quoter, policy)
    held = Holdings(now.snapshot, now.known)
    return drafts, settling.settle(now.snapshot, drafts, now.known, held, now.retention.valued, policy)


def draft(now: Considered, quoter: Quoter, policy: Curation) -> list[Draft]:
    """An operation for each finding that has one; lessons need a namespace that the agent may write."""
    snapshot = now.snapshot
    fit, files = operations.homes(snapshot), operations.lesson_files(snapshot)
    drafts = []
    for finding in now.findings:
        taught = finding.lesson and finding.kind in policy.kinds
        home = operations.home_of(snapshot, finding, fit, policy.min_agents) if taught else ""
        if home:
            drafts.append(operations.lesson(files, finding, home, quoter))
    written, sizes = set(snapshot.namespaces), Counter(claim.memory for claim in now.known)
    for tidying in now.tidyings:
        if snapshot.memories[tidying.remove[0].memory].namespace in written:
            drafts.append(operations.tidy(snapshot, tidying, sizes, quoter))
    return drafts + reshape(now, drafts, policy)


def reshape(now: Considered, drafts: Sequence[Draft], policy: Curation) -> list[Draft]:
    """Merges of whole memories, and moves of those that nothing else takes away."""
    merges = merging.find(now.snapshot, now.known, now.tidyings, policy)
    leaving = {target.memory for one in (*drafts, *merges) for target in one.operation.targets if not target.path_after}
    return merges + moves.find(now.snapshot, policy, leaving)


def _funnel(now: Considered) -> Counter[str]:
    signals = now.signals
    return Counter(
        memories=len(signals.snapshot.memories),
        statements=len(now.known),
        sessions=len(signals.snapshot.sessions),
        sessions_left_out=signals.left_out,
        events=len(signals.snapshot.events),
        calls=len(signals.calls),
        patterns=len(now.findings),
        memory_findings=len(now.tidyings),
    )


def _quietly(stage: str, done: int, total: int) -> None:
    """For stages that are run again: the report of the run goes forwards only."""


def _tell(report: Report, stage: str) -> None:
    report(stage, STAGES.index(stage) + 1, len(STAGES))
