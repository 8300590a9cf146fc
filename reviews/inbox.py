"""What the inbox lists: proposals by whose turn it is, with how far each one is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, IntegerField, Max, OuterRef, Q, TextField, Value, When
from django.db.models.functions import Cast

from accounts.models import Team, User
from agents.enums import TIER_ORDER, Tier
from reviews.enums import UNDECIDED, VOTABLE, ProposalState, State
from reviews.models import Change, ChangeQuerySet, Decision, Proposal, ProposalQuerySet


@dataclass(frozen=True, slots=True)
class Line:
    """One proposal of the list: how many of its changes are decided, its gravest tier, and whether it waits for you."""

    proposal: Proposal
    decided: int
    total: int
    tier: Tier
    waiting: int
    yours: bool


def waiting_for(person: User, *, team: Team) -> ChangeQuerySet:
    """Undecided changes that this person has not voted on as they stand, and did not write."""
    votes = Decision.objects.of(team).counted().filter(revision=OuterRef("head"), by=person)
    written = Cast("head__contributors", TextField())
    rows = Change.objects.of(team).undecided().annotate(written_by=written)
    if not team.sole_reviewer:
        rows = rows.exclude(written_by__contains=person.public_id)
    return rows.filter(~Exists(votes))


def your_turn(person: User, *, team: Team) -> ProposalQuerySet:
    mine = waiting_for(person, team=team).filter(proposal=OuterRef("pk"))
    return Proposal.objects.of(team).open().filter(Exists(mine))


def lines(proposals: Sequence[Proposal], *, team: Team, person: User, decides: bool) -> list[Line]:
    """The proposals with their counts, in two queries for any number of them."""
    weight = Case(
        *(When(tier=tier, then=Value(order)) for tier, order in TIER_ORDER.items()), output_field=IntegerField()
    )
    counted = (
        Change.objects.of(team)
        .filter(proposal__in=proposals)
        .order_by()
        .values("proposal")
        .annotate(
            total=Count("pk"),
            undecided=Count("pk", filter=Q(state__in=UNDECIDED)),
            waiting=Count("pk", filter=Q(state=State.APPROVED)),
            gravest=Max(weight, filter=Q(state__in=VOTABLE)),
            gravest_ever=Max(weight),
        )
    )
    by_proposal: dict[int, Mapping[str, Any]] = {row["proposal"]: row for row in counted}
    mine = set()
    if decides and any(proposal.state == ProposalState.OPEN for proposal in proposals):
        mine = set(waiting_for(person, team=team).filter(proposal__in=proposals).values_list("proposal", flat=True))
    return [_line(proposal, by_proposal.get(proposal.pk, _NONE), proposal.pk in mine) for proposal in proposals]


_NONE: Mapping[str, Any] = {"total": 0, "undecided": 0, "waiting": 0, "gravest": None, "gravest_ever": None}


def _line(proposal: Proposal, row: Mapping[str, Any], yours: bool) -> Line:
    weights = {order: tier for tier, order in TIER_ORDER.items()}
    gravest = row["gravest"] if row["gravest"] is not None else row["gravest_ever"] or 0
    total = row["total"] or 0
    return Line(
        proposal=proposal,
        decided=total - (row["undecided"] or 0),
        total=total,
        tier=weights[gravest],
        waiting=row["waiting"] or 0,
        yours=yours,
    )
