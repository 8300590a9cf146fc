"""Who acts on a team that they are not in: its trail tells of the first time, and of how often it came again.

Anybody who can sign in could fill the trail of any team with events else, one a request.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from accounts.denials import Attempt
from accounts.models import Knock, Team, User
from audit import trail
from audit.trail import Actor

FOLDED = timedelta(hours=1)


def knock(*, team: Team, person: User, attempt: Attempt, at: datetime) -> None:
    """Record the first act of an hour, and count those that follow it."""
    with trail.unit_of_work(at=at) as unit:
        _row, is_first = Knock.objects.of(team).get_or_create(team=team, person=person, defaults={"since": at})
        if is_first:
            data = {"reason_code": "not_member", **attempt}
            unit.record("access.denied", target=team, by=person, data=data, outcome="denied")
        else:
            Knock.objects.of(team).filter(person=person).update(times=F("times") + 1)


def tell(*, now: datetime) -> int:
    """Record what was counted in hours that are over, each as one event; returns how many."""
    over = Knock.objects.across_teams().filter(since__lte=now - FOLDED).order_by("pk").values_list("pk", flat=True)
    return sum(_tell(pk, now) for pk in list(over))


def _tell(pk: int, now: datetime) -> bool:
    rows = Knock.objects.across_teams().select_related("team", "person").select_for_update(of=("self",))
    with trail.unit_of_work(at=now) as unit:
        row = rows.filter(pk=pk).first()
        if row is None:
            return False
        if row.times:
            data = {"reason_code": "not_member", "times": row.times}
            by = Actor("person", row.person.public_id)
            unit.record("access.denied", target=row.team, by=by, data=data, outcome="denied")
        row.delete()
    return bool(row.times)
