"""How often a person may export: downloads and packs together, over all their teams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from accounts import roles
from accounts.models import Team, User
from audit import trail
from audit.models import Event
from compliance.models import Export

LIMIT = 6
WINDOW = timedelta(hours=1)


class TooMany(Exception):
    """This person exported as often as one may for now; `again_at` says when the next one goes."""

    def __init__(self, again_at: datetime) -> None:
        super().__init__(f"no further export before {again_at}")
        self.again_at = again_at


def check(by: User, teams: Sequence[Team], *, at: datetime) -> None:
    """Count what the logs and the rows say, under a lock on the person, so that two at once are two.

    `teams` are all of the person's. Raises TooMany.
    """
    User.objects.select_for_update().get(pk=by.pk)
    logs = [one.trail_log for one in teams]
    downloads = Event.objects.filter(
        log__in=logs, actor_id=by.public_id, type="export.made", target_type="log", at__gt=at - WINDOW
    )
    packs = Export.objects.across_teams().filter(asked_by=by, asked_at__gt=at - WINDOW)
    times = [*downloads.order_by("-at").values_list("at", flat=True)[:LIMIT]]
    times += packs.order_by("-asked_at").values_list("asked_at", flat=True)[:LIMIT]
    recent = sorted(times, reverse=True)[:LIMIT]
    if len(recent) == LIMIT:
        raise TooMany(recent[-1] + WINDOW)


def record_export(team: Team, teams: Sequence[Team], data: Mapping[str, Any], *, by: User, at: datetime) -> None:
    """Count and record that a file was handed out at once. Raises TooMany, which is recorded as well."""
    log = team.trail_log
    try:
        with trail.unit_of_work(at=at) as unit:
            check(by, teams, at=at)
            unit.record("export.made", target=trail.Target("log", log), by=by, log=log, data={"door": "page", **data})
    except TooMany:
        record_refusal(team, by, at=at)
        raise


def record_refusal(team: Team, by: User, *, at: datetime) -> None:
    with trail.unit_of_work(at=at) as unit:
        data = {"permission": roles.EXPORT_TRAIL, "reason_code": "too_many"}
        unit.record("access.denied", target=team, by=by, data=data, outcome="denied")
