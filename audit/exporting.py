"""Exports as streams of bytes, in pages, so that a million events take no more memory than one page.

JSON lines are the record: the bytes that were hashed. CSV is for people and spreadsheets; a guard alters its texts. On
PostgreSQL the database writes the CSV itself, by COPY: the same bytes in a fifth of the time.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection

from audit import wire
from audit.entries import time_text
from audit.querying import EventQuerySet

PAGE = 5_000
FORMULA_STARTS = tuple("=+-@\t\0\r＝＋－＠")
COLUMNS = (
    "log",
    "seq",
    "id",
    "time",
    "type",
    "outcome",
    "actor_type",
    "actor_id",
    "target_type",
    "target_id",
    "data",
    "private",
    "leaf",
)
_PLAIN = ("log", "public_id", "type", "outcome", "actor_type", "actor_id", "target_type", "target_id")
# Where data and private values stand in a record, whose keys are in order. Within a text no quote goes unescaped, so
# that nothing a text says looks like one of these.
_DATA, _PRIVATE, _SEQ = '"},"data":', '","private":', ',"seq":'


def jsonl(events: EventQuerySet) -> Iterator[bytes]:
    """The canonical bytes of the events of one log, one event a line, oldest first."""
    for page in pages(events, "seq", "body"):
        yield b"".join(bytes(body) + b"\n" for _, body in page)


def leaves(events: EventQuerySet) -> Iterator[tuple[int, bytes]]:
    """(number, leaf hash) of the events of one log, oldest first."""
    for page in pages(events, "seq", "leaf"):
        yield from ((seq, bytes(leaf)) for seq, leaf in page)


def csv_rows(events: EventQuerySet) -> Iterator[bytes]:
    """A header and the events of one log, oldest first. Private values appear as commitments only."""
    yield Lines().row(COLUMNS)
    yield from _copied(events) if connection.vendor == "postgresql" else _written(events)


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def pages(events: EventQuerySet, *columns: str) -> Iterator[list[tuple[Any, ...]]]:
    """By key: `columns` start with seq. Needs the events of one log."""
    seq = 0
    while page := list(events.after(seq).order_by("seq").values_list(*columns)[:PAGE]):
        yield page
        seq = page[-1][0]


def _written(events: EventQuerySet) -> Iterator[bytes]:
    lines = Lines()
    for page in pages(events, "seq", "at", "body", "leaf", *_PLAIN):
        yield b"".join(lines.row(_cells(*row)) for row in page)


def _cells(seq: int, at: Any, body: bytes, leaf: bytes, log: str, id: str, *others: str) -> list[str]:
    data, private = _pieces(bytes(body).decode(), id)
    return [log, str(seq), id, time_text(at), *others, data, private, bytes(leaf).hex()]


def _pieces(body: str, id: str) -> tuple[str, str]:
    """The texts of `data` and of `private` in a record, as they stand there."""
    data, _, rest = body.partition(_DATA)[2].partition(f',"id":"{id}","log":')
    return data, rest.partition(_PRIVATE)[2].partition(_SEQ)[0]


class Lines:
    """Lines of CSV, every cell in quotes and guarded."""

    def __init__(self) -> None:
        self._sheet = csv.writer(_Echo(), quoting=csv.QUOTE_ALL, lineterminator="\n")

    def row(self, cells: Iterable[str]) -> bytes:
        line: bytes = self._sheet.writerow([guarded(cell) for cell in cells])
        return line


class _Echo:
    """What csv writes to: it hands the line back instead of keeping it."""

    def write(self, line: str) -> Any:
        return line.encode()


def _copied(events: EventQuerySet) -> Iterator[bytes]:
    """By the database, a page at a time, which holds no snapshot open for a reader that is slow."""
    rows, seq = events.order_by("seq").values_list("seq", "at", "body", "leaf", "prev", *_PLAIN), 0
    while page := _copy(rows.filter(seq__gt=seq)[:PAGE]):
        yield page
        seq = int(page[page.rfind(b"\n", 0, -1) + 1 :].split(b'","', 2)[1])


def _copy(rows: Any) -> bytes:
    sql, params = rows.query.sql_with_params()
    copy = f"COPY ({_IN_COLUMNS.replace('ROWS', sql)}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)"
    return wire.copied(copy, params)


def _guard_sql(column: str) -> str:
    starts = ", ".join(str(ord(start)) for start in FORMULA_STARTS if start != "\0")  # no NUL in its texts
    return f"CASE WHEN ascii({column}) IN ({starts}) THEN '''' || {column} ELSE {column} END"


_LOG, _ID, *_OTHERS = (_guard_sql(column) for column in _PLAIN)
# Data begins behind the actor, and ends where the id of this very event stands; private values stand behind the leaf
# before, which nobody knew when they gave data. Each is cut out once: nested, PostgreSQL would cut anew for each use.
_BEHIND_ACTOR = """33 + octet_length(to_json(actor_id)::text) + octet_length(to_json(actor_type)::text)"""
_IN_COLUMNS = f"""
    SELECT {_LOG}, seq, {_ID}, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), {", ".join(_OTHERS)},
        split_part(
            convert_from(substring(body from {_BEHIND_ACTOR}), 'UTF8'), ',"id":"' || public_id || '","log":', 1
        ),
        split_part(
            split_part(convert_from(body, 'UTF8'), '"prev":"' || encode(prev, 'hex') || '{_PRIVATE}', 2),
            '{_SEQ}' || seq || ',"target":', 1
        ),
        encode(leaf, 'hex')
    FROM (ROWS) AS event
"""  # noqa: S608  (all of it is written here)
