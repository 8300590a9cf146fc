"""What was erased here is taken out of what a store remembers, too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import Max

from agents.enums import Delivery, StoreAct
from agents.models import Memory, MemoryVersion, StoreCall, StoredMemory, StoreLink, StorePush
from agents.stores import journal, opening
from agents.stores.remote import Store

Clock = Callable[[], datetime]


def redact(*, link: StoreLink, store: Store, clock: Clock) -> int:
    """Once the text that replaced it was delivered. Returns how many old versions were redacted."""
    erased = MemoryVersion.objects.of(link.team).filter(memory__namespace=link.namespace, blob__erased_at__isnull=False)
    if link.redacted_through is not None:
        erased = erased.filter(blob__erased_at__gt=link.redacted_through)
    through = erased.aggregate(last=Max("blob__erased_at"))["last"]
    waiting = StorePush.objects.of(link.team).exclude(state=Delivery.DELIVERED)
    if through is None or waiting.filter(version__memory__in=erased.values("memory")).exists():
        return 0
    count = 0
    for memory in Memory.objects.of(link.team).filter(pk__in=erased.values("memory")).order_by("pk"):
        count += _redact(link, memory, store, clock)
    link.redacted_through = through
    link.save(update_fields=["redacted_through"])
    return count


def _redact(link: StoreLink, memory: Memory, store: Store, clock: Clock) -> int:
    versions = MemoryVersion.objects.of(link.team).filter(memory=memory)
    hashes = set(versions.filter(blob__erased_at__isnull=False).values_list("blob__sha256", flat=True))
    push = StorePush.objects.of(link.team).get(version=memory.head)
    count = 0
    for remote_id in _known_as(link, memory):
        for name in list(store.old(remote_id, hashes)):
            opening.keep(link, now=clock())
            with journal.written(link, push, StoreAct.REDACT, store, clock, None):
                store.redact(name)
            count += 1
    journal.close(link, memory, at=clock())
    return count


def _known_as(link: StoreLink, memory: Memory) -> set[str]:
    """The ids that a memory has had in the store."""
    held = StoredMemory.objects.of(link.team).filter(link=link, memory=memory).values_list("remote_id", flat=True)
    calls = StoreCall.objects.of(link.team).filter(link=link, push__version__memory=memory)
    return {*held, *calls.exclude(remote_id="").values_list("remote_id", flat=True)}
