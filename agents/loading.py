"""Putting events into their table in bulk: COPY on PostgreSQL, one executemany on SQLite."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from agents.models import SessionEvent

_COLUMNS = (
    "team",
    "session",
    "position",
    "at",
    "is_error",
    "kind",
    "speaker",
    "thread",
    "tool",
    "call_id",
    "source_class",
    "usage",
    "text",
    "sha256",
)
_FIELDS = tuple(SessionEvent._meta.get_field(name) for name in _COLUMNS)


class Row(NamedTuple):
    """One event as it goes into the table, in the order of its columns."""

    team: str
    session: int
    position: int
    at: datetime | None
    is_error: bool
    kind: str
    speaker: str
    thread: str
    tool: str
    call_id: str
    source_class: str
    usage: dict[str, Any]
    text: str
    sha256: str


def load(rows: Iterable[Row]) -> None:
    """Insert events that are not there yet. Runs inside the caller's unit of work."""
    if connection.vendor == "postgresql":
        _copy(rows)
    else:
        _insert(rows)


def _copy(rows: Iterable[Row]) -> None:
    statement = f"COPY {_table()} ({_names()}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in _blocks(rows):
            copy.write(block)


def _insert(rows: Iterable[Row]) -> None:
    marks = ", ".join(["%s"] * len(_COLUMNS))
    statement = f"INSERT INTO {_table()} ({_names()}) VALUES ({marks})"  # noqa: S608  (names of our own model)
    with connection.cursor() as cursor:
        cursor.executemany(statement, [_plain(row) for row in rows])


def _table() -> str:
    return connection.ops.quote_name(SessionEvent._meta.db_table)


def _names() -> str:
    return ", ".join(connection.ops.quote_name(str(field.column)) for field in _FIELDS)  # type: ignore[union-attr]


def _plain(row: Row) -> Sequence[Any]:
    at = None if row.at is None else connection.ops.adapt_datetimefield_value(row.at)
    return (row.team.replace("-", ""), row.session, row.position, at, *row[4:11], _json(row.usage), *row[12:])


_BLOCK = 256 * 1024


def _blocks(rows: Iterable[Row]) -> Iterator[str]:
    lines: list[str] = []
    size = 0
    for row in rows:
        line = _line(row)
        lines.append(line)
        size += len(line)
        if size > _BLOCK:
            yield "".join(lines)
            lines, size = [], 0
    yield "".join(lines)


def _line(row: Row) -> str:
    """One row in COPY's text format: tab between columns, newline at the end, backslash before either inside.

    NUL, which no stored text holds, stands for the tabs until all columns of text are escaped in one go.
    """
    at = r"\N" if row.at is None else row.at.isoformat()
    texts = "\0".join((*row[5:11], _json(row.usage), row.text, row.sha256))
    texts = texts.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    start = f"{row.team}\t{row.session}\t{row.position}\t{at}\t{'t' if row.is_error else 'f'}\t"
    return f"{start}{texts}\n".replace("\0", "\t")


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value) if value else "{}"
