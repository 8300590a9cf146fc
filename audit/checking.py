"""Checking a live log against itself: what was looked at, what was not, and everything that is wrong."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Max

from audit import guards
from audit.appending import time_text
from audit.models import Blob, Checkpoint, Event, LogHead, Private
from audit.verify import commitments
from audit.verify.chain import Chain, Fault

PAGE = 2_000
LISTED_FAULTS = 100

NOT_CHECKED = (
    "whether a whole log was rewritten: that takes a checkpoint kept outside this database",
    "private values whose event is gone together with the end of the log",
    "whether what an event says is true",
)


class NoLog(LookupError):
    """There is no log of this name."""


@dataclass
class Report:
    log: str
    size: int = 0
    root: str = ""
    checked: Counter[str] = field(default_factory=Counter)
    not_checked: tuple[str, ...] = NOT_CHECKED
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0

    @property
    def is_sound(self) -> bool:
        return self.fault_count == 0

    def add(self, *faults: Fault) -> None:
        self.fault_count += len(faults)
        self.faults.extend(faults[: LISTED_FAULTS - len(self.faults)])

    def as_json(self) -> dict[str, Any]:
        return {
            "log": self.log,
            "ok": self.is_sound,
            "size": self.size,
            "root": self.root,
            "checked": dict(self.checked),
            "not_checked": list(self.not_checked),
            "fault_count": self.fault_count,
            "faults": [{"seq": one.seq, "reason": one.reason, "detail": one.detail} for one in self.faults],
        }


def logs() -> list[str]:
    return sorted(
        set(LogHead.objects.values_list("log", flat=True)) | set(Event.objects.values_list("log", flat=True).distinct())
    )


def check(log: str) -> Report:
    """Read the whole log and compare everything that is stored twice. Changes nothing. Raises NoLog."""
    # In this order: events and their head commit together, so a head read later is never behind.
    last = Event.objects.of_log(log).aggregate(last=Max("seq"))["last"]
    head = LogHead.objects.filter(log=log).first()
    if head is None and last is None:
        raise NoLog(log)
    report = Report(log=log)
    chain = _check_events(report, up_to=max(last or 0, head.size if head else 0))
    report.size, report.root = chain.size, chain.root.hex() if chain.is_whole else ""
    report.add(*_head_faults(head, chain))
    _check_blobs(report)
    report.add(*(Fault(None, "guard", f"{name} is missing or not always on") for name in guards.missing(connection)))
    report.checked["guards"] = len(guards.wanted(connection))
    return report


def _check_events(report: Report, *, up_to: int) -> Chain:
    chain = Chain(report.log)
    checkpoints = _checkpoints(report.log)
    for page in _pages(report.log, up_to):
        secrets = _secrets(page)
        for event in page:
            content, faults = chain.take(seq=event.seq, body=bytes(event.body), leaf=bytes(event.leaf))
            report.add(*faults)
            report.checked["events"] += 1
            if content is not None:
                report.add(*_column_faults(event, content))
                report.add(*_private_faults(report, event, content["private"], secrets[event.public_id]))
            for root in checkpoints.pop(chain.size, ()):
                report.add(*_checkpoint_faults(report, chain, root))
    for size in checkpoints:
        report.add(Fault(None, "checkpoint", f"a checkpoint knows {size} events, the log ends at {chain.size}"))
    return chain


def _pages(log: str, up_to: int) -> Iterator[list[Event]]:
    seq = 0
    while page := list(Event.objects.of_log(log).after(seq).filter(seq__lte=up_to).oldest_first()[:PAGE]):
        yield page
        seq = page[-1].seq


def _secrets(page: Sequence[Event]) -> dict[str, dict[str, Private]]:
    found: dict[str, dict[str, Private]] = defaultdict(dict)
    for start in range(0, len(page), 500):
        events = [event.public_id for event in page[start : start + 500]]
        for secret in Private.objects.filter(event__in=events):
            found[secret.event][secret.name] = secret
    return found


def _column_faults(event: Event, content: dict[str, Any]) -> Iterator[Fault]:
    """The columns that filters and pages read have to say what the body says."""
    columns = {
        "id": event.public_id,
        "time": time_text(event.at),
        "type": event.type,
        "outcome": event.outcome,
        "prev": bytes(event.prev).hex(),
        "actor": {"type": event.actor_type, "id": event.actor_id},
        "target": {"type": event.target_type, "id": event.target_id},
    }
    for name, value in columns.items():
        if content[name] != value:
            yield Fault(event.seq, "column", f"the column {name} says something else than the body")


def _private_faults(
    report: Report, event: Event, promised: dict[str, str], kept: dict[str, Private]
) -> Iterator[Fault]:
    for name in sorted(promised.keys() | kept.keys()):
        report.checked["commitments"] += 1
        if name not in kept:
            yield Fault(event.seq, "private", f"the value of {name} is gone")
        elif name not in promised:
            yield Fault(event.seq, "private", f"the event promised no {name}")
        elif not commitments.is_kept(
            commitment=promised[name], name=name, value=kept[name].value, salt=bytes(kept[name].salt)
        ):
            yield Fault(event.seq, "private", f"the value of {name} is not what the event committed to")


def _checkpoints(log: str) -> dict[int, list[bytes]]:
    found: dict[int, list[bytes]] = defaultdict(list)
    for size, root in Checkpoint.objects.filter(log=log).values_list("size", "root"):
        found[size].append(bytes(root))
    return found


def _checkpoint_faults(report: Report, chain: Chain, root: bytes) -> Iterator[Fault]:
    report.checked["checkpoints"] += 1
    if not chain.is_whole or chain.root != root:
        yield Fault(chain.size, "checkpoint", f"the root at {chain.size} is not the one in the checkpoint")


def _head_faults(head: LogHead | None, chain: Chain) -> Iterator[Fault]:
    if head is None:
        yield Fault(None, "head", "the log has no head")
        return
    if head.size != chain.size:
        yield Fault(None, "head", f"the head says {head.size} events, the log ends at {chain.size}")
    elif bytes(head.leaf) != chain.leaf:
        yield Fault(None, "head", "the head names another last leaf")
    elif not chain.is_whole or bytes(head.frontier) != chain.frontier:
        yield Fault(None, "root", "the tree in the head is not the tree of these events")


def _check_blobs(report: Report) -> None:
    for blob in Blob.objects.filter(log=report.log).iterator(chunk_size=PAGE):
        if blob.erased_at is not None:
            report.checked["erased blobs"] += 1
            continue
        report.checked["blobs"] += 1
        if hashlib.sha256(blob.text.encode()).hexdigest() != blob.sha256:
            report.add(Fault(None, "blob", f"the text of {blob.sha256} has another hash"))
