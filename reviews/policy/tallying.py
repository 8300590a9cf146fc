"""Counting votes against what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts import roles
from accounts.models import Membership as Member
from accounts.models import Team
from agents.enums import Tier
from reviews.bounds import Bound
from reviews.enums import Verdict
from reviews.models import Decision, DraftVote, Revision
from reviews.policy.owners import Group

Members = Mapping[int, Member]
"""Active members of the team by the primary key of the person, with their roles as they are now."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One group whose word is asked for, and the votes of theirs that count."""

    group: Group
    by: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How a change stands with the votes that count: who approved, who blocks, and what is still missing.

    `excluded` are approvals of those who wrote the revision or asked for it, `unable` of those who may not decide
    any more.
    """

    needed: int
    approvals: tuple[Decision, ...]
    stale: tuple[Decision, ...]
    excluded: tuple[Decision, ...]
    unable: tuple[Decision, ...]
    requests: tuple[Decision, ...]
    rejection: Decision | None
    quarantine: Decision | None
    blocking: tuple[str, ...]
    owners: tuple[Asked, ...] = ()
    role: Asked | None = None
    sole: bool = False
    open_threads: int | None = None  # None where the policy does not ask for settled threads

    @property
    def is_approved(self) -> bool:
        return self.is_unopposed and not self.missing and not self.unasked

    @property
    def is_unopposed(self) -> bool:
        """Whether no word, check or thread stands against it; approvals there may be or not."""
        return not (self.requests or self.blocking or self.open_threads or self.rejection or self.quarantine)

    @property
    def missing(self) -> int:
        return max(0, self.needed - len(self.approvals))

    @property
    def unasked(self) -> tuple[Asked, ...]:
        """Owners and roles whose approval is still missing."""
        asked = (*self.owners, self.role) if self.role else self.owners
        return tuple(one for one in asked if not one.by)


def tally(
    *,
    head: Revision,
    bound: Bound,
    required: Mapping[str, Any],
    votes: Sequence[Decision],
    members: Members,
    sole: bool,
    open_threads: int = 0,
) -> Tally:
    """Count the votes on a change. `votes` are its counted decisions of all revisions, oldest first; `sole` lets a
    contributor's approval count, for the owner too (a team with one reviewer, low and medium tier only).
    """
    on_head = [vote for vote in votes if vote.revision_id == head.pk]
    approvals = [vote for vote in on_head if vote.verdict == Verdict.APPROVE]
    fresh = [vote for vote in approvals if bound_of(vote) == bound]
    may_count = sole and required["tier"] in (Tier.LOW, Tier.MEDIUM)
    barred = set(required["left_out"]) | (set() if may_count else set(head.contributors))
    able = [vote for vote in fresh if _may_decide(vote, members)]
    counted = tuple(vote for vote in able if vote.by.public_id not in barred)
    role = {"people": [], "roles": [required["role"]]} if required["role"] else None
    return Tally(
        needed=required["votes"],
        approvals=counted,
        stale=tuple(vote for vote in approvals if vote not in fresh),
        excluded=tuple(vote for vote in able if vote not in counted),
        unable=tuple(vote for vote in fresh if vote not in able),
        requests=tuple(_standing_requests(votes)),
        rejection=next((vote for vote in on_head if vote.verdict == Verdict.REJECT), None),
        quarantine=next((vote for vote in on_head if vote.verdict == Verdict.QUARANTINE), None),
        blocking=tuple(required["blocking"]),
        owners=tuple(_asked(group, counted, members, may_count) for group in required["owners"]),
        role=_asked(role, counted, members, may_count) if role else None,
        sole=may_count,
        open_threads=open_threads if "conversation" in required else None,
    )


def members_of(team: Team, people: Iterable[int]) -> Members:
    """Those of the people (primary keys) who are active members."""
    wanted = set(people)
    rows = Member.objects.of(team).active().filter(user__in=wanted) if wanted else ()
    return {row.user_id: row for row in rows}


def speaks_for(group: Group, member: Member, public_id: str) -> bool:
    """Whether a member is one of those whom a group names."""
    return public_id in group["people"] or bool(set(group["roles"]) & set(member.roles))


def bound_of(vote: Decision | DraftVote) -> Bound:
    return Bound(vote.base_sha256, vote.proposed_sha256, vote.requirement_sha256, vote.evidence_sha256)


def _asked(group: Group, counted: Sequence[Decision], members: Members, may_count: bool) -> Asked:
    by = (vote for vote in counted if may_count or speaks_for(group, members[vote.by_id], vote.by.public_id))
    return Asked(group, tuple(by))


def _may_decide(vote: Decision, members: Members) -> bool:
    member = members.get(vote.by_id)
    return member is not None and member.may(roles.DECIDE)


def _standing_requests(votes: Sequence[Decision]) -> list[Decision]:
    """A request for changes stands over later revisions until its author votes again."""
    last: dict[int, Decision] = {}
    for vote in votes:
        last[vote.by_id] = vote
    return [vote for vote in last.values() if vote.verdict == Verdict.REQUEST_CHANGES]
