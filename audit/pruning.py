"""Stretches of a log whose events were deleted: what is left of them are their leaf hashes, kept for ever.

A log is pruned from its beginning, up to a signed checkpoint. Two people agree (`audit.pruning_agreed`), the owner of
the database performs it (`manage.py audit prune`), and the log says so (`audit.pruned`). The guards of the database let
nothing else be deleted, and nothing whose leaf is not kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from audit import trail
from audit.models import Checkpoint, Event, Private, Segment
from audit.verify.chain import Chain
from audit.verify.merkle import HASH_BYTES

AGREED, DONE = "audit.pruning_agreed", "audit.pruned"
AT_ONCE = 50_000  # leaves in one row: 1.6 MB
_LOOK_UP = 500


@dataclass(frozen=True)
class Pruned:
    """Up to which event a log was pruned, and the event that tells of it."""

    last: int
    event: Event


class NotSound(Exception):
    """The stretch does not lead to the root that was agreed on: nothing was pruned."""


def end(log: str) -> int:
    """The number of the last event that was pruned, 0 where none was."""
    return Segment.objects.filter(log=log).aggregate(last=Max("last"))["last"] or 0


def leaves(log: str, *, after: int = 0) -> Iterator[bytes]:
    """The kept leaf hashes of pruned events after this number, oldest first."""
    for row in Segment.objects.filter(log=log, last__gt=after).order_by("last").iterator(chunk_size=1):
        kept = bytes(row.leaves)
        begin = max(after + 1 - row.first, 0) * HASH_BYTES
        yield from (kept[place : place + HASH_BYTES] for place in range(begin, len(kept), HASH_BYTES))


def leaf_of(log: str, seq: int) -> bytes | None:
    """The kept leaf hash of a pruned event."""
    return next(leaves(log, after=seq - 1), None) if 0 < seq <= end(log) else None


def skip(chain: Chain) -> Chain:
    """Take a chain over what was pruned after it, by the kept leaves."""
    chain.skip(list(leaves(chain.log, after=chain.size)))
    return chain


def agreed(log: str) -> tuple[int, str, str]:
    """Up to where two people agreed to prune and it was not done yet, the root there, and the event; (0, "", "")."""
    newest = Event.objects.of_log(log).filter(type=AGREED).newest_first().first()
    if newest is None:
        return 0, "", ""
    data = newest.content()["data"]
    last = int(data["last"])
    return (last, str(data["root"]), newest.public_id) if last > end(log) else (0, "", "")


def newest(log: str) -> Pruned | None:
    """The last pruning, None where there was none."""
    event = Event.objects.of_log(log).filter(type=DONE).newest_first().first()
    return Pruned(int(event.content()["data"]["last"]), event) if event else None


def told(log: str) -> list[tuple[int, bytes]]:
    """(size, root) that the log itself says it was pruned up to."""
    rows = Event.objects.of_log(log).filter(type=DONE).order_by("seq")
    found = [event.content()["data"] for event in rows]
    return [(int(data["last"]), bytes.fromhex(data["root"])) for data in found]


def perform(log: str, *, by: trail.Actor | trail.HasActor, at: datetime) -> int:
    """Delete what was agreed on, its leaves kept first, in one unit; how many events. Raises NotSound."""
    last, root, named = agreed(log)
    if not last:
        return 0
    with trail.unit_of_work(at=at) as unit:
        first = end(log) + 1
        chain = skip(Chain(log))
        stretch = Event.objects.of_log(log).filter(seq__gte=first, seq__lte=last)
        while found := list(stretch.after(chain.size).oldest_first()[:AT_ONCE]):
            for event in found:
                _content, faults = chain.take(seq=event.seq, body=bytes(event.body), leaf=bytes(event.leaf))
                if faults:
                    raise NotSound(f"{log}: event {event.seq}: {faults[0].detail}")
            kept = b"".join(bytes(event.leaf) for event in found)
            Segment.objects.create(log=log, first=found[0].seq, last=found[-1].seq, leaves=kept, at=at)
            _drop_values([event.public_id for event in found])
        if chain.size != last or chain.root.hex() != root:
            raise NotSound(f"{log}: the root at {chain.size} is not the one that was agreed on")
        stretch.delete()
        data = {"first": first, "last": last, "root": root, "agreed": named}
        unit.record(DONE, target=trail.Target("log", log), by=by, log=log, data=data)
    return last - first + 1


def sealed_before(log: str, seq: int) -> Checkpoint | None:
    """The largest signed checkpoint over nothing but events before this number, beyond what is pruned."""
    rows = Checkpoint.objects.filter(log=log, size__lt=seq, size__gt=end(log)).exclude(note="")
    return rows.order_by("-size", "pk").first()


def _drop_values(events: list[str]) -> None:
    for start in range(0, len(events), _LOOK_UP):
        Private.objects.filter(event__in=events[start : start + _LOOK_UP]).delete()
