"""Emptying what a team keeps no longer: private values of events, and transcripts. What is held stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from accounts.models import Team
from agents.models import Session, SessionEvent
from audit import retention, trail
from audit.models import Event, Private
from compliance import holding
from compliance.enums import ErasureKind, HoldScope
from compliance.erasure import needles, redacting, steps
from compliance.erasure.works import Work
from compliance.models import Retention
from compliance.packs import jobs
from reviews.models import Evidence

EVERY = timedelta(days=1)
BASIS = "retention"
AT_ONCE = 300
MOST_PAGES = 20  # of private values, and
MOST_SESSIONS = 100  # in one go: the next tick goes on

Held = dict[str, set[str]]


def due(*, now: datetime) -> list[UUID]:
    """Teams that were not looked at for a day."""
    fresh = Retention.objects.across_teams().filter(looked_at__gt=now - EVERY).values("team")
    return list(Team.objects.exclude(pk__in=fresh).order_by("pk").values_list("pk", flat=True))


def empty(*, team_id: str, now: datetime) -> dict[str, int]:
    """Empty a piece of what is past its time; the counts.

    Nothing where everything is held, or where it was done within the day.
    """
    team = Team.objects.get(pk=team_id)
    row, _made = Retention.objects.of(team).get_or_create(team=team)
    mine = Retention.objects.of(team).filter(Q(looked_at=None) | Q(looked_at__lte=now - EVERY), pk=row.pk)
    held = holding.held(team)
    if not mine.update(looked_at=now) or held[HoldScope.ALL]:
        return {}
    row.team = team
    work = _work(team, row, now)
    is_whole = all([_empty_transcripts(work, row, held, now), _empty_values(work, row, held, now)])
    if work.counts:
        with trail.unit_of_work(at=now) as unit:
            unit.record("retention.emptied", target=row, by=trail.SYSTEM, data={"counts": work.counted})
        jobs.begin_anew(team=team)
    if not is_whole:
        Retention.objects.of(team).filter(pk=row.pk).update(looked_at=None)
    return work.counts


def _work(team: Team, row: Retention, at: datetime, *, session: str = "") -> Work:
    """`session` is one version: each is past its time by itself."""
    return Work(
        id=row.public_id,
        team=team,
        kind=ErasureKind.SESSION,
        subject=session,
        basis=BASIS,
        finder=needles.read([]),
        subjects=(),
        keys={},
        at=at,
        sessions=(session,) if session else (),
    )


def _empty_transcripts(work: Work, row: Retention, held: Held, now: datetime) -> bool:
    """As an erasure of each does; whether none is left."""
    past = _transcripts(work.team, held, before=now - timedelta(days=row.system))
    found = list(past.values_list("public_id", flat=True)[:MOST_SESSIONS])
    for id in found:
        steps.transcript(_work(work.team, row, now, session=id), 0, now)
    work.count("sessions", len(found))
    after: int | None = 0
    while found and after is not None:
        after = steps.standing_changes(work, after, now)
    return len(found) < MOST_SESSIONS


def _transcripts(team: Team, held: Held, *, before: datetime):  # type: ignore[no-untyped-def]
    says = SessionEvent.objects.of(team).filter(session=OuterRef("pk")).exclude(text="")
    quoted = Evidence.objects.of(team).filter(change__namespace__public_id__in=held[HoldScope.NAMESPACE])
    return (
        Session.objects.of(team)
        .filter(Exists(says), imported_at__lt=before)
        .exclude(public_id__in=held[HoldScope.SESSION])
        .exclude(agent__public_id__in=held[HoldScope.AGENT])
        .exclude(pk__in=quoted.values("session"))
        .order_by("pk")
    )


def _empty_values(work: Work, row: Retention, held: Held, now: datetime) -> bool:
    """Private values of events past the time of their class; whether none is left."""
    ids = set().union(*held.values())
    for number, page in enumerate(_values(work, row, now), start=1):
        events = Event.objects.filter(public_id__in={one.event for one in page})
        kept = {one.public_id for one in events if any(id.encode() in bytes(one.body) for id in ids)}
        gone = [one for one in page if one.event not in kept and one.subject not in ids]
        if gone:
            target = trail.Target("retention", row.public_id)
            redacting.drop(gone, target=target, about={"basis": BASIS}, at=now)
            work.count("private values", len(gone))
        if number == MOST_PAGES:
            return False
    return True


def _values(work: Work, row: Retention, now: datetime) -> Iterator[list[Private]]:
    for name, days in row.days.items():
        past = Event.objects.of_log(work.log).filter(
            type__in=retention.types_of(name), at__lt=now - timedelta(days=days)
        )
        after = 0
        own = Private.objects.filter(log=work.log, event__in=past.values("public_id")).order_by("pk")
        while page := list(own.filter(pk__gt=after)[:AT_ONCE]):
            yield page
            after = page[-1].pk
