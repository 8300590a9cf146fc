"""A dream of which nothing is stored: what would be found, proposed and checked, and then taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import Team
from agents.models import Agent
from audit import trail
from dreaming import building, documents, manifests, results, settings, snapshots
from dreaming.enums import RunOrigin, RunState
from dreaming.journals import NoJournal
from dreaming.leases import Clock
from dreaming.making import Making
from dreaming.models import Run


class _TakenBack(Exception):
    """Ends the unit of a rehearsal, so that nothing of it stays but its document."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__()
        self.document = document


def rehearse(*, agent: Agent, at: datetime, engine: str = "", clock: Clock = timezone.now) -> dict[str, Any]:
    """The document of a dream that leaves nothing behind. Raises EngineFailed."""
    chosen = settings.of(agent)
    name = engine or chosen.engine
    manifest = manifests.manifest_of(agent, chosen, at)
    snapshot = snapshots.take(agent=agent, manifest=manifest)
    dreaming = building.engine_of(name, Making(agent, chosen, clock))
    result = dreaming.dream(snapshot, chosen.curation, lambda stage, done, total: None, NoJournal())
    try:
        with trail.unit_of_work(at=at) as unit:
            Team.objects.select_for_update().get(pk=agent.team_id)
            run = _run(agent, name, manifest, at)
            stored = results.store_found(run=run, snapshot=snapshot, result=result, at=at, unit=unit)
            run.state, run.funnel, run.usage = stored.state, dict(stored.funnel), dict(result.usage)
            run.pattern_ids = [pattern.public_id for pattern in stored.patterns]
            run.finished_at = clock()
            raise _TakenBack(documents.document(run, stored=False))  # noqa: TRY301  (this is how the unit is undone)
    except _TakenBack as rehearsed:
        return rehearsed.document


def _run(agent: Agent, engine: str, manifest: dict[str, Any], at: datetime) -> Run:
    """A row for patterns to refer to; it is over at once, so it is in nobody's way."""
    return Run.objects.create(
        team=agent.team,
        number=0,
        agent=agent,
        settings_version=0,
        engine=engine,
        manifest=manifest,
        origin=RunOrigin.COMMAND,
        asked_by_type=trail.SYSTEM.type,
        asked_by_id=trail.SYSTEM.id,
        state=RunState.COMPLETED,
        queued_at=at,
        started_at=at,
    )
