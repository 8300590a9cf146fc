"""Two wrote: somebody in the store, and we, on the way there. Nothing is overwritten until a person decided.

Reviews opens the proposal, and tells when it was decided; what somebody wrote is kept until then.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from agents import memory as memories
from agents.enums import Delivery
from agents.models import Memory, Namespace, StoredMemory, StorePush
from agents.stores import journal
from agents.stores.remote import Seen, hash_of
from audit import blobs, ids, trail

WAITS = (Delivery.PENDING, Delivery.CONFLICT)
AGAIN: dict[str, Any] = {"state": Delivery.PENDING, "next_at": None, "delivered_at": None}


def mark(held: StoredMemory, seen: Seen | None, text: str, *, at: datetime, unit: trail.Unit) -> None:
    """Keep what stands in the store beside ours (None: it was deleted there). The caller holds the namespace's lock.

    Raises blobs.Erased.
    """
    memory = held.memory
    outside = blobs.keep_one(log=memory.trail_log, text=text, at=at) if seen else None
    held.conflict, held.outside, held.outside_path = ids.new("cfl"), outside, seen.path if seen else ""
    if seen:
        note(held, seen, at=at)
    held.save()
    hold_back(memory, problem="", at=at, unit=unit)


def hold_back(memory: Memory, *, problem: str, at: datetime, unit: trail.Unit) -> None:
    """The newest version, and what is on its way before it, wait for a person. Told once for each reason."""
    rows = StorePush.objects.of(memory.team).filter(version__memory=memory)
    head = memory.head
    known = rows.filter(version=head, state=Delivery.CONFLICT, problem=problem).exists() and bool(problem)
    waiting = rows.filter(Q(state__in=WAITS) | Q(version=head))
    waiting.update(state=Delivery.CONFLICT, problem=problem[:300], next_at=None, delivered_at=None)
    if head is not None and not known:
        data = {"number": head.number, "store": memory.namespace.store, "version": head.public_id}
        unit.record("store.conflicted", target=memory, by=trail.SYSTEM, data=data)


def settle(*, held: StoredMemory, at: datetime) -> None:
    """Somebody decided: what stands here now goes to the store, in place of what was seen there."""
    with trail.unit_of_work(at=at):
        memories.lock(held.memory.namespace)
        if held.outside is None:
            held.gone_at = at
        held.conflict, held.outside, held.outside_path = "", None, ""
        held.save(update_fields=["conflict", "outside", "outside_path", "gone_at"])
        head = Memory.objects.of(held.team).filter(pk=held.memory_id).values("head")
        rows = StorePush.objects.of(held.team).filter(version__memory=held.memory_id)
        rows.filter(Q(state=Delivery.CONFLICT) | Q(version__in=head)).update(**AGAIN)


def try_again(namespace: Namespace) -> None:
    """What stood in the way of a path may have gone: what waits for no decision is sent once more."""
    team = namespace.team
    decided = StoredMemory.objects.of(team).filter(link__namespace=namespace, gone_at=None).exclude(conflict="")
    rows = StorePush.objects.of(team).filter(version__memory__namespace=namespace, state=Delivery.CONFLICT)
    rows.exclude(version__memory__in=decided.values("memory")).update(**AGAIN)


def send_heads(rows: QuerySet[Memory]) -> None:
    """The newest versions of these memories are on their way."""
    StorePush.objects.across_teams().filter(version__in=rows.values("head")).update(**AGAIN)


def note(held: StoredMemory, seen: Seen, *, at: datetime) -> None:
    """What the store holds, on a row that is not saved; calls that were open end with it."""
    journal.close(held.link, held.memory, at=at)
    held.remote_id, held.remote_version, held.seen_at = seen.remote_id, seen.version, at
    held.path_sha256, held.sha256 = hash_of(seen.path), seen.sha256


def delivered(memory: Memory, *, at: datetime) -> bool:
    """All versions up to the head are in the store, or were overtaken. Whether any was on its way."""
    rows = StorePush.objects.of(memory.team).filter(version__memory=memory, state__in=WAITS)
    return bool(rows.update(state=Delivery.DELIVERED, delivered_at=at, problem="", next_at=None))
