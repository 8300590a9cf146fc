"""What an agent writes itself, applied at once where the policy lets it: the way of what dreams propose, without the
wait.
"""

from __future__ import annotations

from datetime import datetime

from agents.models import Namespace
from reviews import applying, policy
from reviews.automatic import letting_through
from reviews.models import Proposal
from reviews.policy import documents


def take(proposal: Proposal, *, at: datetime) -> None:
    """Apply of a proposal that was just opened what may go straight in; the rest waits for people.

    Not within a unit: what was let through and could not be applied now is applied by the tick.
    """
    team = proposal.team
    if documents.takes_own_writes(policy.document_of(team)) and letting_through.consider(proposal, at=at):
        for namespace in Namespace.objects.of(team).filter(changes__proposal=proposal).distinct().order_by("pk"):
            applying.apply_due(team=team, namespace=namespace, now=at)
