"""Telling leads of somebody who approves nearly everything and misses tests. It stops nothing: people look into it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from accounts.models import Team, User
from audit import trail
from audit.trail import SYSTEM
from reviews.automatic import people
from reviews.enums import AlarmKind, NoticeKind, Verdict
from reviews.models import Canary, Decision, WatchAlarm
from reviews.talking import noticing

VOTES = 100  # the newest of a person; who cast fewer raises no alarm
APPROVED = 98  # of these
TESTS = 20  # the newest of a person that count
LEAST_TESTS = 3  # one or two say nothing
CAUGHT_PERCENT = 80
BACK = timedelta(days=180)  # how far a missed test counts


def tick(*, now: datetime) -> None:
    missed = Canary.objects.across_teams().missed().filter(team=OuterRef("pk"), ended_at__gt=now - BACK)
    for team in Team.objects.filter(Exists(missed)):
        attend(team=team, at=now)


def attend(*, team: Team, at: datetime) -> list[WatchAlarm]:
    """Raise an alarm for everybody of whom both counts say so; one that is open is not raised again."""
    open_ = WatchAlarm.objects.of(team).open().filter(kind=AlarmKind.STAMP).values("person")
    missed = Canary.objects.of(team).missed().filter(ended_at__gt=at - BACK).exclude(by__in=open_)
    raised = [_look(person, team, at) for person in User.objects.filter(pk__in=missed.values("by")).order_by("pk")]
    return [one for one in raised if one is not None]


def _look(person: User, team: Team, at: datetime) -> WatchAlarm | None:
    """What came before the last alarm that a lead has seen to counts no more."""
    alarms = WatchAlarm.objects.of(team).filter(person=person, kind=AlarmKind.STAMP).exclude(closed_at=None)
    since = alarms.order_by("-closed_at").values_list("closed_at", flat=True).first() or at - BACK
    tests = Canary.objects.of(team).filter(by=person, ended_at__gt=since).order_by("-ended_at", "-pk")
    said = list(tests.values_list("verdict", flat=True)[:TESTS])
    caught = sum(verdict != Verdict.APPROVE for verdict in said)
    if len(said) < LEAST_TESTS or 100 * caught >= CAUGHT_PERCENT * len(said):
        return None
    own = Decision.objects.of(team).filter(by=person, withdrawn_at=None, at__gt=since).order_by("-at", "-pk")
    votes = list(own.select_related("change__proposal")[:VOTES])
    approved = sum(vote.verdict == Verdict.APPROVE for vote in votes)
    if len(votes) < VOTES or approved < APPROVED:
        return None
    return _raise(person, votes, approved, (len(said), caught), team, at)


def _raise(
    person: User, votes: Sequence[Decision], approved: int, tests: tuple[int, int], team: Team, at: datetime
) -> WatchAlarm:
    counts = {"approvals": approved, "together": 0, "votes": len(votes), "tests": tests[0], "caught": tests[1]}
    with trail.unit_of_work(at=at) as unit:
        alarm = WatchAlarm.objects.create(
            team=team, person=person, kind=AlarmKind.STAMP, since=votes[-1].at, until=votes[0].at, at=at, **counts
        )
        data = {"alarm": alarm.public_id, "kind": str(alarm.kind)} | counts
        target = trail.Target("user", person.public_id)
        unit.record("watch.alarm", target=target, by=SYSTEM, data=data, log=team.trail_log)
        proposal = votes[0].change.proposal
        noticing.tell(people=people.leads(team), kind=NoticeKind.STAMP, proposal=proposal, at=at)
    return alarm
