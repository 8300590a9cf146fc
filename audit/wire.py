"""PostgreSQL asked by libpq itself, where the layers of Django and psycopg above it cost more than the work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from psycopg import errors, pq

_DONE = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)


def literals(values: Iterable[bytes]) -> Iterable[bytes]:
    """Texts as a statement spells them."""
    return map(pq.Escaping(connection.connection.pgconn).escape_literal, values)


def send(message: bytes) -> None:
    """Run statements whose answers nobody reads, within the transaction that is open."""
    raw = connection.connection.pgconn
    if connection.queries_logged or connection.execute_wrappers or raw.transaction_status == pq.TransactionStatus.IDLE:
        with connection.cursor() as cursor:
            cursor.execute(message.decode())
        return
    with connection.wrap_database_errors:
        _check(raw.exec_(message))


def copied(statement: str, params: Any) -> bytes:
    """What a COPY … TO STDOUT gives."""
    with connection.cursor() as cursor:
        whole = cursor.mogrify(statement, params)
    raw = connection.connection.pgconn
    try:
        with connection.wrap_database_errors:
            return _copied(raw, whole.encode())
    except BaseException:
        connection.close()  # rows may still be on their way
        raise


def _copied(raw: Any, statement: bytes) -> bytes:
    begun = raw.exec_(statement)
    if begun.status != pq.ExecStatus.COPY_OUT:
        _check(begun)
    rows = []
    size, row = raw.get_copy_data(0)
    while size > 0:
        rows.append(bytes(row))
        size, row = raw.get_copy_data(0)
    while ended := raw.get_result():
        _check(ended)
    return b"".join(rows)


def _check(answer: Any) -> None:
    if answer.status not in _DONE:
        raise errors.error_from_result(answer)
