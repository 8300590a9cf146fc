"""Appending to logs: the head lock is taken last and held for as long as it takes to number, insert and move on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from audit.models import Event, LogHead, Private
from audit.verify import canonical, merkle

_TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
_LOCK_TIMEOUT = "2s"


class Forked(RuntimeError):
    """The head of a log moved while it was locked. Cannot happen; if it does, nothing is stored."""


@dataclass(frozen=True)
class Secret:
    name: str
    salt: bytes
    value: str
    subject: str
    commitment: str


@dataclass(frozen=True)
class Entry:
    """An event before it has its number."""

    public_id: str
    log: str
    at: datetime
    type: str
    outcome: str
    actor: tuple[str, str]
    target: tuple[str, str]
    data: Mapping[str, Any]
    secrets: Sequence[Secret]


def append(entries: Sequence[Entry]) -> None:
    """Number, chain and store. Runs inside the caller's transaction, as its last statements."""
    if not entries:
        return
    by_log: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_log[entry.log].append(entry)
    Private.objects.bulk_create(_private_rows(entries))
    for head in _lock_heads(by_log):
        _append_to(head, by_log[head.log])


def time_text(at: datetime) -> str:
    return at.astimezone(UTC).strftime(_TIME_FORMAT)


def _lock_heads(by_log: Mapping[str, Sequence[Entry]]) -> list[LogHead]:
    """The heads of these logs, made where absent, locked in the order of their names.

    One after the other: who makes a head while it still waits for an earlier one is waited for by who has that one.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
    return [_lock_head(log, by_log[log][0].at) for log in sorted(by_log)]


def _lock_head(log: str, at: datetime) -> LogHead:
    wanted = LogHead.objects.select_for_update().filter(log=log)
    head = wanted.first()
    if head is None:
        LogHead.objects.bulk_create([LogHead(log=log, at=at)], ignore_conflicts=True)  # someone else may have just now
        head = wanted.get()
    return head


def _append_to(head: LogHead, entries: Sequence[Entry]) -> None:
    rows, prev = [], bytes(head.leaf)
    for seq, entry in enumerate(entries, start=head.size + 1):
        rows.append(_row(entry, seq=seq, prev=prev))
        prev = bytes(rows[-1].leaf)
    Event.objects.bulk_create(rows)
    frontier = merkle.extend(bytes(head.frontier), head.size, (bytes(row.leaf) for row in rows))
    moved = LogHead.objects.filter(log=head.log, size=head.size).update(
        size=head.size + len(rows), leaf=prev, frontier=frontier, at=entries[-1].at
    )
    if moved != 1:
        raise Forked(f"the head of {head.log} is no longer at {head.size}")


def _row(entry: Entry, *, seq: int, prev: bytes) -> Event:
    body = canonical.dumps(_content(entry, seq=seq, prev=prev))
    return Event(
        log=entry.log,
        seq=seq,
        public_id=entry.public_id,
        at=entry.at,
        type=entry.type,
        outcome=entry.outcome,
        actor_type=entry.actor[0],
        actor_id=entry.actor[1],
        target_type=entry.target[0],
        target_id=entry.target[1],
        body=body,
        leaf=merkle.leaf_hash(body),
        prev=prev,
    )


def _content(entry: Entry, *, seq: int, prev: bytes) -> dict[str, Any]:
    return {
        "v": 1,
        "log": entry.log,
        "seq": seq,
        "prev": prev.hex(),
        "id": entry.public_id,
        "time": time_text(entry.at),
        "type": entry.type,
        "outcome": entry.outcome,
        "actor": {"type": entry.actor[0], "id": entry.actor[1]},
        "target": {"type": entry.target[0], "id": entry.target[1]},
        "data": dict(entry.data),
        "private": {secret.name: secret.commitment for secret in entry.secrets},
    }


def _private_rows(entries: Sequence[Entry]) -> list[Private]:
    return [
        Private(event=entry.public_id, name=one.name, salt=one.salt, value=one.value, subject=one.subject)
        for entry in entries
        for one in entry.secrets
    ]
