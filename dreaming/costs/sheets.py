"""What was spent as CSV: a line for each day, run, stage and model, every cell guarded against spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Max, Min, Sum
from django.db.models.functions import TruncDate

from accounts.models import Team, User
from audit import trail
from audit.exporting import Lines
from dreaming.costs import showing
from dreaming.models import Spend, SpendQuerySet

_DETAILS = ("day", "agent__slug", "agent__name", "run__number", "stage", "model", "is_batch")
_TOKENS = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
COLUMNS = (
    "day", "agent", "agent_name", "run", "stage", "model", "batch", "calls", "calls_under_way", "calls_without_price",
    "tokens_in", "tokens_out", "tokens_cache_read", "tokens_cache_write_5m", "tokens_cache_write_1h",
    "usd_at_least", "usd_at_most", "usd_saved_by_caches_and_batches",
)  # fmt: skip
AT_ONCE = timedelta(days=31)  # that are read in one query: no snapshot stays open for a reader that is slow


@dataclass(frozen=True, slots=True)
class Sheet:
    file_name: str
    rows: int
    lines: Iterator[bytes]


def start(*, team: Team, since: date | None, until: date | None, by: User, at: datetime) -> Sheet:
    """Record that what was spent up to this moment is handed out, and make its lines ready. Days are those of the
    team's time zone, `until` is the last of them; None is no bound.
    """
    zone = ZoneInfo(team.time_zone)
    rows = _within(Spend.objects.of(team).counted(), zone, since, until)
    ends = rows.aggregate(newest=Max("pk"), first=Min("at"), last=Max("at"))
    rows = rows.filter(pk__lte=ends["newest"] or 0)  # what is written while it is read belongs to the next one
    count = _grouped(rows, zone).distinct().count()
    data: dict[str, Any] = {"what": "costs", "format": "csv", "rows": count, "door": "page"}
    data |= {name: day.isoformat() for name, day in (("since", since), ("until", until)) if day}
    with trail.unit_of_work(at=at) as unit:
        unit.record("export.made", target=team, by=by, data=data)
    return Sheet(f"{team.slug}-costs-{at:%Y%m%d}.csv", count, _lines(rows, zone, ends["first"], ends["last"]))


def _within(rows: SpendQuerySet, zone: ZoneInfo, since: date | None, until: date | None) -> SpendQuerySet:
    if since:
        rows = rows.since(_begin(since, zone))
    return rows.filter(at__lt=_begin(until + timedelta(days=1), zone)) if until else rows


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _lines(rows: SpendQuerySet, zone: ZoneInfo, first: datetime | None, last: datetime | None) -> Iterator[bytes]:
    sheet = Lines()
    yield sheet.row(COLUMNS)
    if first is None or last is None:
        return
    day, end = first.astimezone(zone).date(), last.astimezone(zone).date()
    while day <= end:
        some = _within(rows, zone, day, day + AT_ONCE - timedelta(days=1))
        yield b"".join(sheet.row(_cells(row)) for row in _summed(some, zone))
        day += AT_ONCE


def _grouped(rows: SpendQuerySet, zone: ZoneInfo) -> Any:
    return rows.annotate(day=TruncDate("at", tzinfo=zone)).order_by().values(*_DETAILS)


def _summed(rows: SpendQuerySet, zone: ZoneInfo) -> Any:
    split = {f"sum_{name}": Sum(name) for name in _TOKENS[-2:]}
    runs = F("run__number").asc(nulls_last=True)  # answers to reviewers belong to none
    return showing.summed(_grouped(rows, zone)).annotate(**split).order_by("day", "agent__slug", runs, "first")


def _cells(row: dict[str, Any]) -> list[str]:
    tokens = [row["input"], row["output"], row["cache_read"], *(row[f"sum_{name}"] for name in _TOKENS[-2:])]
    money = [_dollars(row[name]) for name in ("low", "high")] if row["unknown"] < row["calls"] else ["", ""]
    saved = max(row["full"] - row["high"], 0)
    return [
        row["day"].isoformat(),
        row["agent__slug"],
        row["agent__name"],
        "" if row["run__number"] is None else str(row["run__number"]),
        row["stage"],
        row["model"],
        "yes" if row["is_batch"] else "no",
        *(str(row[name]) for name in ("calls", "reserved", "unknown")),
        *map(str, tokens),
        *money,
        _dollars(saved) if money[1] else "",
    ]


def _dollars(micro: int) -> str:
    """As a number that a sheet can add up."""
    return f"{micro // 1_000_000}.{micro % 1_000_000:06}"
