"""What people are told: one notice for each person and matter. Lists and mails are made of them elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts.models import Team, User
from agents.models import Namespace
from audit import trail
from audit.trail import Actor
from reviews.enums import NoticeKind, Verdict
from reviews.inbox import turns
from reviews.models import Change, Decision, Notice, NoticeQuerySet, Proposal, Revision, Thread

_TURN = (NoticeKind.YOUR_TURN, NoticeKind.OVERDUE)


@dataclass(frozen=True)
class Page:
    """A page of a higher floor that a notice leads to: its URL name, and the one argument after the team."""

    team: Team
    url_name: str
    arg: str


def tell(
    *,
    people: Iterable[User],
    kind: NoticeKind,
    at: datetime,
    proposal: Proposal | None = None,
    namespace: Namespace | None = None,
    page: Page | None = None,
    by: Actor | None = None,
    change: Change | None = None,
    thread: Thread | None = None,
) -> list[Notice]:
    """Write a notice about a proposal, the memory of a namespace or a page, for each of these people, within the
    caller's unit.

    Not told is who did it, and who has not read yet that the same happened: nobody needs to read a thing twice.
    """
    about: dict[str, Any] = {"kind": kind, "proposal": proposal, "namespace": namespace}
    about |= {"change": change, "thread": thread}
    about |= {"page": page.url_name, "page_arg": page.arg} if page else {"page": ""}
    team = (proposal or namespace or page).team  # type: ignore[union-attr]
    unread = Notice.objects.of(team).unread().filter(**about)
    told = set(unread.values_list("person", flat=True))
    ahead = {one.pk: one for one in people if one.pk not in told and (by is None or one.public_id != by.id)}
    by_id = by.id if by else ""
    rows = [Notice(team=team, person=one, by_id=by_id, at=at, **about) for one in ahead.values()]
    return Notice.objects.bulk_create(rows)


def revised(change: Change, *, old: Revision | None, by: Actor, at: datetime) -> None:
    """Tell who approved the last revision that there is another one, and who asked for it that it is there."""
    votes = list(Decision.objects.of(change.team).counted().filter(change=change).select_related("by"))
    asked = [vote.by for vote in votes if vote.verdict == Verdict.REQUEST_CHANGES]
    approved = [vote.by for vote in votes if vote.verdict == Verdict.APPROVE and vote.revision_id == (old and old.pk)]
    for people, kind in ((asked, NoticeKind.ANSWERED), (approved, NoticeKind.STALE)):
        tell(people=people, kind=kind, proposal=change.proposal, change=change, at=at, by=by)


def decided(proposal: Proposal, *, by: Actor, at: datetime) -> None:
    """Tell the person who put a proposal forward that it is decided."""
    people = named([proposal.opened_by_id], team=proposal.team)
    tell(people=people, kind=NoticeKind.DECIDED, proposal=proposal, at=at, by=by)


def voted(change: Change, *, by: User, at: datetime) -> None:
    """What a vote answers has been read; so has whose turn the proposal is, where nothing else of it waits."""
    about = Q(change=change, kind__in=(NoticeKind.STALE, NoticeKind.ANSWERED))
    turn = Q(proposal=change.proposal_id, kind__in=_TURN)
    rows = of(by, team=change.team).unread().filter(about | turn)
    kinds = dict(rows.values_list("pk", "kind"))
    if not kinds:
        return
    waiting = turns.waiting_for(by, team=change.team).filter(proposal=change.proposal_id)
    if any(kind in _TURN for kind in kinds.values()) and waiting.exists():
        kinds = {pk: kind for pk, kind in kinds.items() if kind not in _TURN}
    Notice.objects.of(change.team).filter(pk__in=kinds).update(read_at=at)


def spoke(thread: Thread, *, by: User, at: datetime) -> None:
    """Who answers in a thread has read what was said there."""
    of(by, team=thread.change.team).unread().filter(thread=thread).update(read_at=at)


def read(*, person: User, team: Team, at: datetime, notice_id: str = "") -> int:
    """Mark one notice, or all, as read. Returns how many were not."""
    with trail.unit_of_work(at=at) as unit:
        unread = of(person, team=team).unread()
        count = (unread.filter(public_id=notice_id) if notice_id else unread).update(read_at=at)
        if count:
            target = trail.Target("user", person.public_id)
            unit.record("notices.read", target=target, by=person, data={"count": count}, log=team.trail_log)
    return count


def place(notice: Notice) -> str:
    """The address of what a notice is about; it comes with its team, and its proposal or namespace with theirs."""
    if notice.page:
        return reverse(notice.page, args=[notice.team.slug, *filter(None, [notice.page_arg])])
    if notice.namespace is not None:
        return _page_of(notice.namespace, notice.kind)
    assert notice.proposal is not None  # noqa: S101  a notice is of one thing
    slug = notice.proposal.team.slug
    if notice.kind in (NoticeKind.WATCH, NoticeKind.STAMP):
        return reverse("reviews:watching", args=[slug])
    if notice.kind == NoticeKind.SECOND:
        return reverse("reviews:seconds", args=[slug])
    if notice.change is None:
        return notice.proposal.get_absolute_url()
    page = reverse("reviews:change", args=[slug, notice.change.public_id])
    return f"{page}#in-{notice.thread.public_id}" if notice.thread else page


def _page_of(namespace: Namespace, kind: str) -> str:
    name = "budgets" if kind == NoticeKind.BUDGET else "drift_namespace"
    return reverse(f"reviews:{name}", args=[namespace.team.slug, namespace.slug])


def of(person: User, *, team: Team) -> NoticeQuerySet:
    return Notice.objects.of(team).filter(person=person)


def named(ids: Iterable[str], *, team: Team) -> list[User]:
    """The members still in the team that these public ids name."""
    active = User.objects.filter(memberships__team=team, memberships__removed_at=None, is_active=True)
    return list(active.filter(public_id__in=set(ids)).order_by("pk"))
