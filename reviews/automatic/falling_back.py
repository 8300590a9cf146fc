"""A namespace leaves automatic mode by itself as soon as one of its changes had to be taken back."""

from __future__ import annotations

from datetime import datetime

from audit import trail
from audit.trail import SYSTEM
from reviews import policy
from reviews.automatic import people
from reviews.enums import Mode, NoticeKind
from reviews.models import Change
from reviews.policy import modes, versions
from reviews.talking import noticing


def fall_back(*, change: Change, at: datetime) -> bool:
    """Set the namespace of a change that was reverted back to being reviewed. Returns whether it was automatic."""
    team, namespace = change.team, change.namespace
    document = policy.document_of(team)
    was = modes.mode_of(document, agent=change.proposal.agent, namespace=namespace)
    if was == Mode.REVIEWED:
        return False
    with trail.unit_of_work(at=at) as unit:
        named = document["namespaces"] | {namespace.public_id: str(Mode.REVIEWED)}
        versions.set_(team=team, document=document | {"namespaces": named}, by=SYSTEM, at=at)
        data = {"change": change.public_id, "mode": str(was)}
        unit.record("automatic.fell_back", target=namespace, by=SYSTEM, data=data)
        noticing.tell(
            people=people.leads(team), kind=NoticeKind.FELL_BACK, proposal=change.proposal, change=change, at=at
        )
    return True
