"""The statements that store events. They run while the head of a log is locked, so they are few, and on PostgreSQL
they travel together: one way there and back to lock, one to store.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection

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
_COPY_FROM = 20  # events from which on COPY is quicker than INSERT

LOCK_TIMEOUT = "2s"
PAUSES = (0.1, 0.2, 0.4)  # seconds before each further try, give or take a half
_LOCK_NOT_AVAILABLE = "55P03"

_INSERT = f"INSERT INTO audit_event ({', '.join(COLUMNS)}) VALUES "  # noqa: S608  (names of ours)
_VALUES = f"({', '.join(['%s'] * len(COLUMNS))})"
COPY = f"COPY audit_event ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
_READ = "SELECT size, leaf, frontier FROM audit_loghead WHERE log = %s"
_LOCK = f"SAVEPOINT audit_head; SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'; {_READ} FOR UPDATE"
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

    Waits two seconds, and after a pause of chance again, four times in all; then OperationalError goes up.
    """
    found = _locked(log)
    if found is None:
        LogHead.objects.bulk_create([LogHead(log=log, at=at)], ignore_conflicts=True)  # someone else may have just now
        found = _locked(log)
    if found is None:
        raise Forked(f"the head of {log} is not there")
    size, leaf, frontier = found
    return Head(log, size, bytes(leaf), bytes(frontier))


def store(head: Head, rows: Sequence[Row], *, leaf: bytes, frontier: bytes, at: datetime) -> None:
    """Insert events in their order and move the head on to the last of them. Raises Forked."""
    move = [head.size + len(rows), leaf, frontier, at, head.log, head.size]
    if connection.vendor != "postgresql":
        moved = _store_on_sqlite(rows, move)
    elif len(rows) < _COPY_FROM:
        moved = _store_at_once(rows, move)
    else:
        moved = _copy(rows, move)
    if moved != 1:
        raise Forked(f"the head of {head.log} is no longer at {head.size}")


def _locked(log: str) -> Row | None:
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute(_READ, [log])  # the transaction has the only lock there is
            return cursor.fetchone()  # type: ignore[no-any-return]
        for pause in (*PAUSES, None):
            try:
                cursor.execute(_LOCK, [log])
                break
            except OperationalError as error:
                if pause is None or getattr(error.__cause__, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
                    raise
                cursor.execute("ROLLBACK TO SAVEPOINT audit_head")
                time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  (chance keeps writers apart, no secret)
        _skip_to_rows(cursor)
        return cursor.fetchone()  # type: ignore[no-any-return]


def _skip_to_rows(cursor: Any) -> None:
    while cursor.description is None and cursor.nextset():
        pass


def _store_at_once(rows: Sequence[Row], move: list[Any]) -> Any:
    """How many heads were moved, as the other two: one."""
    with connection.cursor() as cursor:
        values = ", ".join([_VALUES] * len(rows))
        cursor.execute(f"{_INSERT}{values}; {_MOVE}", [value for row in rows for value in row] + move)
        cursor.nextset()
        return cursor.rowcount


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
