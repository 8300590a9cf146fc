"""Storing what a dream found: patterns, a proposal, evidence for what waits already, and what was read; in one unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from accounts.models import Team
from agents.snapshot import Snapshot
from audit import trail
from dreaming import crediting, drafting, leases, manifests
from dreaming.engines.protocol import DreamResult, FoundPattern
from dreaming.enums import RunState
from dreaming.leases import Lease
from dreaming.models import Pattern, Run, SessionRead
from reviews import desk, joining, proposals
from reviews.enums import ActorType, OriginKind
from reviews.models import Change, Proposal
from reviews.proposals import Origin

LOST_ON_THE_WAY = ("dropped_base_moved", "dropped_unsound")


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a dream's result."""

    patterns: Sequence[Pattern]
    proposal: Proposal | None
    withdrawn: Sequence[str]
    funnel: Counter[str]

    @property
    def state(self) -> RunState:
        if any(self.funnel[reason] for reason in LOST_ON_THE_WAY):
            return RunState.PARTIAL
        did = self.proposal or self.withdrawn or self.funnel["joined"]
        return RunState.COMPLETED if did else RunState.NO_CHANGE


def store(*, lease: Lease, snapshot: Snapshot, result: DreamResult, at: datetime) -> Run:
    """End our run with its result. Raises leases.Taken, and nothing is stored then."""
    with trail.unit_of_work(at=at) as unit:
        Team.objects.select_for_update().get(pk=lease.run.team_id)  # before the run: opening a proposal needs it
        run = lease.locked()
        stored = store_found(run=run, snapshot=snapshot, result=result, at=at, unit=unit)
        run.funnel, run.usage = dict(stored.funnel), dict(result.usage)
        run.pattern_ids = [pattern.public_id for pattern in stored.patterns]
        run.withdrawn_ids = list(stored.withdrawn)
        run.proposal_id = stored.proposal.public_id if stored.proposal else ""
        if stored.state == RunState.PARTIAL:
            run.error = gettext(
                "Memory moved meanwhile: some changes were left out. The next dream reads these sessions again."
            )
        leases.become(run, stored.state, at=at)
        unit.record("dream.finished", target=run, by=trail.SYSTEM, data=_told(run, snapshot, stored, at))
    return run


def store_found(*, run: Run, snapshot: Snapshot, result: DreamResult, at: datetime, unit: trail.Unit) -> Stored:
    """Patterns, proposal, joined evidence, withdrawals and counters of a run that the caller has locked."""
    team, agent = run.team, run.agent
    patterns = _store_patterns(run, result.patterns, at)
    drafts = drafting.drafts_of(team=team, operations=result.operations, patterns=patterns)
    new = sum(mark.is_new for mark in snapshot.sessions)
    proposal, dropped = drafting.open_what_fits(
        team=team,
        agent=agent,
        drafts=drafts,
        summary=drafting.summary_of(sessions=len(snapshot.sessions), new=new, memories=len(snapshot.memories)),
        origin=Origin(OriginKind.DREAM, run.public_id, trail.SYSTEM, asked_by=_asker(run)),
        at=at,
    )
    funnel = Counter(dict(result.funnel))
    funnel.update(dropped)
    funnel["namespaces_to_write"] = len(snapshot.namespaces)
    funnel["sessions_new"] = new
    funnel["changes"] = len(drafts) - dropped.total()
    funnel["joined"] = _join(run, result, at, unit)
    withdrawn = _withdraw(run, result.withdrawals, at, unit)
    funnel["withdrawn"] = len(withdrawn)
    stored = Stored(list(patterns.values()), proposal, withdrawn, funnel)
    if stored.state != RunState.PARTIAL and snapshot.namespaces:  # what found no place stays new to the next dream
        funnel["statements_credited"] = crediting.credit(run=run, snapshot=snapshot)
        _mark_read(run, snapshot, result.unread)
    return stored


def _asker(run: Run) -> str:
    return run.asked_by_id if run.asked_by_type == ActorType.PERSON else ""


def _store_patterns(run: Run, found: Sequence[FoundPattern], at: datetime) -> dict[str, Pattern]:
    keys = [one.key for one in found]
    known = {row.key: row for row in Pattern.objects.of(run.team).filter(agent=run.agent) if row.key in set(keys)}
    rows: dict[str, Pattern] = {}
    for one in found:
        row = known.get(one.key) or Pattern(team=run.team, agent=run.agent, key=one.key, first_at=at)
        row.run, row.kind, row.statement, row.at = run, one.kind, one.statement, at
        row.support, row.agents = len(one.sessions), len(one.agents)
        row.opportunities, row.numbers = one.opportunities, dict(one.numbers)
        row.session_ids = list(one.sessions)
        rows[one.key] = row
    Pattern.objects.bulk_create([row for row in rows.values() if row.pk is None], batch_size=500)
    fields = ["run", "kind", "statement", "at", "support", "agents", "opportunities", "numbers", "session_ids"]
    Pattern.objects.of(run.team).bulk_update([row for row in rows.values() if row.key in known], fields, batch_size=200)
    return rows


def _join(run: Run, result: DreamResult, at: datetime, unit: trail.Unit) -> int:
    added, joins = 0, result.joins
    for change in Change.objects.of(run.team).filter(public_id__in=list(joins)).select_related("team").order_by("pk"):
        quotes = [drafting.quote_of(quote) for quote in joins[change.public_id]]
        stales = change.public_id not in result.withdrawals
        rows = joining.join(
            change=change, quotes=quotes, by=trail.SYSTEM, at=at, unit=unit, run=run.public_id, stales=stales
        )
        added += len(rows)
    return added


def _withdraw(run: Run, reasons: Mapping[str, str], at: datetime, unit: trail.Unit) -> list[str]:
    """Take back what a dream proposed and nobody decided, approved or worded meanwhile."""
    refuted = desk.locked(run.team, public_id__in=list(reasons), proposal__origin_kind=OriginKind.DREAM)
    withdrawn = []
    for change in refuted.order_by("pk"):
        if change.is_undecided and change.head is not None and not change.head.contributors:
            reason = reasons[change.public_id]
            proposals.withdraw_change(
                change=change, by=trail.SYSTEM, reason=reason, at=at, unit=unit, run=run.public_id
            )
            proposals.close_if_done(proposal=change.proposal, by=trail.SYSTEM, at=at, unit=unit)
            withdrawn.append(change.public_id)
    return withdrawn


def _mark_read(run: Run, snapshot: Snapshot, unread: frozenset[str]) -> None:
    rows = [
        SessionRead(
            team=run.team,
            agent=run.agent,
            session_id=pk,
            events=events,
            outcomes_sha256=manifests.outcomes_sha256(mark.outcomes, mark.feedback),
            verdict=crediting.counted(mark, run),
            run=run,
        )
        for (pk, _, events), mark in zip(run.manifest["sessions"], snapshot.sessions, strict=True)
        if mark.is_new and mark.id not in unread
    ]
    SessionRead.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def _told(run: Run, snapshot: Snapshot, stored: Stored, at: datetime) -> dict[str, object]:
    return {
        "run": run.public_id,
        "agent": run.agent.public_id,
        "state": str(run.state),
        "sessions": len(snapshot.sessions),
        "memories": len(snapshot.memories),
        "patterns": len(stored.patterns),
        "changes": stored.funnel["changes"],
        "proposal": run.proposal_id,
        "seconds": leases.seconds_of(run, at),
        "funnel": {name: int(count) for name, count in stored.funnel.items()},
        "usage": {name: int(count) for name, count in run.usage.items()},
    }
