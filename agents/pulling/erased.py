"""Sessions that were erased here and may still stand on the platform: they are not brought again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from accounts.models import Team
from agents.models import Agent, ErasedSession, Session

SOURCE = "claude-platform"


def digests_of(team: Team, session_id: str) -> tuple[str, ...]:
    """What a session is known by once it is erased (`session_id` is its public id); empty where it was not pulled."""
    pulled = Session.objects.of(team).filter(public_id=session_id, source=SOURCE)
    return tuple(digest(external_id) for external_id in pulled.values_list("external_id", flat=True))


def bury(*, team: Team, session_ids: Iterable[str], digests: Iterable[str], at: datetime) -> None:
    """Pull these no more; to be called in a unit. A pull that is storing them at this moment is waited for."""
    agents = Session.objects.of(team).filter(public_id__in=session_ids).values("agent")
    list(Agent.objects.of(team).select_for_update().filter(pk__in=agents))
    rows = [ErasedSession(team=team, digest=one, at=at) for one in digests]
    ErasedSession.objects.bulk_create(rows, ignore_conflicts=True)


def known(team: Team) -> frozenset[str]:
    return frozenset(ErasedSession.objects.of(team).values_list("digest", flat=True))


def digest(external_id: str) -> str:
    """Ids of the platform are drawn at random, so that nobody is told by their hash."""
    return hashlib.sha256(f"{SOURCE}\0{external_id}".encode()).hexdigest()
