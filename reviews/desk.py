"""Reading changes as they stand: live bounds, what policy asks, the votes, and what is still missing.

Everything a proposal page, a vote or an application looks at comes from `read`, in a fixed number of queries.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from accounts.models import Team, User
from reviews import bounds, policy
from reviews.bounds import Bound, Standing
from reviews.enums import State
from reviews.models import Change, ChangeQuerySet, Check, Decision, Revision, Thread
from reviews.policy import Tally


@dataclass(frozen=True, slots=True)
class Seat:
    """One change with its standing, its requirement and its tally."""

    change: Change
    standing: Standing
    required: dict[str, Any]
    tally: Tally
    votes: tuple[Decision, ...]
    checks: tuple[Check, ...]

    @property
    def head(self) -> Revision:
        return self.change.head  # type: ignore[return-value]

    @property
    def bound(self) -> Bound:
        return self.standing.bound

    @property
    def held(self) -> bool:
        return self.standing.held

    def vote_of(self, person: User) -> Decision | None:
        """The person's counted vote on the head revision."""
        mine = [vote for vote in self.votes if vote.by_id == person.pk and vote.revision_id == self.head.pk]
        return mine[-1] if mine else None

    def may_count(self, person: User) -> bool:
        """Whether an approval by this person would count towards the head revision."""
        return person.public_id not in self.head.contributors or self.tally.sole


def read(changes: Sequence[Change], *, team: Team) -> dict[int, Seat]:
    """The seat of each change by primary key. Changes come from `rows`, or carry the same relations."""
    document = policy.document_of(team)
    targets = bounds.targets_of(changes, team=team)
    checks = bounds.checks_of(changes, team=team)
    required = {change.pk: _required(change, document, targets, checks) for change in changes}
    standings = bounds.read(changes, team=team, requirements=required, targets=targets)
    votes = _votes(changes, team)
    talks = _open_threads(changes, document, team)
    seats = {}
    for change in changes:
        standing, own = standings[change.pk], votes.get(change.pk, ())
        tally = _tally(standing, required[change.pk], own, team, open_threads=talks.get(change.pk, 0))
        found = tuple(checks.get(change.head_id or 0, ()))
        seats[change.pk] = Seat(change, standing, required[change.pk], tally, tuple(own), found)
    return seats


def recounted(seat: Seat) -> Seat:
    """The seat with its votes as they are now. All else is as it was read, which holds only within one unit."""
    team = seat.change.team
    votes = _votes([seat.change], team).get(seat.change.pk, ())
    tally = _tally(seat.standing, seat.required, votes, team, open_threads=seat.tally.open_threads or 0)
    return replace(seat, tally=tally, votes=tuple(votes))


def _votes(changes: Sequence[Change], team: Team) -> dict[int, list[Decision]]:
    """The votes on each change that count, oldest first."""
    votes: dict[int, list[Decision]] = defaultdict(list)
    counted = Decision.objects.of(team).counted().filter(change__in=changes).select_related("by", "revision")
    for vote in counted.order_by("at", "pk"):
        votes[vote.change_id].append(vote)
    return votes


def _tally(
    standing: Standing, required: dict[str, Any], votes: Sequence[Decision], team: Team, *, open_threads: int
) -> Tally:
    return policy.tally(
        head=standing.change.head,  # type: ignore[arg-type]
        bound=standing.bound,
        required=required,
        votes=votes,
        sole=team.sole_reviewer,
        open_threads=open_threads,
    )


def _open_threads(changes: Sequence[Change], document: dict[str, Any], team: Team) -> dict[int, int]:
    """How many threads each change still has to settle; asked only where the policy wants them settled."""
    if not policy.wants_resolved(document):
        return {}
    rows = Thread.objects.of(team).still_open().filter(change__in=changes)
    return Counter(rows.values_list("change", flat=True))


def read_one(change: Change, *, team: Team) -> Seat:
    return read([change], team=team)[change.pk]


def in_the_way(seat: Seat) -> str:
    """Why a change that does not hold can be neither approved nor edited, in words for the person."""
    if seat.change.state == State.CONFLICT:
        return f"This change clashes with what stands there now: {seat.change.state_reason}"
    return "The memory has changed since this was proposed: it is being carried over."


def rows(team: Team) -> ChangeQuerySet:
    """Changes with the relations that `read` needs."""
    return Change.objects.of(team).select_related("team", "proposal", "namespace", "head")


def locked(team: Team, *either: Q, **wanted: Any) -> ChangeQuerySet:
    """The same under row locks, to look again before deciding.

    Locks first and reads after: what was joined in the locking query would be as old as the wait was long.
    """
    lock = Change.objects.of(team).select_for_update(no_key=True).filter(*either, **wanted).order_by("pk")
    return rows(team).filter(pk__in=list(lock.values_list("pk", flat=True)))


def _required(
    change: Change, document: dict[str, Any], targets: bounds.Targets, checks: Mapping[int, Sequence[Check]]
) -> dict[str, Any]:
    head = change.head_id or 0
    paths = [path for one in targets.get(head, ()) for path in (one.path_before, one.path_after) if path]
    return policy.requirement(change, document, paths=paths, checks=checks.get(head, ()))
