"""Telling auditors and admins that a log needs attention: once for each reason, as an event and as a notice."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.cache import cache

from accounts.enums import Role
from accounts.models import Membership, Team, User
from audit import trail
from audit.models import Event
from compliance.sealing import standing
from reviews.enums import NoticeKind
from reviews.talking import noticing

PATIENCE = timedelta(minutes=3)  # after a start, before the signer had its turn, a log that slept is no alarm
AGAIN = timedelta(days=1)
_REMEMBERED = timedelta(minutes=10)


def attend(*, now: datetime) -> None:
    """Raise what is red, in every team."""
    for team in Team.objects.order_by("pk"):
        reason = standing.of(team.trail_log, now=now).reason
        key = f"sealing-red-{team.trail_log}"
        if not reason:
            cache.delete(key)
            continue
        first = cache.get_or_set(key, now, _REMEMBERED.total_seconds()) or now
        if now - first >= PATIENCE:
            raise_(team, reason=reason, at=now)


def raise_(team: Team, *, reason: str, at: datetime) -> None:
    """Write the alarm and tell who has to know, unless they were told the same within a day."""
    told = Event.objects.of_log(team.trail_log).filter(type="audit.alarm", at__gt=at - AGAIN)
    if any(event.content()["data"]["reason_code"] == reason for event in told):
        return
    with trail.unit_of_work(at=at) as unit:
        event_id = unit.record("audit.alarm", target=team, by=trail.SYSTEM, data={"reason_code": reason})
        page = noticing.Page(team, "compliance:event", event_id)
        noticing.tell(people=officers(team), kind=NoticeKind.SEAL, page=page, at=at)


def officers(team: Team) -> list[User]:
    members = Membership.objects.of(team).active().with_people()
    return [member.user for member in members if {Role.AUDITOR, Role.ADMIN} & set(member.roles)]
