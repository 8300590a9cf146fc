"""The statements that store events. They run while the head of a log is locked, so they are few.

On PostgreSQL a few events are numbered and chained by the database in one statement, and where the transaction ends
with them it is committed by the same message: no client and no disk is waited for under the lock. The message ends once
the disk has it all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from audit import wire
from audit.entries import Entry
from audit.models import LogHead

Row = tuple[Any, ...]

COLUMNS = (
    "log",
    "seq",
    "public_id",
    "at",
    "type",
    "outcome",
    "actor_type",
    "actor_id",
    "target_type",
    "target_id",
    "body",
    "leaf",
    "prev",
)
COPY_TYPES = ("varchar", "int8", "varchar", "timestamptz", *["varchar"] * 6, "bytea", "bytea", "bytea")
FEW = 10  # events; as many or more are stored by COPY

_INSERT = f"INSERT INTO audit_event ({', '.join(COLUMNS)}) VALUES "  # noqa: S608  (names of ours)
_VALUES = f"({', '.join(['%s'] * len(COLUMNS))})"
COPY = f"COPY audit_event ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
_READ = "SELECT size, leaf, frontier FROM audit_loghead WHERE log = %s"
_PATIENCE = "SET LOCAL lock_timeout = '8s'"  # as audit_append has it
_FLUSH = b"SELECT pg_logical_emit_message(true, 'audit', '')"  # the least that a commit waits for the disk with
_COMMIT_AHEAD = b"SET LOCAL synchronous_commit = off; %b; COMMIT; " + _FLUSH
_MOVE = "UPDATE audit_loghead SET size = %s, leaf = %s, frontier = %s, at = %s WHERE log = %s AND size = %s"


class Forked(RuntimeError):
    """The head of a log moved while it was locked. Cannot happen; if it does, nothing is stored."""


@dataclass(frozen=True)
class Head:
    log: str
    size: int
    leaf: bytes
    frontier: bytes


def lock_head(log: str, *, at: datetime) -> Head:
    """The head of a log, locked until the transaction ends, and made where it is absent.

    Waits eight seconds for it; then OperationalError goes up.
    """
    found = _locked(log)
    if found is None:
        LogHead.objects.bulk_create([LogHead(log=log, at=at)], ignore_conflicts=True)  # someone else may have just now
        found = _locked(log)
    if found is None:
        raise Forked(f"the head of {log} is not there")
    size, leaf, frontier = found
    return Head(log, size, bytes(leaf), bytes(frontier))


def append_few(log: str, entries: Sequence[Entry], *, ends: bool) -> None:
    """Number, chain and store on PostgreSQL, and make the head where it is absent; waits like `lock_head`.

    `ends` has the transaction committed with it.
    """
    calls = b"; ".join(_call(log, entry) for entry in entries)
    wire.send(_COMMIT_AHEAD % calls if ends else calls)


def _call(log: str, entry: Entry) -> bytes:
    texts = (log, entry.public_id, str(entry.at), entry.type, entry.outcome, *entry.actor, *entry.target)
    pieces = (b"\\x%b" % piece.hex().encode() for piece in entry.around)
    return b"SELECT audit_append(%b)" % b",".join(wire.literals([*(text.encode() for text in texts), *pieces]))


def ends_here() -> bool:
    """Whether the transaction is over when the outermost block that is open now is left."""
    return connection.vendor == "postgresql" and len(connection.atomic_blocks) == 1 and not connection.needs_rollback


def flush() -> None:
    """Wait until all that was committed outlives a crash. Whoever hands out what others wrote calls it before."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_FLUSH.decode())


def insert(rows: Iterator[Row]) -> None:
    """Store events in their order."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor, rows)
        else:
            adapt = connection.ops.adapt_datetimefield_value
            at = COLUMNS.index("at")
            adapted = ((*row[:at], adapt(row[at]), *row[at + 1 :]) for row in rows)
            cursor.executemany(_INSERT + _VALUES, adapted)  # type: ignore[arg-type]  # any iterable will do


def move(head: Head, to: Head, *, at: datetime) -> None:
    """Let the log end where its newest event is. Raises Forked."""
    with connection.cursor() as cursor:
        when = connection.ops.adapt_datetimefield_value(at)
        cursor.execute(_MOVE, [to.size, to.leaf, to.frontier, when, head.log, head.size])
        if cursor.rowcount != 1:
            raise Forked(f"the head of {head.log} is no longer at {head.size}")


def _locked(log: str) -> Row | None:
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute(_READ, [log])  # the transaction has the only lock there is
        else:
            cursor.execute(f"{_PATIENCE}; {_READ} FOR UPDATE", [log])
            _skip_to_rows(cursor)
        return cursor.fetchone()  # type: ignore[no-any-return]


def _skip_to_rows(cursor: Any) -> None:
    while cursor.description is None and cursor.nextset():
        pass


def _copy(cursor: Any, rows: Iterator[Row]) -> None:
    with connection.wrap_database_errors, cursor.copy(COPY) as copy:
        copy.set_types(COPY_TYPES)
        for row in rows:
            copy.write_row(row)
