"""Whose turn a proposal is, by rules over rows alone.

It is a person's turn where an undecided change of it that they did not write
- is new to them: they have not voted on its revision, and nobody is assigned or they are;
- had their vote, which fell away (`Turn.STALE`) or was a request for changes that got its answer (`Turn.ANSWERED`);
or where somebody wrote in an open thread after their last word (`Turn.REPLY`). Machines have no turn: they neither vote
nor comment. Leads to whom an overdue proposal was handed have it beside those who had it before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast
from django.utils.translation import ngettext

from accounts.models import Team, User
from accounts.teams import TeamQuerySet
from reviews.enums import AssignedBy, ProposalState, RevisionOrigin, State, Turn, Verdict
from reviews.models import (
    Assignment,
    Change,
    ChangeQuerySet,
    Comment,
    Decision,
    DecisionQuerySet,
    Proposal,
    ProposalQuerySet,
    Revision,
    Thread,
)

_MOVED = (State.STALE, State.CONFLICT)
ANSWERS = (RevisionOrigin.ANSWERED, RevisionOrigin.EDITED, RevisionOrigin.PART_ACCEPTED)


@dataclass(slots=True)
class Turns:
    """Why one proposal waits for a person (nothing where it does not), and who is assigned to it. `left` counts the
    changes that wait where the person has begun to vote.
    """

    reasons: list[Turn] = field(default_factory=list)
    assigned: list[Assignment] = field(default_factory=list)
    left: int = 0

    @property
    def is_yours(self) -> bool:
        return bool(self.reasons)

    @property
    def words(self) -> list[str]:
        """The reasons as they are told: what is begun is not new."""
        left = ngettext("%(n)d left", "%(n)d left", self.left) % {"n": self.left}
        return [left if one == Turn.NEW and self.left else str(one.label) for one in self.reasons]


def waiting_for(person: User, *, team: Team) -> ChangeQuerySet:
    """Undecided changes, tests of the review among them, that this person did not write and has no standing word on."""
    own = Decision.objects.of(team).counted().filter(by=person)
    on_head = own.filter(revision=OuterRef("head"))
    asked = own.filter(change=OuterRef("pk"), verdict=Verdict.REQUEST_CHANGES).exclude(_is_answered(team))
    before = on_head.filter(verdict=Verdict.APPROVE, at__lt=OuterRef("state_at"))  # what was cast later still holds
    fell_away = Q(state__in=_MOVED) & Exists(before)
    rows = Change.with_canaries.of(team).undecided().annotate(written_by=Cast("head__contributors", TextField()))
    if not team.sole_reviewer:
        rows = rows.exclude(written_by__contains=person.public_id)
    return rows.filter(~Exists(on_head) | fell_away).exclude(Q(state=State.CHANGES_REQUESTED) & Exists(asked))


def replied(person: User, *, team: Team) -> QuerySet[Any]:
    """Open threads in which somebody wrote after this person's last word."""
    sent = Comment.objects.of(team).sent().filter(thread=OuterRef("pk"))
    last = sent.filter(by=person).order_by().values("thread").annotate(last=Max("sent_at")).values("last")
    rows = Thread.objects.of(team).filter(resolved_at=None).annotate(own_last=Subquery(last))
    return rows.filter(Exists(sent.exclude(by=person).filter(sent_at__gt=OuterRef("own_last"))))


def assignments(team: Team) -> TeamQuerySet[Assignment]:
    return Assignment.objects.of(team).filter(ended_at=None)


def your_turn(person: User, *, team: Team) -> ProposalQuerySet:
    """Open proposals that wait for this person."""
    return Proposal.objects.of(team).open().filter(_is_turn(person, team))


def others_turn(person: User, *, team: Team) -> ProposalQuerySet:
    """Open proposals that wait, but not for this person."""
    return Proposal.objects.of(team).open().exclude(_is_turn(person, team))


def read(proposals: Sequence[Proposal], *, person: User, team: Team, decides: bool) -> dict[int, Turns]:
    """Why each of these proposals waits for the person, in four queries for any number of them."""
    turns: dict[int, Turns] = defaultdict(Turns)
    rows = [one.pk for one in proposals if one.state == ProposalState.OPEN]
    if not rows:
        return turns
    for one in assignments(team).filter(proposal__in=rows).select_related("person", "stands_for").order_by("pk"):
        turns[one.proposal_id].assigned.append(one)
    if not decides:
        return turns
    found: dict[int, set[Turn]] = defaultdict(set)
    begun = Decision.objects.of(team).counted().filter(by=person, change__proposal=OuterRef("proposal"))
    waiting = waiting_for(person, team=team).filter(proposal__in=rows).annotate(is_begun=Exists(begun))
    waits = list(waiting.values_list("pk", "proposal", "is_begun"))
    changes = {pk: proposal for pk, proposal, _is_begun in waits}
    votes = {vote.change_id: vote for vote in _own_votes(person, team, changes)}
    for change, proposal in changes.items():
        reason = _after(votes[change]) if change in votes else _first_look(turns[proposal].assigned, person)
        found[proposal] |= {reason} if reason else set()
    for proposal in (
        replied(person, team=team).filter(change__proposal__in=rows).values_list("change__proposal", flat=True)
    ):
        found[proposal].add(Turn.REPLY)
    left = Counter(proposal for _pk, proposal, is_begun in waits if is_begun)
    for proposal, reasons in found.items():
        turns[proposal].left = left[proposal]
        turns[proposal].reasons = [one for one in Turn if one in reasons]
    return turns


def _is_turn(person: User, team: Team) -> Q:
    """What waits is built once, as that takes longer than to look it up."""
    voted = Decision.objects.of(team).counted().filter(by=person, change=OuterRef("pk"))
    handed = assignments(team).filter(proposal=OuterRef("proposal"))
    is_open_to_all = ~Exists(handed.exclude(how=AssignedBy.ESCALATED))
    is_handed = Exists(handed.filter(person=person))
    waiting = waiting_for(person, team=team).filter(is_open_to_all | is_handed | Exists(voted), proposal=OuterRef("pk"))
    is_replied = Exists(replied(person, team=team).filter(change__proposal=OuterRef("pk")))
    return Exists(waiting) | is_replied


def _is_answered(team: Team) -> Exists:
    """Of a vote: whether somebody, or an engine, wrote a revision after the one it was cast on."""
    return Exists(
        Revision.objects.of(team).filter(
            change=OuterRef("change"), number__gt=OuterRef("revision__number"), origin__in=ANSWERS
        )
    )


def _own_votes(person: User, team: Team, changes: dict[int, int]) -> DecisionQuerySet:
    """The person's votes on these changes, the last of each coming last."""
    own = Decision.objects.of(team).counted().filter(by=person, change__in=list(changes))
    return own.annotate(is_answered=_is_answered(team)).order_by("at", "pk")


def _after(vote: Decision) -> Turn:
    asked = vote.verdict == Verdict.REQUEST_CHANGES
    return Turn.ANSWERED if asked and vote.is_answered else Turn.STALE  # type: ignore[attr-defined]


def _first_look(assigned: Sequence[Assignment], person: User) -> Turn | None:
    own = next((one.how for one in assigned if one.person_id == person.pk), None)
    if own is not None:
        return Turn.ESCALATED if own == AssignedBy.ESCALATED else Turn.ASSIGNED
    return Turn.NEW if all(one.how == AssignedBy.ESCALATED for one in assigned) else None
