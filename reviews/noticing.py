"""What people are told: one notice for each person and matter. Lists and mails are made of them elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from accounts.models import Team, User
from audit.trail import Actor
from reviews.enums import NoticeKind
from reviews.models import Change, Notice, Proposal, Thread


def tell(
    *,
    people: Iterable[User],
    kind: NoticeKind,
    proposal: Proposal,
    at: datetime,
    by: Actor | None = None,
    change: Change | None = None,
    thread: Thread | None = None,
) -> list[Notice]:
    """Write a notice for each of these people, within the caller's unit.

    Not told is who did it, and who has not read yet that the same happened: nobody needs to read a thing twice.
    """
    about = {"kind": kind, "proposal": proposal, "change": change, "thread": thread}
    unread = Notice.objects.of(proposal.team).unread().filter(**about)
    told = set(unread.values_list("person", flat=True))
    ahead = {one.pk: one for one in people if one.pk not in told and (by is None or one.public_id != by.id)}
    by_id = by.id if by else ""
    rows = [Notice(team_id=proposal.team_id, person=one, by_id=by_id, at=at, **about) for one in ahead.values()]
    return Notice.objects.bulk_create(rows)


def named(ids: Iterable[str], *, team: Team) -> list[User]:
    """The members still in the team that these public ids name."""
    active = User.objects.filter(memberships__team=team, memberships__removed_at=None, is_active=True)
    return list(active.filter(public_id__in=set(ids)).order_by("pk"))
