"""Reading changes as they stand: live bounds, what policy asks, the votes, and what is still missing.

Everything a proposal page, a vote or an application looks at comes from `read`, in a fixed number of queries.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from accounts.models import Team, User
from reviews import bounds, policy
from reviews.bounds import Bound, Standing
from reviews.enums import State
from reviews.models import Change, ChangeQuerySet, Check, Decision, Revision, Thread
from reviews.policy import Members, Tally, modes, tiers
from reviews.policy.tiers import Line


@dataclass(frozen=True, slots=True)
class Seat:
    """One change with its standing, its requirement and its tally."""

    change: Change
    standing: Standing
    required: dict[str, Any]
    tally: Tally
    votes: tuple[Decision, ...]
    checks: tuple[Check, ...]
    document: dict[str, Any]  # of the policy that asks this
    members: Members  # those who voted, and whom the reader asked for
    tier_lines: tuple[Line, ...] = ()
    automatic: str = ""  # the mode of the policy that lets it through without a vote

    @property
    def may_be_applied(self) -> bool:
        """Whether votes, or the policy without them, let it into memory as it stands."""
        return self.held and (self.tally.is_approved or self.is_let_through)

    @property
    def is_let_through(self) -> bool:
        """Whether the policy lets it through without a vote, and nobody said a word against it."""
        return self.could_pass and self.change.let_through_at is not None

    @property
    def could_pass(self) -> bool:
        """Whether the policy would let it through, and nobody said a word about it."""
        return bool(self.automatic) and not self.votes and self.tally.is_unopposed

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
        if person.public_id in self.required["left_out"]:
            return False
        return person.public_id not in self.head.contributors or self.tally.sole


def read(changes: Sequence[Change], *, team: Team, people: Iterable[int] = ()) -> dict[int, Seat]:
    """The seat of each change by primary key. Changes come from `rows`, or carry the same relations. `people` are read
    as members beside those who voted.
    """
    document = policy.document_of(team)
    targets = bounds.targets_of(changes, team=team)
    checks = {head: policy.graded(found, document) for head, found in bounds.checks_of(changes, team=team).items()}
    lines = {change.pk: _tier_lines(change, document, targets, checks) for change in changes}
    required = {change.pk: _required(change, document, lines[change.pk], targets, checks) for change in changes}
    standings = bounds.read(changes, team=team, requirements=required, targets=targets)
    votes = _votes(changes, team)
    members = policy.members_of(team, {vote.by_id for own in votes.values() for vote in own}.union(people))
    talks = _open_threads(changes, document, team)
    seats = {}
    for change in changes:
        standing, own = standings[change.pk], votes.get(change.pk, ())
        tally = _tally(standing, required[change.pk], own, members, open_threads=talks.get(change.pk, 0))
        found = tuple(checks.get(change.head_id or 0, ()))
        seats[change.pk] = Seat(
            change,
            standing,
            required[change.pk],
            tally,
            tuple(own),
            found,
            document,
            members,
            tuple(lines[change.pk]),
            modes.rule_for(change, document, tier=required[change.pk]["tier"], checks=found),
        )
    return seats


def voted(seat: Seat, vote: Decision) -> Seat:
    """The seat with a vote that was cast in the unit that read it, of one of its members; it takes the place of what
    this person said of the revision before.
    """
    others = (one for one in seat.votes if one.by_id != vote.by_id or one.revision_id != vote.revision_id)
    votes = sorted((*others, vote), key=lambda one: (one.at, one.pk))
    tally = _tally(seat.standing, seat.required, votes, seat.members, open_threads=seat.tally.open_threads or 0)
    return replace(seat, tally=tally, votes=tuple(votes))


def _votes(changes: Sequence[Change], team: Team) -> dict[int, list[Decision]]:
    """The votes on each change that count, oldest first."""
    votes: dict[int, list[Decision]] = defaultdict(list)
    counted = Decision.objects.of(team).counted().filter(change__in=changes).select_related("by", "revision")
    for vote in counted.order_by("at", "pk"):
        votes[vote.change_id].append(vote)
    return votes


def _tally(
    standing: Standing, required: dict[str, Any], votes: Sequence[Decision], members: Members, *, open_threads: int
) -> Tally:
    return policy.tally(
        head=standing.change.head,  # type: ignore[arg-type]
        bound=standing.bound,
        required=required,
        votes=votes,
        members=members,
        sole=standing.change.team.sole_reviewer,
        open_threads=open_threads,
    )


def _open_threads(changes: Sequence[Change], document: dict[str, Any], team: Team) -> dict[int, int]:
    """How many threads each change still has to settle; asked only where the policy wants them settled."""
    if not policy.wants_resolved(document):
        return {}
    rows = Thread.objects.of(team).still_open().filter(change__in=changes)
    return Counter(rows.values_list("change", flat=True))


def read_one(change: Change, *, team: Team, people: Iterable[int] = ()) -> Seat:
    return read([change], team=team, people=people)[change.pk]


def in_the_way(seat: Seat) -> str:
    """Why a change that does not hold can be neither approved nor edited, in words for the person."""
    if seat.change.state == State.CONFLICT:
        return f"This change clashes with what stands there now: {seat.change.state_reason}"
    return "The memory has changed since this was proposed: it is being carried over."


def rows(team: Team) -> ChangeQuerySet:
    """Changes with the relations that `read` needs."""
    return Change.objects.of(team).select_related("team", "proposal__team", "proposal__agent", "namespace", "head")


def shown(team: Team) -> ChangeQuerySet:
    """The same for pages, which draw tests of the review like everything else. Nothing that writes may ask for them."""
    return Change.with_canaries.of(team).select_related("team", "proposal__agent", "namespace", "head")


def locked(team: Team, *either: Q, **wanted: Any) -> ChangeQuerySet:
    """The same under row locks, to look again before deciding.

    Locks first and reads after: what was joined in the locking query would be as old as the wait was long.
    """
    lock = Change.objects.of(team).select_for_update(no_key=True).filter(*either, **wanted).order_by("pk")
    return rows(team).filter(pk__in=list(lock.values_list("pk", flat=True)))


def _tier_lines(
    change: Change, document: dict[str, Any], targets: bounds.Targets, checks: Mapping[int, Sequence[Check]]
) -> list[Line]:
    return tiers.lines(
        change.head.facts if change.head else {},
        operation=change.operation,
        document=document,
        namespace=change.namespace,
        paths=_paths(change, targets),
        checks=checks.get(change.head_id or 0, ()),
    )


def _required(
    change: Change,
    document: dict[str, Any],
    lines: Sequence[Line],
    targets: bounds.Targets,
    checks: Mapping[int, Sequence[Check]],
) -> dict[str, Any]:
    found = checks.get(change.head_id or 0, ())
    return policy.requirement(change, document, lines=lines, paths=_paths(change, targets), checks=found)


def _paths(change: Change, targets: bounds.Targets) -> list[str]:
    rows = targets.get(change.head_id or 0, ())
    return [path for one in rows for path in (one.path_before, one.path_after) if path]
