"""Handing the trail out as one stream: limited, recorded, and the same events that a pack of the scope would show."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from accounts.models import Team, User
from audit import exporting
from audit.models import LogHead
from audit.querying import EventQuerySet
from compliance.enums import Format
from compliance.packs import limiting, ocsf, plans, scopes
from compliance.packs.scopes import Scope

ENDINGS = {Format.CSV: "csv", Format.JSONL: "jsonl", Format.OCSF: "ocsf.jsonl"}
_TYPES = {Format.CSV: "text/csv; charset=utf-8"}
_LINES = "application/x-ndjson"


@dataclass(frozen=True)
class Stream:
    file_name: str
    content_type: str
    rows: int
    lines: Iterator[bytes]


def start(*, team: Team, teams: Sequence[Team], format: str, bom: bool, scope: Scope, by: User, at: datetime) -> Stream:
    """Record an export of what the log holds at this moment, and make its lines ready. `teams` are all of the person's.

    Raises limiting.TooMany, which is recorded as well.
    """
    log = team.trail_log
    size = LogHead.objects.filter(log=log).values_list("size", flat=True).first() or 0
    events = scopes.events(team, scope, size=size)
    rows = events.count()
    data = {"what": "trail", "format": format, "rows": rows, **scope.as_json()}
    limiting.record_export(team, teams, data, by=by, at=at)
    name = f"{log}-{size}.{ENDINGS[Format(format)]}"
    return Stream(name, _TYPES.get(Format(format), _LINES), rows, _lines(events, format, bom))


def _lines(events: EventQuerySet, format: str, bom: bool) -> Iterator[bytes]:
    if format == Format.CSV:
        return chain([codecs.BOM_UTF8] if bom else [], exporting.csv_rows(events))
    if format == Format.OCSF:
        return ocsf.lines(events, version=plans.TOOL.partition(" ")[2])
    return exporting.jsonl(events)
