"""How it stands with the seal of a log: the newest checkpoint confirmed outside, its age, and what is not under it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from audit import private
from audit.checkpoints import sinks
from audit.models import Checkpoint, Delivery, DeliveryState, Event, LogHead

LATE = timedelta(minutes=15)
STALE = timedelta(minutes=60)


@dataclass(frozen=True)
class Place:
    """One sink, as it stands with this log: when it last confirmed, and why it does not where it fails."""

    name: str
    confirmed_at: datetime | None
    error: str


@dataclass(frozen=True)
class Standing:
    """`unsealed` counts events after the confirmed checkpoint; `since` is the time of the first of them."""

    confirmed: Checkpoint | None
    unsealed: int
    since: datetime | None
    refused: str
    now: datetime

    @property
    def age(self) -> timedelta | None:
        return self.now - self.confirmed.at if self.confirmed else None

    @property
    def is_stale(self) -> bool:
        """Red: the signer refuses, an event waits for an hour, or not even an idle log was sealed within one."""
        idle = self.age is not None and self.age > STALE
        return bool(self.refused) or idle or self._waits(STALE)

    @property
    def is_late(self) -> bool:
        """Amber: an event waits for a quarter of an hour. An idle log is sealed once an hour."""
        return not self.is_stale and self._waits(LATE)

    @property
    def reason(self) -> str:
        """Why it is red, in one word for the trail."""
        return ("refused" if self.refused else "stale") if self.is_stale else ""

    def _waits(self, limit: timedelta) -> bool:
        return self.since is not None and self.now - self.since > limit


def of(log: str, *, now: datetime) -> Standing:
    """In four queries."""
    confirmed = Checkpoint.objects.filter(log=log, deliveries__state=DeliveryState.CONFIRMED).order_by("-pk").first()
    sealed = confirmed.size if confirmed else 0
    size = LogHead.objects.filter(log=log).values_list("size", flat=True).first() or 0
    first = Event.objects.of_log(log).filter(seq=sealed + 1).values_list("at", flat=True).first()
    return Standing(confirmed, max(0, size - sealed), first, _refused(log), now)


def places(log: str) -> Sequence[Place]:
    """The sinks that take this log."""
    rows = Delivery.objects.filter(checkpoint__log=log)
    confirmed = dict(rows.confirmed().order_by().values_list("sink").annotate(Max("confirmed_at")))
    failing = rows.filter(state=DeliveryState.FAILED).order_by("pk").values_list("sink", "error")
    errors = dict(failing)
    names = [sink.name for sink in sinks.configured() if sink.takes(log)]
    return [Place(name, confirmed.get(name), errors.get(name, "")) for name in names]


def _refused(log: str) -> str:
    """What the signer found, where it has signed nothing since."""
    told = Event.objects.of_log(log).filter(type="checkpoint.refused").newest_first().first()
    if told is None or Checkpoint.objects.filter(log=log, size__gte=told.seq).exists():
        return ""
    for row in private.of_events([told.public_id]):
        with suppress(private.Sealed):
            return private.open(row).value
    return str(told.content()["data"]["reason_code"])
