"""How far each destination of a team is behind its log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Team
from audit.models import Event, LogHead
from compliance.models import Destination


@dataclass(frozen=True)
class Standing:
    """`behind` counts events that it has not confirmed; `oldest` is when the first of them was, `seconds` its age."""

    destination: Destination
    behind: int
    oldest: datetime | None
    seconds: int


def of(team: Team, rows: Sequence[Destination], *, now: datetime) -> list[Standing]:
    """In two queries for any number of rows."""
    log = team.trail_log
    size = LogHead.objects.filter(log=log).values_list("size", flat=True).first() or 0
    firsts = {row.acked + 1 for row in rows}
    times = dict(Event.objects.of_log(log).filter(seq__in=firsts).values_list("seq", "at"))
    return [_of(row, size, times.get(row.acked + 1), now) for row in rows]


def _of(row: Destination, size: int, oldest: datetime | None, now: datetime) -> Standing:
    seconds = max(0, int((now - oldest).total_seconds())) if oldest else 0
    return Standing(row, max(0, size - row.acked), oldest, seconds)
