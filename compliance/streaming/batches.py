"""What is sent at once: the next events of a log as lines, and the newest checkpoint of it, which makes whoever keeps
the lines a witness. The key of an event that comes twice is `log/seq`; both stand in each line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit import storing
from audit.entries import time_text
from audit.models import Checkpoint, Event, LogHead
from compliance.enums import Format
from compliance.models import Destination
from compliance.packs import ocsf, plans

MOST_EVENTS = 500
MOST_BYTES = 1_000_000
CHECKPOINT, TEST = "lucid.checkpoint", "lucid.test"
_PRODUCT_VERSION = plans.TOOL.partition(" ")[2]


class Gap(Exception):
    """The event that comes next is not in the log any more: going on would skip it."""


@dataclass(frozen=True)
class Line:
    """`seq` is 0 for what is no event; `text` is one line without its end."""

    seq: int
    at: datetime
    type: str
    outcome: str
    text: bytes


@dataclass(frozen=True)
class Batch:
    """`witnessed` is the size of the log in the checkpoint that goes along, 0 without one."""

    id: str
    log: str
    lines: Sequence[Line]
    last: int
    witnessed: int = 0

    @property
    def events(self) -> int:
        return sum(1 for line in self.lines if line.seq)

    def body(self) -> bytes:
        return b"".join(line.text + b"\n" for line in self.lines)


def following(destination: Destination) -> Batch | None:
    """What is sent next; None where it has all events and the newest checkpoint. Raises Gap."""
    log, after = destination.trail_log, destination.acked
    size = LogHead.objects.filter(log=log).values_list("size", flat=True).first() or 0
    events = list(_events(log, after, destination.format))
    if size > after and not events:
        raise Gap(f"{log}/{after + 1}")
    sealed = newest_checkpoint(log)
    if not events and (sealed is None or sealed.size <= destination.witnessed):
        return None
    lines = [*events, *([_checkpoint_line(sealed, destination.format)] if sealed else [])]
    witnessed = sealed.size if sealed else 0
    storing.flush()
    if not events:
        return Batch(f"{log}/checkpoint-{witnessed}", log, lines, after, witnessed)
    return Batch(f"{log}/{after + 1}-{events[-1].seq}", log, lines, events[-1].seq, witnessed)


def test(destination: Destination, *, at: datetime) -> Batch:
    """One line that is no event and tells nothing about the team but the id of its log."""
    log, time = destination.trail_log, time_text(at)
    facts = {"type": TEST, "log": log, "time": time}
    text = _written(destination.format, TEST, f"{log}/test", at, facts)
    return Batch(f"{log}/test-{at:%Y%m%dT%H%M%S%f}", log, [Line(0, at, TEST, "success", text)], destination.acked)


def newest_checkpoint(log: str) -> Checkpoint | None:
    return Checkpoint.objects.filter(log=log).exclude(note="").order_by("-size", "-pk").first()


def _events(log: str, after: int, format: str) -> Iterator[Line]:
    """Raises Gap."""
    rows = Event.objects.of_log(log).after(after).oldest_first().values_list("seq", "at", "type", "outcome", "body")
    written = 0
    for expected, (seq, at, type, outcome, body) in enumerate(rows[:MOST_EVENTS], start=after + 1):
        if seq != expected:
            raise Gap(f"{log}/{expected}")
        record = bytes(body)
        text = ocsf.line(record, version=_PRODUCT_VERSION) if format == Format.OCSF else record
        if written and written + len(text) > MOST_BYTES:
            return
        written += len(text)
        yield Line(seq, at, type, outcome, text)


def _checkpoint_line(sealed: Checkpoint, format: str) -> Line:
    facts = {"type": CHECKPOINT, "log": sealed.log, "size": sealed.size, "note": sealed.note}
    text = _written(format, CHECKPOINT, f"{sealed.log}/checkpoint-{sealed.size}", sealed.at, facts)
    return Line(0, sealed.at, CHECKPOINT, "success", text)


def _written(format: str, type: str, uid: str, at: datetime, facts: dict[str, Any]) -> bytes:
    if format == Format.OCSF:
        facts = ocsf.base_event(type, uid=uid, at=at, version=_PRODUCT_VERSION, unmapped=facts)
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
