from __future__ import annotations

from datetime import datetime

from agents.enums import Delivery, StoreKind
from agents.models import StorePush
from agents.stores import local
from audit import trail

STORES = {StoreKind.LOCAL: local}
BATCH = 200


def deliver_pending(*, now: datetime) -> int:
    """Push what is pending to its namespace's store, oldest first; returns how many were delivered."""
    pending = (
        StorePush.objects.across_teams()
        .filter(state=Delivery.PENDING)
        .select_related("version__memory__namespace")
        .order_by("pk")[:BATCH]
    )
    return sum(_deliver(push, now) for push in pending)


def _deliver(push: StorePush, now: datetime) -> bool:
    STORES[StoreKind(push.version.memory.namespace.store)].push(push)
    with trail.unit_of_work(at=now) as unit:
        claimed = StorePush.objects.across_teams().filter(pk=push.pk, state=Delivery.PENDING)
        if not claimed.update(state=Delivery.DELIVERED, delivered_at=now, attempts=push.attempts + 1):
            return False
        unit.record(
            "store.delivered",
            target=push.version.memory,
            by=trail.SYSTEM,
            data={"number": push.version.number, "store": push.version.memory.namespace.store},
        )
    return True
