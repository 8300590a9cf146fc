"""Handing the trail out: limited, recorded, and streamed."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from accounts.models import Team, User
from audit import exporting, trail
from audit.models import Event, LogHead
from audit.querying import EventQuerySet

LIMIT = 6
WINDOW = timedelta(hours=1)


class TooMany(Exception):
    """This person exported as often as one may for now; `again_at` says when the next one goes."""

    def __init__(self, again_at: datetime) -> None:
        super().__init__(f"no further export before {again_at}")
        self.again_at = again_at


@dataclass(frozen=True)
class Export:
    file_name: str
    content_type: str
    rows: int
    lines: Iterator[bytes]


def start(
    *, team: Team, teams: Sequence[Team], format: str, bom: bool, narrowed: Mapping[str, Any], by: User, at: datetime
) -> Export:
    """Record an export of what the log holds at this moment, and make its lines ready. `teams` are all of the person's.

    Raises TooMany, which is recorded as well.
    """
    log = team.trail_log
    try:
        with trail.unit_of_work(at=at) as unit:
            _check_limit(by, [one.trail_log for one in teams], at)
            last = LogHead.objects.filter(log=log).values_list("size", flat=True).first() or 0
            events = Event.objects.of_log(log).filter(seq__lte=last).matching(**narrowed)
            rows = events.count()
            data = {"what": "trail", "format": format, "rows": rows, "door": "page", **_told(narrowed)}
            unit.record("export.made", target=trail.Target("log", log), by=by, log=log, data=data)
    except TooMany:
        _record_refusal(team, by, at)
        raise
    return Export(f"{log}-{last}.{format}", _TYPES[format], rows, _lines(events, format, bom))


def _check_limit(by: User, logs: Sequence[str], at: datetime) -> None:
    """Counts what the logs say, under a lock on the person, so that two at once are two."""
    User.objects.select_for_update().get(pk=by.pk)
    made = Event.objects.filter(log__in=logs, actor_id=by.public_id, type="export.made", at__gt=at - WINDOW)
    recent = list(made.order_by("-at").values_list("at", flat=True)[:LIMIT])
    if len(recent) == LIMIT:
        raise TooMany(recent[-1] + WINDOW)


def _record_refusal(team: Team, by: User, at: datetime) -> None:
    with trail.unit_of_work(at=at) as unit:
        data = {"permission": "export_trail", "reason_code": "too_many", "path": "export", "method": "POST"}
        unit.record("access.denied", target=team, by=by, data=data, outcome="denied")


def _told(narrowed: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in narrowed.items() if value}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in given.items()}


def _lines(events: EventQuerySet, format: str, bom: bool) -> Iterator[bytes]:
    if format == "csv":
        return chain([codecs.BOM_UTF8] if bom else [], exporting.csv_rows(events))
    return exporting.jsonl(events)


_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
