"""Sending what is due. The row is the truth: which event was confirmed last, who is sending, and when to try again.

A worker holds a destination by a fence that moves with each hold, and asks again before each batch. Each batch begins
after the last event that was confirmed when it was asked for, so that whatever two workers do, nothing comes before
what precedes it came: at worst something comes twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import trail
from audit.checkpoints.delivering import pause
from audit.models import LogHead
from compliance import tasks
from compliance.enums import StreamState
from compliance.models import Destination, DestinationQuerySet
from compliance.sealing import alarms
from compliance.streaming import batches, destinations, sending
from compliance.streaming.batches import Batch
from compliance.streaming.wires import NotDelivered
from reviews.enums import NoticeKind
from reviews.talking import noticing

LEASE = timedelta(minutes=3)  # more than one batch can take, looking the host up included
PATIENCE = timedelta(hours=24)
AT_A_TIME = timedelta(seconds=30)  # then another stream has its turn
_PROBLEM_LENGTH = 300

logger = structlog.get_logger(__name__)
Clock = Callable[[], datetime]


class Taken(Exception):
    """The destination is no longer ours to send to: paused, removed, or held by another worker."""


@dataclass(frozen=True)
class Held:
    """A destination that is ours until its fence moves."""

    destination: Destination
    fence: int

    def own(self) -> DestinationQuerySet:
        return Destination.objects.of(self.destination.team).filter(pk=self.destination.pk, fence=self.fence)

    def renew(self, at: datetime) -> Destination:
        """The row as it is now, held on. Raises Taken."""
        if not self.own().filter(state=StreamState.ACTIVE).update(lease_until=at + LEASE):
            raise Taken(self.destination.public_id)
        found = self.own().select_related("team").first()
        if found is None:
            raise Taken(self.destination.public_id)
        return found

    def release(self) -> None:
        self.own().update(lease_until=None)


def wake_due(*, now: datetime) -> None:
    """Wake a worker for each destination that has something to be sent."""
    ready = list(Destination.objects.across_teams().ready(now).order_by("pk"))
    sizes = dict(LogHead.objects.filter(log__in={row.trail_log for row in ready}).values_list("log", "size"))
    for row in ready:
        if row.acked < sizes.get(row.trail_log, 0) or _has_news(row):
            tasks.wake_stream(row.pk)


def deliver(*, destination_id: int, clock: Clock = timezone.now) -> int:
    """Send what waits, batch by batch, for some time; returns how many events were confirmed."""
    held = claim(destination_id, at=clock())
    if held is None:
        return 0
    confirmed, ends = 0, clock() + AT_A_TIME
    try:
        while clock() < ends and (batch := send_next(held, clock=clock)) is not None:
            confirmed += batch.events
    except Taken:
        logger.info("stream.taken", destination=held.destination.public_id)
    except batches.Gap as gap:
        _fail(held, _("Event %(key)s is not in the log any more.") % {"key": gap}, at=clock())
    except NotDelivered as failure:
        _fail(held, str(failure), at=clock())
    finally:
        held.release()
    return confirmed


def claim(destination_id: int, *, at: datetime) -> Held | None:
    """Hold a destination; None where it is not to be sent to now, or another worker has it."""
    ready = Destination.objects.across_teams().ready(at)
    row = ready.select_related("team").filter(pk=destination_id).first()
    if row is None or not ready.filter(pk=row.pk, fence=row.fence).update(fence=row.fence + 1, lease_until=at + LEASE):
        return None
    return Held(row, row.fence + 1)


def send_next(held: Held, *, clock: Clock) -> Batch | None:
    """Send one batch and move the cursor; None where nothing waits. Raises Taken, NotDelivered, batches.Gap."""
    row = held.renew(clock())
    batch = batches.following(row)
    if batch is None:
        return None
    sending.send(row, batch, at=clock())
    _confirm(held, batch, at=clock())
    return batch


def _confirm(held: Held, batch: Batch, *, at: datetime) -> None:
    """Raises Taken: then whoever holds it now sends this batch again."""
    moved = held.own().update(
        acked=batch.last, acked_at=at, witnessed=batch.witnessed, attempts=0, failing_since=None, problem=""
    )
    if not moved:
        raise Taken(held.destination.public_id)


def _fail(held: Held, problem: str, *, at: datetime) -> None:
    row = held.own().first()
    if row is None:
        return
    logger.warning("stream.not_delivered", destination=row.public_id, attempts=row.attempts + 1)
    since = row.failing_since or at
    held.own().update(
        attempts=F("attempts") + 1,
        failing_since=since,
        problem=problem[:_PROBLEM_LENGTH],
        next_at=at + pause(row.attempts + 1),
    )
    if at - since >= PATIENCE:
        _stop(held, at=at)


def _stop(held: Held, *, at: datetime) -> None:
    """Pause it, and tell who has to see to it: nothing is skipped, so nothing is sent until somebody resumes it."""
    with trail.unit_of_work(at=at) as unit:
        row = destinations.locked(held.destination)
        if row.fence != held.fence or row.state != StreamState.ACTIVE:
            return
        destinations.become(row, StreamState.STOPPED, at=at)
        data = {"acked": row.acked, "attempts": row.attempts}
        unit.record("stream.stopped", target=row, by=trail.SYSTEM, data=data, outcome="failure")
        page = noticing.Page(row.team, "compliance:stream", row.public_id)
        noticing.tell(people=alarms.officers(row.team), kind=NoticeKind.SEAL, page=page, at=at)


def _has_news(row: Destination) -> bool:
    sealed = batches.newest_checkpoint(row.trail_log)
    return sealed is not None and sealed.size > row.witnessed
