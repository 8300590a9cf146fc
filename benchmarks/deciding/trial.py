"""Makes the team of the trial, with the proposal of its one dream."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Team
from benchmarks.deciding import world
from demo import loading
from dreaming import settings
from reviews.enums import OriginKind
from reviews.models import Change
from reviews.policy import versions


def make(*, as_of: datetime, now: datetime) -> Team:
    founded = loading.found(world, as_of=as_of, now=now)
    actor = founded.lead.trail_actor
    versions.set_(team=founded.team, document=world.POLICY, by=actor, at=now, after=0)
    for agent in founded.agents.values():
        settings.set_(agent=agent, values={"curation": world.CURATION}, by=actor, at=now)
    loading.dream(founded, now)
    return founded.team


def changes(team: Team) -> list[Change]:
    """All that the dream proposed, in the order of the page."""
    rows = Change.objects.of(team).filter(proposal__origin_kind=OriginKind.DREAM)
    return list(rows.select_related("head").prefetch_related("head__targets").order_by("pk"))
