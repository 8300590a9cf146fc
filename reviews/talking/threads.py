"""Conversations about changes: opened on lines or on the whole change, answered, settled and taken up again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.models import Team, User
from accounts.teams import TeamQuerySet
from audit import trail
from reviews import desk, settling
from reviews.decisions import Refused
from reviews.enums import NoticeKind, Side
from reviews.models import Change, Comment, Proposal, Revision, RevisionTarget, Thread
from reviews.reading import comparing
from reviews.talking import mentions, noticing
from reviews.talking.carrying import Spot

MOST_LINES = 200  # of a text that one thread can be about


class Gone(LookupError):
    """The draft was sent or thrown away meanwhile; the message is for the person."""


def open_(
    *,
    team: Team,
    change_id: str,
    revision: int,
    spot: Spot | None,
    text: str,
    by: User,
    at: datetime,
    is_draft: bool = False,
) -> Comment:
    """Begin a thread about lines of a revision, or about the change where there is no spot. A draft is seen by its
    author alone until it is sent.

    Raises Refused where the text is empty or the lines are not there.
    """
    with trail.unit_of_work(at=at) as unit:
        change = desk.locked(team, public_id=change_id).get()
        row = Revision.objects.of(team).get(change=change, number=revision)
        thread = Thread(team_id=change.team_id, change=change, revision=row, at=at)
        if spot is not None:
            thread.lines = _lines(change, row, spot)
            thread.target_position, thread.side = spot.position, spot.side
            thread.line_start, thread.line_end = spot.first, spot.last
        thread.save()
        return _write(thread, text, by, at, unit, is_draft)


def reply(*, team: Team, thread_id: str, text: str, by: User, at: datetime, is_draft: bool = False) -> Comment:
    """Raises Refused where the text is empty."""
    with trail.unit_of_work(at=at) as unit:
        return _write(_locked(team, by, thread_id), text, by, at, unit, is_draft)


def resolve(*, team: Team, thread_id: str, by: User, at: datetime) -> Thread:
    """Settle a thread; settling it twice is harmless."""
    with trail.unit_of_work(at=at) as unit:
        thread = _locked(team, by, thread_id)
        if thread.resolved_at is None:
            _mark(thread, at, by)
            unit.record("thread.resolved", target=thread.change, by=by, data={"thread": thread.public_id})
            _tell(_talkers(thread), NoticeKind.RESOLVED, thread, by, at)
            settling.settle(change=thread.change, by=by.trail_actor, at=at, unit=unit)
    return thread


def reopen(*, team: Team, thread_id: str, by: User, at: datetime) -> Thread:
    """Take a settled thread up again; on one that is open it is harmless."""
    with trail.unit_of_work(at=at) as unit:
        thread = _locked(team, by, thread_id)
        if thread.resolved_at is not None:
            _mark(thread, None, None)
            unit.record("thread.reopened", target=thread.change, by=by, data={"thread": thread.public_id})
            settling.settle(change=thread.change, by=by.trail_actor, at=at, unit=unit)
    return thread


def discard(*, team: Team, comment_id: str, by: User, at: datetime) -> None:
    """Throw an own draft away, and its thread where nothing else is in it. Raises Gone."""
    with trail.unit_of_work(at=at) as unit:
        comment = _locked_draft(team, by, comment_id)
        thread = comment.thread
        _drafted(thread, by, unit, removed=True)
        comment.delete()
        if not Comment.objects.of(team).filter(thread=thread).exists():
            thread.delete()


def send(*, team: Team, comment_id: str, by: User, at: datetime) -> Comment:
    """Send one own draft without a review. Raises Gone."""
    with trail.unit_of_work(at=at) as unit:
        comment = _locked_draft(team, by, comment_id)
        _send(comment, mentions.people(team), by, at, unit)
        return comment


def send_drafts(*, proposal: Proposal, by: User, at: datetime, unit: trail.Unit) -> list[Comment]:
    """Send what the person has prepared in the threads of a proposal, within the caller's unit; whoever calls has the
    changes locked.
    """
    team = proposal.team
    own = drafts(team, by).filter(thread__change__proposal=proposal).order_by("at", "pk")
    found = list(own.select_related("thread__change__proposal__team"))
    people = mentions.people(team) if found else None
    for comment in found:
        _send(comment, people, by, at, unit)  # type: ignore[arg-type]
    return found


def drafts(team: Team, by: User) -> TeamQuerySet[Comment]:
    """What this person wrote and has not sent yet."""
    return Comment.objects.of(team).filter(by=by, sent_at=None)


def is_author(thread: Thread, person: User) -> bool:
    first = Comment.objects.of(thread.team).filter(thread=thread).order_by("at", "pk").values_list("by", flat=True)
    return first.first() == person.pk


def lines_of(revision: Revision, spot: Spot) -> list[str]:
    """The lines that a spot names; fewer than it names where they are not all there."""
    targets = RevisionTarget.objects.of(revision.team).filter(revision=revision, position=spot.position)
    target = targets.select_related("base__blob").first()
    if target is None:
        return []
    return comparing.sides(target)[spot.side == Side.AFTER][spot.first - 1 : spot.last]


def _lines(change: Change, revision: Revision, spot: Spot) -> str:
    count = spot.last - spot.first + 1
    if not 0 < count <= MOST_LINES:
        raise Refused(change, f"A thread is about one to {MOST_LINES} lines.")
    found = lines_of(revision, spot)
    if len(found) < count:
        raise Refused(change, "These lines are not in this revision.")
    return "".join(found)


def _locked(team: Team, person: User, thread_id: str) -> Thread:
    """The change first, as every verdict does, then the thread."""
    known = Thread.objects.of(team).seen_by(person).filter(public_id=thread_id)
    change = desk.locked(team, pk__in=known.values("change")).get()
    thread = Thread.objects.of(team).select_for_update(no_key=True).get(public_id=thread_id)
    thread.change = change
    return thread


def _locked_draft(team: Team, by: User, comment_id: str) -> Comment:
    """An own draft as it is once nobody else can send it or throw it away."""
    own = drafts(team, by).filter(public_id=comment_id)
    change = desk.locked(team, pk__in=own.values("thread__change")).first()
    comment = own.select_related("thread__revision").first()
    if change is None or comment is None:
        raise Gone("This draft is sent or thrown away already.")
    comment.thread.change = change
    return comment


def _write(thread: Thread, text: str, by: User, at: datetime, unit: trail.Unit, is_draft: bool) -> Comment:
    if not text.strip():
        raise Refused(thread.change, "Write something first.")
    comment = Comment.objects.create(team_id=thread.team_id, thread=thread, by=by, text=text, at=at)
    if is_draft:
        _drafted(thread, by, unit)
    else:
        _send(comment, mentions.people(thread.change.team), by, at, unit)
    return comment


def _drafted(thread: Thread, by: User, unit: trail.Unit, **more: bool) -> None:
    data = {"change": thread.change.public_id, "thread": thread.public_id, **more}
    unit.record("review.drafted", target=thread.change.proposal, by=by, data=data)


def _send(comment: Comment, people: mentions.People, by: User, at: datetime, unit: trail.Unit) -> None:
    """Who is named is told so, and everybody else who talks in the thread, or put the change forward, that somebody
    wrote.
    """
    thread = comment.thread
    talkers = _talkers(thread)
    comment.sent_at = at
    comment.save(update_fields=["sent_at"])
    noticing.spoke(thread, by=by, at=at)
    named = people.named(comment.text)
    data = {
        "thread": thread.public_id,
        "comment": comment.public_id,
        "revision": thread.revision.public_id,
        "mentioned": [one.public_id for one in named],
        "lines": [thread.line_start, thread.line_end] if thread.line_start else [],
    }
    private = {"text": comment.text}
    unit.record("change.commented", target=thread.change, by=by, data=data, private=private, subject=by.public_id)
    _tell(named, NoticeKind.MENTIONED, thread, by, at)
    opener = thread.change.proposal.opened_by_id
    others = [one for one in (*talkers, *noticing.named([opener], team=thread.change.team)) if one not in named]
    _tell(others, NoticeKind.REPLIED, thread, by, at)
    settling.settle(change=thread.change, by=by.trail_actor, at=at, unit=unit)


def _talkers(thread: Thread) -> list[User]:
    """Who has said something in the thread and is still a member."""
    sent = Comment.objects.of(thread.change.team).sent().filter(thread=thread)
    return noticing.named(sent.values_list("by__public_id", flat=True), team=thread.change.team)


def _tell(people: Sequence[User], kind: NoticeKind, thread: Thread, by: User, at: datetime) -> None:
    change = thread.change
    noticing.tell(
        people=people, kind=kind, proposal=change.proposal, change=change, thread=thread, at=at, by=by.trail_actor
    )


def _mark(thread: Thread, at: datetime | None, by: User | None) -> None:
    thread.resolved_at, thread.resolved_by = at, by
    thread.save(update_fields=["resolved_at", "resolved_by"])
