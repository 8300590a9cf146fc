"""The one way for tests past the guards: to flush between tests, and to tamper on purpose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def guards_open(using: str = "default") -> Iterator[None]:
    """Take the guards off for a while, as the owner of the tables. An exception puts them back as well."""
    connection = connections[using]
    take_off, put_back = _statements(connection)
    with transaction.atomic(using=using):  # noqa: TID251  (tests only; both databases roll back DDL)
        _run(connection, take_off)
        yield
        _run(connection, put_back)


def let_flush_through(using: str = "default") -> None:
    """Make Django's `flush`, which ends every transactional test, open the guards for itself. Call once a session.

    It is the class that is changed: each thread and event loop of a test has a connection of its own.
    """
    operations: Any = type(connections[using].ops)
    if not hasattr(operations, "flush_behind_guards"):
        operations.flush_behind_guards = operations.execute_sql_flush
        operations.execute_sql_flush = _flush


def _flush(operations: Any, statements: Sequence[str]) -> None:
    with guards_open(operations.connection.alias):
        operations.flush_behind_guards(statements)


def _statements(connection: BaseDatabaseWrapper) -> tuple[list[str], list[str]]:
    if connection.vendor == "postgresql":
        found = _rows(
            connection,
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'audit%'",
        )
        # no table is altered while a foreign key waits to be looked at
        look = ["SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED"]
        return (
            look + [f"ALTER TABLE {table} DISABLE TRIGGER {name}" for table, name in found],
            look + [f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for table, name in found],
        )
    found = _rows(connection, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit%'")
    return [f"DROP TRIGGER {name}" for name, _ in found], [sql for _, sql in found]


def _rows(connection: BaseDatabaseWrapper, query: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [(first, second) for first, second in cursor.fetchall()]


def _run(connection: BaseDatabaseWrapper, statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
