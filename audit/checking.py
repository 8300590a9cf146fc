"""Checking a live log against itself: what was looked at, what was not, and everything that is wrong."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Max

from audit import guards, private, pruning, redactions
from audit.checkpoints.anchors import Anchor
from audit.entries import time_text
from audit.models import Blob, Checkpoint, Event, LogHead, Private
from audit.redactions import Redacted
from audit.verify import commitments, notes
from audit.verify.chain import Chain, Fault

PAGE = 2_000
LISTED_FAULTS = 100

REWRITTEN = "whether a whole log was rewritten: that takes a checkpoint kept outside this database"
PRUNED = "what pruned events said: only their hashes are left"
NOT_CHECKED = (
    REWRITTEN,
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


def check(log: str, *, anchors: Sequence[Anchor] = ()) -> Report:
    """Read the whole log and compare everything that is stored twice, and with what is kept outside of the database.

    Changes nothing. Raises NoLog.
    """
    # In this order: events and their head commit together, so a head read later is never behind.
    last = Event.objects.of_log(log).aggregate(last=Max("seq"))["last"]
    head = LogHead.objects.filter(log=log).first()
    if head is None and last is None:
        raise NoLog(log)
    report = Report(log=log)
    if anchors:
        report.not_checked = tuple(one for one in NOT_CHECKED if one != REWRITTEN)
    chain = _check_events(report, anchors, up_to=max(last or 0, head.size if head else 0))
    report.size, report.root = chain.size, chain.root.hex() if chain.is_whole else ""
    report.add(*_head_faults(head, chain))
    _check_blobs(report)
    report.add(*(Fault(None, "guard", f"{name} is missing or not always on") for name in guards.missing(connection)))
    report.checked["guards"] = len(guards.wanted(connection))
    return report


def _check_events(report: Report, anchors: Sequence[Anchor], *, up_to: int) -> Chain:
    chain = Chain(report.log)
    checkpoints, redacted = _checkpoints(report, anchors), redactions.of_log(report.log)
    _check_pruned(report, chain, checkpoints)
    for page in _pages(report.log, after=chain.size, up_to=up_to):
        secrets = _secrets(page)
        for event in page:
            content, faults = chain.take(seq=event.seq, body=bytes(event.body), leaf=bytes(event.leaf))
            report.add(*faults)
            report.checked["events"] += 1
            if content is not None:
                report.add(*_column_faults(event, content))
                report.add(*_private_faults(report, event, content["private"], secrets[event.public_id], redacted))
            for anchor in checkpoints.pop(chain.size, ()):
                report.add(*_checkpoint_faults(report, chain, anchor))
    for anchor in (one for beyond in checkpoints.values() for one in beyond):
        known = f"{anchor.place} knows {anchor.size} events, the log ends at {chain.size}"
        report.add(Fault(None, "checkpoint", known))
    return chain


def _check_pruned(report: Report, chain: Chain, checkpoints: dict[int, list[Anchor]]) -> None:
    """Of pruned events the leaves are left: they have to add up to what was signed, and to what the log says of it."""
    kept, told = list(pruning.leaves(report.log)), pruning.told(report.log)
    for size, root in told:
        checkpoints[size].append(Anchor(size, root, f"the event {pruning.DONE}"))
    if not kept:
        return
    report.checked["pruned events"] = len(kept)
    report.not_checked = (*report.not_checked, PRUNED)
    for size in sorted(size for size in checkpoints if size <= len(kept)):
        chain.skip(kept[chain.size : size])
        for anchor in checkpoints.pop(size):
            report.add(*_checkpoint_faults(report, chain, anchor))
    chain.skip(kept[chain.size :])
    if max((size for size, _root in told), default=0) != len(kept):
        report.add(Fault(None, "pruned", f"{len(kept)} leaves are kept, and the log tells of another pruning"))
    if Event.objects.of_log(report.log).filter(seq__lte=len(kept)).exists():
        report.add(Fault(None, "pruned", "events that were pruned are there"))


def _pages(log: str, *, after: int, up_to: int) -> Iterator[list[Event]]:
    seq = after
    while page := list(Event.objects.of_log(log).after(seq).filter(seq__lte=up_to).oldest_first()[:PAGE]):
        yield page
        seq = page[-1].seq


def _secrets(page: Sequence[Event]) -> dict[str, dict[str, Private]]:
    found: dict[str, dict[str, Private]] = defaultdict(dict)
    for secret in private.of_events([event.public_id for event in page]):
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
    report: Report, event: Event, promised: dict[str, str], kept: dict[str, Private], redacted: Redacted
) -> Iterator[Fault]:
    for name in sorted(promised.keys() | kept.keys()):
        report.checked["commitments"] += 1
        is_redacted = redacted.covers(event.seq, name)
        if name not in kept:
            if is_redacted:
                report.checked["redacted values"] += 1
            else:
                yield Fault(event.seq, "private", f"the value of {name} is gone")
        elif name not in promised:
            yield Fault(event.seq, "private", f"the event promised no {name}")
        elif is_redacted:
            yield Fault(event.seq, "redaction", f"the value of {name} was redacted and is still here")
        else:
            yield from _kept_faults(event, promised[name], kept[name])


def _kept_faults(event: Event, commitment: str, kept: Private) -> Iterator[Fault]:
    try:
        opened = private.open(kept)
    except private.Sealed:
        yield Fault(
            event.seq, "private", f"the value of {kept.name} cannot be read: its key is gone, or it was changed"
        )
        return
    if not commitments.is_kept(commitment=commitment, name=kept.name, value=opened.value, salt=opened.salt):
        yield Fault(event.seq, "private", f"the value of {kept.name} is not what the event committed to")


def _checkpoints(report: Report, anchors: Sequence[Anchor]) -> dict[int, list[Anchor]]:
    found: dict[int, list[Anchor]] = defaultdict(list)
    for anchor in anchors:
        found[anchor.size].append(anchor)
    for size, root, note in Checkpoint.objects.filter(log=report.log).values_list("size", "root", "note"):
        found[size].append(Anchor(size, bytes(root), "a checkpoint"))
        if note and not _says(note, notes.Checkpoint(report.log, size, bytes(root))):
            report.add(Fault(size, "note", "the note of a checkpoint says something else than its row"))
    return found


def _says(note: str, checkpoint: notes.Checkpoint) -> bool:
    try:
        return notes.Checkpoint.parse(notes.Note.parse(note.encode()).text) == checkpoint
    except notes.BadNote:
        return False


def _checkpoint_faults(report: Report, chain: Chain, anchor: Anchor) -> Iterator[Fault]:
    report.checked["checkpoints"] += 1
    if not chain.is_whole or chain.root != anchor.root:
        yield Fault(chain.size, "checkpoint", f"the root at {chain.size} is not the one in {anchor.place}")


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
