"""Telling leads when somebody approves faster than anybody reads. It stops nothing: people look into it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from accounts.models import Team, User
from audit import trail
from audit.trail import SYSTEM
from reviews.automatic import people
from reviews.enums import AlarmKind, NoticeKind, Verdict
from reviews.models import Decision, DecisionQuerySet, WatchAlarm
from reviews.talking import noticing

MOST = 20  # approvals of one person
WITHIN = timedelta(minutes=5)
BACK = timedelta(minutes=15)  # how far a tick looks back: it may come late


def tick(*, now: datetime) -> None:
    lately = Decision.objects.across_teams().filter(team=OuterRef("pk"), verdict=Verdict.APPROVE, at__gt=now - BACK)
    for team in Team.objects.filter(Exists(lately)):
        attend(team=team, at=now)


def attend(*, team: Team, at: datetime) -> list[WatchAlarm]:
    """Raise an alarm for everybody who approved too much at once; one that is open is not raised again."""
    votes: dict[int, list[Decision]] = defaultdict(list)
    for vote in _lately(team, at):
        votes[vote.by_id].append(vote)
    quick = [found for own in votes.values() if len(found := busiest(own)) > MOST]
    if not quick:
        return []
    with trail.unit_of_work(at=at) as unit:
        busy = set(WatchAlarm.objects.of(team).open().filter(kind=AlarmKind.FAST).values_list("person", flat=True))
        return [_raise(found, team, at, unit) for found in quick if found[0].by_id not in busy]


def close(*, alarm: WatchAlarm, by: User, at: datetime) -> None:
    """A lead has seen to it. What was approved up to now raises no other one; harmless where it is closed."""
    with trail.unit_of_work(at=at) as unit:
        if WatchAlarm.objects.of(alarm.team).open().filter(pk=alarm.pk).update(closed_at=at, closed_by=by):
            unit.record(
                "watch.alarm_closed",
                target=_about(alarm.person),
                by=by,
                data={"alarm": alarm.public_id},
                log=alarm.team.trail_log,
            )


def busiest(votes: Sequence[Decision]) -> Sequence[Decision]:
    """The most of one person's votes, oldest first, that lie within five minutes."""
    found, start = votes[:0], 0
    for end, vote in enumerate(votes):
        while vote.at - votes[start].at > WITHIN:
            start += 1
        if end + 1 - start > len(found):
            found = votes[start : end + 1]
    return found


def _lately(team: Team, at: datetime) -> DecisionQuerySet:
    """Approvals that stand, since the last alarm of who gave them was closed."""
    seen_to = WatchAlarm.objects.of(team).filter(
        person=OuterRef("by"), kind=AlarmKind.FAST, closed_at__gte=OuterRef("at")
    )
    rows = Decision.objects.of(team).filter(verdict=Verdict.APPROVE, withdrawn_at=None, at__gt=at - BACK)
    return rows.filter(~Exists(seen_to)).select_related("by", "change__proposal").order_by("at", "pk")


def _raise(votes: Sequence[Decision], team: Team, at: datetime, unit: trail.Unit) -> WatchAlarm:
    first, last = votes[0], votes[-1]
    together = sum(bool(vote.batch) for vote in votes)
    alarm = WatchAlarm.objects.create(
        team=team,
        person=last.by,
        approvals=len(votes),
        together=together,
        since=first.at,
        until=last.at,
        at=at,
    )
    data = {"alarm": alarm.public_id, "approvals": len(votes), "together": together}
    unit.record("watch.alarm", target=_about(last.by), by=SYSTEM, data=data, log=team.trail_log)
    noticing.tell(people=people.leads(team), kind=NoticeKind.WATCH, proposal=last.change.proposal, at=at)
    return alarm


def _about(person: User) -> trail.Target:
    return trail.Target("user", person.public_id)
