"""The journal of deliveries: which checkpoint has to be where, whether it is, and when it is tried again.

At least once: a worker holds a delivery for some minutes, and where it was killed the next one tries again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db.models import F

from audit.checkpoints import sinks
from audit.checkpoints.sinks import NotTaken, Sink, Unreachable
from audit.models import Checkpoint, Delivery, DeliveryState

logger = structlog.get_logger(__name__)

AT_A_TIME = 200
HELD = timedelta(minutes=5)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
_ERROR_LENGTH = 200


def plan(checkpoint: Checkpoint) -> None:
    """Write down where a new checkpoint has to go. Inside the unit that stores it."""
    Delivery.objects.bulk_create(
        Delivery(checkpoint=checkpoint, sink=sink.name, next_at=checkpoint.at)
        for sink in sinks.configured()
        if sink.takes(checkpoint.log) and not _had_one(sink, checkpoint)
    )


def is_due(*, now: datetime) -> bool:
    return Delivery.objects.undelivered().filter(next_at__lte=now).exists()


def deliver_due(*, now: datetime) -> int:
    """Deliver what is due, outside of any transaction, oldest first. Returns how many were confirmed."""
    return sum(_deliver_to(sink, now) for sink in sinks.configured())


def pause(attempts: int) -> timedelta:
    """How long after this many failures the next try waits."""
    doubled: int = 2 ** min(attempts - 1, 20)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def _had_one(sink: Sink, checkpoint: Checkpoint) -> bool:
    if not sink.every:
        return False
    recent = Delivery.objects.filter(sink=sink.name, checkpoint__log=checkpoint.log)
    return recent.filter(checkpoint__at__gt=checkpoint.at - sink.every).exists()


def _deliver_to(sink: Sink, now: datetime) -> int:
    confirmed = 0
    due = Delivery.objects.undelivered().filter(sink=sink.name, next_at__lte=now).select_related("checkpoint")
    for row in due.order_by("pk")[:AT_A_TIME]:
        if not Delivery.objects.filter(pk=row.pk, next_at=row.next_at).update(next_at=now + HELD):
            continue  # another worker has it
        try:
            sink.deliver(row.checkpoint)
        except NotTaken as refusal:
            _fail(row, str(refusal), now)
        except Unreachable as failure:
            _fail(row, str(failure), now)
            _rest(sink, until=now + pause(row.attempts + 1), now=now)
            break
        else:
            Delivery.objects.filter(pk=row.pk).update(
                state=DeliveryState.CONFIRMED, confirmed_at=now, attempts=F("attempts") + 1, error=""
            )
            confirmed += 1
    return confirmed


def _fail(row: Delivery, reason: str, now: datetime) -> None:
    logger.warning("checkpoint.not_delivered", sink=row.sink, log=row.checkpoint.log, attempts=row.attempts + 1)
    Delivery.objects.filter(pk=row.pk).update(
        state=DeliveryState.FAILED,
        attempts=F("attempts") + 1,
        error=reason[:_ERROR_LENGTH],
        next_at=now + pause(row.attempts + 1),
    )


def _rest(sink: Sink, *, until: datetime, now: datetime) -> None:
    """A sink that does not answer is left alone with all that is due."""
    Delivery.objects.undelivered().filter(sink=sink.name, next_at__lte=now).update(next_at=until)
