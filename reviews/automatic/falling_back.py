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
    own = document["own_writes"]
    took = own["namespaces"].get(namespace.public_id, Mode.REVIEWED)
    if was == took == Mode.REVIEWED:
        return False
    reviewed = {namespace.public_id: str(Mode.REVIEWED)}
    if was != Mode.REVIEWED:
        document |= {"namespaces": document["namespaces"] | reviewed}
    if took != Mode.REVIEWED:
        document |= {"own_writes": own | {"namespaces": own["namespaces"] | reviewed}}
    with trail.unit_of_work(at=at) as unit:
        versions.set_(team=team, document=document, by=SYSTEM, at=at)
        data = {"change": change.public_id, "mode": str(was), "own_writes": str(took)}
        unit.record("automatic.fell_back", target=namespace, by=SYSTEM, data=data)
        noticing.tell(
            people=people.leads(team), kind=NoticeKind.FELL_BACK, proposal=change.proposal, change=change, at=at
        )
    return True
