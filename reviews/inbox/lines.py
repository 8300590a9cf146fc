"""What the inbox lists: proposals by whose turn it is, with how far each one is, how old, and why it stands there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.models import Team, User
from agents.enums import Tier
from reviews.enums import UNDECIDED, ProposalState, State
from reviews.inbox import ageing, claiming, duplicates, ranking, turns
from reviews.inbox.ageing import Age
from reviews.inbox.ranking import Score
from reviews.inbox.turns import Turns
from reviews.models import Assignment, Change, Claim, Proposal


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a list is read, and when."""

    person: User
    decides: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One proposal of the list. `waiting` counts what is approved and about to be applied, `held_up` what is approved
    and waits for room in a budget; `age` and `score` are of
    what waits for a decision.
    """

    proposal: Proposal
    decided: int
    total: int
    waiting: int
    held_up: int
    turns: Turns
    waits_on: str
    age: Age | None
    score: Score | None
    claim: Claim | None
    alike: tuple[str, int]

    @property
    def tier(self) -> Tier:
        return Tier(self.proposal.tier)

    @property
    def yours(self) -> bool:
        return self.turns.is_yours


_NONE: Mapping[str, Any] = {"total": 0, "undecided": 0, "waiting": 0, "held_up": 0, "asked": 0}


def lines(proposals: Sequence[Proposal], *, team: Team, reader: Reader) -> list[Line]:
    """The proposals with what is told of them, in the same few queries for any number of them."""
    counted = (
        Change.with_canaries.of(team)
        .filter(proposal__in=proposals)
        .order_by()
        .values("proposal")
        .annotate(
            total=Count("pk"),
            undecided=Count("pk", filter=Q(state__in=UNDECIDED)),
            waiting=Count("pk", filter=Q(state=State.APPROVED, budget="")),
            held_up=Count("pk", filter=Q(state=State.APPROVED) & ~Q(budget="")),
            asked=Count("pk", filter=Q(state=State.CHANGES_REQUESTED)),
        )
    )
    by_proposal: dict[int, Mapping[str, Any]] = {row["proposal"]: row for row in counted}
    whose = turns.read(proposals, person=reader.person, team=team, decides=reader.decides)
    held = claiming.claims(proposals, now=reader.now)
    same = duplicates.largest(proposals, team=team)
    return [
        _line(one, by_proposal.get(one.pk, _NONE), whose[one.pk], held.get(one.pk), same.get(one.pk, ("", 0)), reader)
        for one in proposals
    ]


def _line(
    proposal: Proposal,
    row: Mapping[str, Any],
    whose: Turns,
    claim: Claim | None,
    alike: tuple[str, int],
    reader: Reader,
) -> Line:
    waits = proposal.state == ProposalState.OPEN and row["undecided"] > 0
    return Line(
        proposal=proposal,
        decided=row["total"] - row["undecided"],
        total=row["total"],
        waiting=row["waiting"],
        held_up=row["held_up"],
        turns=whose,
        waits_on=_waits_on(whose.assigned, row, reader) if waits and not whose.is_yours else "",
        age=age_of(proposal, now=reader.now) if waits else None,
        score=ranking.score(proposal, now=reader.now) if waits else None,
        claim=claim,
        alike=alike,
    )


def age_of(proposal: Proposal, *, now: datetime) -> Age:
    zone = proposal.team.time_zone
    return ageing.age(opened_at=proposal.opened_at, due_at=proposal.due_at, now=now, zone=zone)


def _waits_on(assigned: Sequence[Assignment], row: Mapping[str, Any], reader: Reader) -> str:
    """With whom it is: those assigned, or who proposed it, or whoever else may decide."""
    others = [str(one.person) for one in assigned if one.person_id != reader.person.pk]
    if others:
        return ", ".join(others)
    return _("Whoever proposed it") if row["asked"] == row["undecided"] else _("Other reviewers")
