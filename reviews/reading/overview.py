"""A proposal at a glance, in the same few queries for any number of changes, and which change comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Max, Min, OuterRef, Q

from accounts.models import User
from reviews.enums import UNDECIDED, Operation, State
from reviews.inbox.turns import waiting_for
from reviews.models import Change, Decision, Evidence, Proposal


@dataclass(frozen=True, slots=True)
class Overview:
    """How far a proposal is, and its reader with it: `voted` counts the heads that they voted on. How many changes move
    or merge, and which sessions (ends of the first and the last) its quotes are from.
    """

    total: int
    decided: int
    voted: int
    applied: int
    moves: int
    sessions: int
    first: datetime | None
    last: datetime | None


def of(proposal: Proposal, *, person: User) -> Overview:
    team = proposal.team
    changes = Change.with_canaries.of(team).filter(proposal=proposal)
    votes = Decision.objects.of(team).counted().filter(by=person, revision=OuterRef("head"))
    counts = changes.annotate(is_voted=Exists(votes)).aggregate(
        total=Count("pk"),
        decided=Count("pk", filter=~Q(state__in=UNDECIDED)),
        voted=Count("pk", filter=Q(is_voted=True)),
        applied=Count("pk", filter=Q(state=State.APPLIED)),
        moves=Count("pk", filter=Q(operation__in=(Operation.MOVE, Operation.MERGE))),
    )
    quoted = Evidence.objects.of(team).filter(change__proposal=proposal)
    sessions = quoted.aggregate(
        sessions=Count("session", distinct=True), first=Min("session__ended_at"), last=Max("session__ended_at")
    )
    return Overview(**counts, **sessions)


def next_for(person: User, change: Change) -> Change:
    """The change to go to after a decision: the next that waits for the person, from the top where none follows, else
    the same.
    """
    waiting = waiting_for(person, team=change.team).filter(proposal=change.proposal_id).exclude(pk=change.pk)
    waiting = waiting.exclude(draft_votes__by=person)
    waiting = waiting.select_related("proposal__team").in_order()
    behind = Q(position__gt=change.position) | Q(position=change.position, pk__gt=change.pk)
    return waiting.filter(behind).first() or waiting.first() or change
