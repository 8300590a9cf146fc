"""Appending to logs: the head lock is taken last and held for as long as it takes to number, insert and move on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.db import connection

from audit import private, storing
from audit.entries import Entry
from audit.models import Private
from audit.storing import Head, Row
from audit.verify import merkle


def append(entries: Sequence[Entry]) -> None:
    """Number, chain and store. Runs inside the caller's transaction, as its last statements."""
    if not entries:
        return
    by_log: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_log[entry.log].append(entry)
    if secrets := _private_rows(entries):
        Private.objects.bulk_create(secrets)
    in_order = sorted(by_log)  # of their names, so that two writers never wait for each other
    for log in in_order:
        _append(log, by_log[log], ends=log == in_order[-1])


def _append(log: str, entries: Sequence[Entry], *, ends: bool) -> None:
    """The lock of one log is taken after that of another: who makes a head while it still waits for an earlier one is
    waited for by who has that one.
    """
    if connection.vendor == "postgresql" and len(entries) < storing.FEW:
        storing.append_few(log, entries, ends=ends and storing.ends_here())
    else:
        _append_to(storing.lock_head(log, at=entries[0].at), entries)


def _append_to(head: Head, entries: Sequence[Entry]) -> None:
    leaves: list[bytes] = []
    storing.insert(_chained(head, entries, leaves))
    frontier = merkle.extend(head.frontier, head.size, leaves)
    storing.move(head, Head(head.log, head.size + len(leaves), leaves[-1], frontier), at=entries[-1].at)


def _chained(head: Head, entries: Sequence[Entry], leaves: list[bytes]) -> Iterator[Row]:
    """Rows one by one, so that the database stores those before while the next are hashed; their leaves are added."""
    prev = head.leaf
    for seq, entry in enumerate(entries, start=head.size + 1):
        body = entry.body(seq=seq, prev=prev)
        leaf = merkle.leaf_hash(body)
        leaves.append(leaf)
        yield _row(entry, seq, body, leaf, prev)
        prev = leaf


def _row(entry: Entry, seq: int, body: bytes, leaf: bytes, prev: bytes) -> Row:
    """In the order of storing.COLUMNS."""
    names = (entry.type, entry.outcome, *entry.actor, *entry.target)
    return (entry.log, seq, entry.public_id, entry.at, *names, body, leaf, prev)


def _private_rows(entries: Sequence[Entry]) -> list[Private]:
    return [
        private.seal(
            log=entry.log,
            event=entry.public_id,
            name=one.name,
            subject=one.subject or _whose(entry),
            salt=one.salt,
            value=one.value,
        )
        for entry in entries
        for one in entry.secrets
    ]


def _whose(entry: Entry) -> str:
    """Whose words they are where nobody says: of the person who acted, else of the log as a whole."""
    kind, id = entry.actor
    return id if kind == "person" else entry.log
