"""Making a proposal somebody's turn: by hand, in turn, to who has least, or to leads when it waited too long.

Each choice is stored with its candidates and its seed, so that it can be explained and drawn again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Max, Q

from accounts import roles
from accounts.enums import Role
from accounts.models import Membership, Team, User
from audit import trail
from audit.trail import SYSTEM, Actor
from reviews.enums import UNDECIDED, AssignedBy, NoticeKind, ProposalState
from reviews.inbox import absences, rota
from reviews.inbox.rota import Candidate
from reviews.models import Assignment, Change, Proposal
from reviews.talking import noticing

WAYS = {AssignedBy.TURNS: rota.in_turn, AssignedBy.LEAST: rota.who_has_least}


class Refused(ValueError):
    """Nobody was assigned; the message is for the person."""


def by_hand(*, proposal: Proposal, person: User, by: Actor, at: datetime) -> Assignment:
    """Assign a person, or who stands in for them. Raises Refused. Harmless where it is their turn already."""
    with trail.unit_of_work(at=at) as unit:
        team = proposal.team
        if person.pk not in {one.pk for one in deciders(team)}:
            raise Refused(f"{person} may not decide.")
        asked = absences.stand_in(person, absences.at_time(at, team=team))
        if asked is None:
            raise Refused(f"{person} is away, and nobody stands in.")
        if asked.public_id in writers(proposal):
            raise Refused(f"{asked} wrote a part of this: somebody else has to decide.")
        stands_for = person if asked != person else None
        return _store(proposal, asked, AssignedBy.HAND, by, at, unit, stands_for=stands_for)


def by_rule(*, proposal: Proposal, how: AssignedBy, by: Actor, at: datetime) -> Assignment:
    """Assign whoever the rule finds among those who may decide, are here and did not write it. Raises Refused."""
    with trail.unit_of_work(at=at) as unit:
        seed = proposal.public_id
        found = candidates(proposal, at=at)
        chosen = WAYS[how](found, seed=seed)
        if chosen is None:
            raise Refused("Nobody who may decide is here, or they all wrote a part of it.")
        person = User.objects.get(public_id=chosen.person)
        _end(assigned(proposal), by, at, unit)
        return _store(proposal, person, how, by, at, unit, candidates=found, seed=seed)


def unassign(*, proposal: Proposal, person: User, by: Actor, at: datetime) -> None:
    with trail.unit_of_work(at=at) as unit:
        _end(assigned(proposal, person=person), by, at, unit)


def assigned(proposal: Proposal, **wanted: object) -> list[Assignment]:
    rows = Assignment.objects.of(proposal.team).filter(proposal=proposal, ended_at=None, **wanted)
    return list(rows.select_related("person", "stands_for", "proposal").order_by("pk"))


def standing_for(change: Change, person: User) -> dict[str, str]:
    """What an event says of an act for somebody who is away: whose turn it was. Nothing where it was one's own."""
    rows = Assignment.objects.of(change.team).filter(proposal=change.proposal_id, person=person, ended_at=None)
    absent = rows.exclude(stands_for=None).values_list("stands_for__public_id", flat=True).first()
    return {"stands_for": absent} if absent else {}


def deciders(team: Team) -> list[User]:
    rows = Membership.objects.of(team).active().with_people()
    return [row.user for row in rows if row.may(roles.DECIDE)]


def leads(team: Team) -> list[User]:
    rows = Membership.objects.of(team).active().with_people()
    return [row.user for row in rows if Role.LEAD in row.roles]


def writers(proposal: Proposal) -> set[str]:
    """Who wrote a part of what is undecided; nobody where a team's only reviewer may decide on their own words."""
    if proposal.team.sole_reviewer:
        return set()
    heads = Change.objects.of(proposal.team).filter(proposal=proposal, state__in=UNDECIDED)
    return {name for names in heads.values_list("head__contributors", flat=True) for name in names or ()}


def candidates(proposal: Proposal, *, at: datetime) -> list[Candidate]:
    """Everybody who may decide, with what each is weighed by, and why some are passed over."""
    team = proposal.team
    away, wrote = absences.at_time(at, team=team), writers(proposal)
    is_open = Q(ended_at=None, proposal__state=ProposalState.OPEN)
    rows = Assignment.objects.of(team).order_by().values("person")
    weighed = {
        row["person"]: (row["load"], row["last"])
        for row in rows.annotate(load=Count("pk", filter=is_open), last=Max("at"))
    }
    found = []
    for one in deciders(team):
        load, last = weighed.get(one.pk, (0, None))
        skipped = "away" if one.pk in away else "wrote" if one.public_id in wrote else ""
        found.append(Candidate(one.public_id, load, last.isoformat() if last else "", skipped))
    return found


def escalate(*, proposal: Proposal, at: datetime) -> None:
    """Tell once that a proposal waits longer than agreed, and make it the leads' turn as well."""
    with trail.unit_of_work(at=at) as unit:
        if not Proposal.objects.of(proposal.team).filter(pk=proposal.pk, overdue_at=None).update(overdue_at=at):
            return
        had = assigned(proposal)
        data = {"tier": proposal.tier, "due_at": proposal.due_at.isoformat()}
        data |= {"person": had[0].person.public_id} if had else {}
        unit.record("proposal.overdue", target=proposal, by=SYSTEM, data=data)
        away, wrote = absences.at_time(at, team=proposal.team), writers(proposal)
        told = [one.person for one in had]
        for lead in leads(proposal.team):
            asked = absences.stand_in(lead, away)
            if asked is None or asked.public_id in wrote or asked in told:
                continue
            stands_for = lead if asked != lead else None
            _store(proposal, asked, AssignedBy.ESCALATED, SYSTEM, at, unit, stands_for=stands_for, quietly=True)
            told.append(asked)
        noticing.tell(people=told, kind=NoticeKind.OVERDUE, proposal=proposal, at=at)


def hand_over(*, row: Assignment, delegate: User, at: datetime) -> None:
    """Give an absent person's turn to who stands in, but for what that one wrote."""
    with trail.unit_of_work(at=at) as unit:
        if delegate.public_id in writers(row.proposal):
            return
        _end([row], SYSTEM, at, unit)
        how = AssignedBy(row.how)
        _store(row.proposal, delegate, how, SYSTEM, at, unit, stands_for=row.stands_for or row.person)


def _store(
    proposal: Proposal,
    person: User,
    how: AssignedBy,
    by: Actor,
    at: datetime,
    unit: trail.Unit,
    *,
    stands_for: User | None = None,
    candidates: Sequence[Candidate] = (),
    seed: str = "",
    quietly: bool = False,
) -> Assignment:
    weighed = [one.as_data() for one in candidates]
    row, fresh = Assignment.objects.of(proposal.team).get_or_create(
        proposal=proposal,
        person=person,
        ended_at=None,
        defaults={
            "team": proposal.team,
            "stands_for": stands_for,
            "how": how,
            "candidates": weighed,
            "seed": seed,
            "by_id": by.id,
            "at": at,
        },
    )
    if fresh:
        data: dict[str, object] = {"person": person.public_id, "how": str(how), "candidates": weighed, "seed": seed}
        data |= {"stands_for": stands_for.public_id} if stands_for else {}
        unit.record("proposal.assigned", target=proposal, by=by, data=data)
        if not quietly:
            noticing.tell(people=[person], kind=NoticeKind.YOUR_TURN, proposal=proposal, at=at, by=by)
    return row


def _end(rows: Sequence[Assignment], by: Actor, at: datetime, unit: trail.Unit) -> None:
    for row in rows:
        if Assignment.objects.of(row.team).filter(pk=row.pk, ended_at=None).update(ended_at=at):
            data = {"person": row.person.public_id, "how": row.how}
            unit.record("proposal.unassigned", target=row.proposal, by=by, data=data)
