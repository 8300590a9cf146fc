"""The statements that store events. They run while the head of a log is locked, so they are few.

On PostgreSQL a few events are numbered and chained by the database in one statement, and where the transaction ends
with them it is committed by the same message: no client and no disk is waited for under the lock. The message ends once
the disk has it all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection

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
FEW = 20  # events; as many or more are stored by COPY

LOCK_TIMEOUT = "8s"

_INSERT = f"INSERT INTO audit_event ({', '.join(COLUMNS)}) VALUES "  # noqa: S608  (names of ours)
_VALUES = f"({', '.join(['%s'] * len(COLUMNS))})"
COPY = f"COPY audit_event ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
_READ = "SELECT size, leaf, frontier FROM audit_loghead WHERE log = %s"
_PATIENCE = f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"
_ENTRY = 11  # values of it that are given to the database
_FLUSH = "SELECT pg_logical_emit_message(true, 'audit', '')"  # the least that a commit waits for the disk with
_COMMIT_AHEAD = f"SET LOCAL synchronous_commit = off; {{}}; COMMIT; {_FLUSH}"
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
    rows = ((one.public_id, one.at, one.type, one.outcome, *one.actor, *one.target, *one.around) for one in entries)
    values = [value for column in zip(*rows, strict=True) for value in column]
    with connection.cursor() as cursor:
        cursor.execute(_append(len(entries), ends=ends), [log, *values])


@lru_cache(maxsize=2 * FEW)
def _append(count: int, *, ends: bool) -> str:
    """Elements one by one: as arrays they would be quoted twice."""
    column = f"ARRAY[{', '.join(['%s'] * count)}]"
    statement = f"{_PATIENCE}; SELECT audit_append(%s, {', '.join([column] * _ENTRY)})"
    return _COMMIT_AHEAD.format(statement) if ends else statement


def ends_here() -> bool:
    """Whether the transaction is over when the outermost block that is open now is left."""
    return connection.vendor == "postgresql" and len(connection.atomic_blocks) == 1 and not connection.needs_rollback


def flush() -> None:
    """Wait until all that was committed outlives a crash. Whoever hands out what others wrote calls it before."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_FLUSH)


def store(head: Head, rows: Sequence[Row], *, leaf: bytes, frontier: bytes, at: datetime) -> None:
    """Insert events in their order and move the head on to the last of them. Raises Forked."""
    move = [head.size + len(rows), leaf, frontier, at, head.log, head.size]
    moved = _copy(rows, move) if connection.vendor == "postgresql" else _store_on_sqlite(rows, move)
    if moved != 1:
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


def _copy(rows: Sequence[Row], move: list[Any]) -> Any:
    with connection.cursor() as cursor:
        with connection.wrap_database_errors, cursor.copy(COPY) as copy:
            copy.set_types(COPY_TYPES)
            for row in rows:
                copy.write_row(row)
        cursor.execute(_MOVE, move)
        return cursor.rowcount


def _store_on_sqlite(rows: Sequence[Row], move: list[Any]) -> Any:
    adapt = connection.ops.adapt_datetimefield_value
    at = COLUMNS.index("at")
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT + _VALUES, [(*row[:at], adapt(row[at]), *row[at + 1 :]) for row in rows])
        cursor.execute(_MOVE, [*move[:3], adapt(move[3]), *move[4:]])
        return cursor.rowcount
