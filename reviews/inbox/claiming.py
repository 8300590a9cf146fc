"""Who is on a proposal just now. It locks nothing: anybody may decide, and the bound of each vote settles the rest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.models import User
from audit import trail
from reviews.models import Claim, Presence, Proposal, Revision

CLAIMED_FOR = timedelta(minutes=15)
SEEN_WITHIN = timedelta(seconds=75)  # a page tells every 30 seconds; one message may be lost


def claim(*, proposal: Proposal, by: User, at: datetime) -> Claim:
    """Say for 15 minutes that one is on it; again for 15 more; after somebody else, one takes it over."""
    with trail.unit_of_work(at=at) as unit:
        row, _ = Claim.objects.of(proposal.team).update_or_create(
            proposal=proposal, defaults={"team": proposal.team, "by": by, "at": at, "until": at + CLAIMED_FOR}
        )
        unit.record("proposal.claimed", target=proposal, by=by, data={"until": row.until.isoformat()})
    return row


def release(*, proposal: Proposal, by: User, at: datetime) -> None:
    """Let go of one's own claim. Harmless where there is none."""
    with trail.unit_of_work(at=at) as unit:
        gone, _ = Claim.objects.of(proposal.team).filter(proposal=proposal, by=by).delete()
        if gone:
            unit.record("proposal.released", target=proposal, by=by)


def claims(proposals: Sequence[Proposal], *, now: datetime) -> dict[int, Claim]:
    """The claims that hold, by proposal."""
    if not proposals:
        return {}
    rows = Claim.objects.of(proposals[0].team).filter(proposal__in=proposals, until__gt=now)
    return {row.proposal_id: row for row in rows.select_related("by")}


def seen(*, proposal: Proposal, person: User, at: datetime) -> None:
    """Note that a person has the page open. It is no act, so that no event is recorded."""
    Presence.objects.of(proposal.team).update_or_create(
        proposal=proposal, person=person, defaults={"team": proposal.team, "seen_at": at}
    )


def also_here(proposal: Proposal, *, person: User, now: datetime) -> list[User]:
    rows = Presence.objects.of(proposal.team).filter(proposal=proposal, seen_at__gte=now - SEEN_WITHIN)
    return [row.person for row in rows.exclude(person=person).select_related("person").order_by("person__name", "pk")]


def saved_since(proposal: Proposal, *, person: User, since: datetime) -> QuerySet[Revision]:
    """Revisions that others saved after the person's page was drawn."""
    rows = Revision.objects.of(proposal.team).filter(change__proposal=proposal, at__gt=since)
    return rows.exclude(made_by_id=person.public_id).select_related("change").order_by("at", "pk")
