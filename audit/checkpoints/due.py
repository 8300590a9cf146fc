"""Which logs are due for a checkpoint."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Max, OuterRef, Subquery

from audit.models import Checkpoint, Event, LogHead

PAUSE = timedelta(seconds=60)  # between two checkpoints of a log that goes on
MOST_EVENTS = 256  # that wait for no pause
IDLE = timedelta(minutes=50)  # at least one an hour, so that silence is proven, too
AT_ONCE = ("export.made", "key.made", "key.rotated")


def logs(*, now: datetime) -> list[str]:
    """Those with 256 new events, with any after 60 seconds, with an export, or without a checkpoint for almost an hour.

    In two queries, whatever the number of logs.
    """
    newest = Checkpoint.objects.filter(log=OuterRef("log")).exclude(note="").order_by("-pk")
    heads = LogHead.objects.filter(size__gt=0).annotate(
        signed=Subquery(newest.values("size")[:1]), signed_at=Subquery(newest.values("at")[:1])
    )
    waiting, found = {}, []
    for head in heads.order_by("log"):
        if _is_due(head.size - (head.signed or 0), head.signed_at, now):
            found.append(head.log)
        elif head.size > head.signed:
            waiting[head.log] = head.signed
    return found + _with_export(waiting)


def _is_due(fresh: int, signed_at: datetime | None, now: datetime) -> bool:
    if signed_at is None or fresh >= MOST_EVENTS:
        return True
    return now - signed_at >= (PAUSE if fresh > 0 else IDLE)


def _with_export(signed: dict[str, int]) -> list[str]:
    made = Event.objects.filter(log__in=signed, type__in=AT_ONCE).order_by()
    return [log for log, last in made.values_list("log").annotate(Max("seq")) if last > signed[log]]
