"""The engine: what the local engine finds, what the model adds to it, and the local engine's limits over all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from agents.snapshot import Snapshot
from dreaming.engines.claude import (
    answering,
    batches,
    claims,
    discovering,
    grounding,
    judging,
    turning,
    verifying,
    wording,
)
from dreaming.engines.claude.asking import Line, Voice
from dreaming.engines.claude.claims import Claimed
from dreaming.engines.local import engine as local
from dreaming.engines.local.considered import Considered
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.engine import LocalEngine, policy_of
from dreaming.engines.local.proposing.discretion import speakable
from dreaming.engines.local.proposing.operations import Quoter
from dreaming.engines.protocol import (
    Decline,
    DreamResult,
    EngineFailed,
    EngineWaits,
    Journal,
    Quote,
    Report,
    Request,
    Revision,
)
from dreaming.engines.spending import Budget

STAGES = ("discover", "ground", "verify", "judge", "word")


@dataclass(frozen=True, slots=True)
class Model:
    """What the engine is built with: a client of the Messages API, checked by whoever built it."""

    client: Any
    name: str
    verifier: str
    budget: Budget
    clock: Callable[[], datetime]
    may_batch: bool = False
    instructions: str = ""
    effort: str = ""
    verifier_effort: str = ""

    @property
    def finds(self) -> Voice:
        return Voice(self.name, self.effort)

    @property
    def verifies(self) -> Voice:
        return Voice(self.verifier, self.verifier_effort)


class ClaudeEngine:
    """`open_model` is asked when a dream begins: it raises EngineFailed where something is missing."""

    name = "claude"

    def __init__(self, open_model: Callable[[Snapshot], Model], engine: LocalEngine | None = None) -> None:
        self._open = open_model
        self._local = engine or LocalEngine()

    def dream(self, snapshot: Snapshot, curation: Mapping[str, Any], report: Report, journal: Journal) -> DreamResult:
        """Raises EngineFailed, OverBudget, and EngineWaits while a batch or a limit of the platform is waited for."""
        policy = policy_of(curation)
        model = self._open(snapshot)
        now = self._local.consider(snapshot, policy, report)
        line = Line(model.client, model.budget, journal, model.clock, batches.ask if model.may_batch else None)
        found = _found(line, now, model, policy, report)
        said = turning.origin(model.finds, model.verifies)
        now = replace(
            now,
            findings=[*now.findings, *turning.findings(now, found, policy, line.funnel, said=said)],
            tidyings=[
                *now.tidyings,
                *speakable(turning.tidyings(now, found, said=said)),
                *judging.judge(line, now, model=model.verifies),
            ],
        )
        _tell(report, "judge")
        now = replace(now, findings=_worded(line, now, model, policy))
        _tell(report, "word")
        result = self._local.conclude(now, policy, report)
        joins = _joins(now, found, policy, result.joins)
        return replace(result, joins=joins, funnel={**result.funnel, **line.funnel}, usage=dict(model.budget.usage()))

    def answer(self, snapshot: Snapshot, request: Request, report: Report, journal: Journal) -> Revision | Decline:
        """The model's next revision; where it has none, the local engine's."""
        try:
            model = self._open(snapshot)
            line = Line(model.client, model.budget, journal, model.clock)
            reply = answering.answer(line, snapshot, request, model=model.finds)
        except (EngineFailed, EngineWaits) as failed:
            reply = Decline(str(failed))
        if isinstance(reply, Revision):
            return reply
        other = self._local.answer(snapshot, request, report, journal)
        return replace(other, funnel=reply.funnel) if isinstance(other, Revision) else reply


def _found(line: Line, now: Considered, model: Model, policy: Curation, report: Report) -> list[Claimed]:
    found = discovering.discover(line, now, model=model.finds, instructions=model.instructions)
    _tell(report, "discover")
    most = max(1, policy.max_changes)
    line.funnel["model_over_limit"] += max(0, len(found) - most)
    found = grounding.ground(line, now, found[:most], model=model.finds)
    _tell(report, "ground")
    found = verifying.verify(line, now.snapshot, found, model=model.verifies)
    _tell(report, "verify")
    return found


def _worded(line: Line, now: Considered, model: Model, policy: Curation) -> list[Any]:
    """Only what would be proposed is worded: what is known, open or cooling costs nothing."""
    _drafts, settled = local.settle(now, Quoter(now.snapshot, policy.max_quotes), policy)
    own = {one.pattern for one in settled.operations if one.pattern and one.reason_code != turning.REASONS["add"]}
    return wording.word(line, now, own, model=model.finds)


def _joins(
    now: Considered, found: list[Claimed], policy: Curation, joins: Mapping[str, tuple[Quote, ...]]
) -> dict[str, tuple[Quote, ...]]:
    """Evidence for what is open already, from sessions that it does not have."""
    quoter, joined = Quoter(now.snapshot, policy.max_quotes), dict(joins)
    by_id = {change.id: change for change in now.snapshot.open_changes}
    for claim in found:
        if claim.open in by_id:
            had = set(by_id[claim.open].sessions)
            quotes = quoter.of(claim.spans, claims.supporting(now.snapshot, claim))
            fresh = [quote for quote in quotes if quote.session not in had]
            if fresh:
                joined[claim.open] = tuple(dict.fromkeys((*joined.get(claim.open, ()), *fresh)))
    return joined


def _tell(report: Report, stage: str) -> None:
    report(stage, STAGES.index(stage) + 1, len(STAGES))
