"""Exports as streams of bytes, in pages, so that a million events take no more memory than one page.

JSON lines are the record: the bytes that were hashed. CSV is for people and spreadsheets; a guard alters its texts.
"""

import csv
import json
from collections.abc import Iterator
from typing import Any

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


def jsonl(events: EventQuerySet) -> Iterator[bytes]:
    """The canonical bytes of the events of one log, one event a line, oldest first."""
    for page in _pages(events, "seq", "body"):
        yield b"".join(bytes(body) + b"\n" for _, body in page)


def csv_rows(events: EventQuerySet) -> Iterator[bytes]:
    """A header and the events of one log, oldest first. Private values appear as commitments only."""
    sheet = csv.writer(_Echo(), quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    yield sheet.writerow(COLUMNS)
    for page in _pages(events, "seq", "body", "leaf"):
        yield b"".join(sheet.writerow([guarded(cell) for cell in _cells(bytes(body), leaf)]) for _, body, leaf in page)


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _pages(events: EventQuerySet, *columns: str) -> Iterator[list[tuple[Any, ...]]]:
    """By key: `columns` start with seq. Needs the events of one log."""
    seq = 0
    while page := list(events.after(seq).order_by("seq").values_list(*columns)[:PAGE]):
        yield page
        seq = page[-1][0]


def _cells(body: bytes, leaf: bytes) -> list[str]:
    content = json.loads(body)
    return [
        content["log"],
        str(content["seq"]),
        content["id"],
        content["time"],
        content["type"],
        content["outcome"],
        content["actor"]["type"],
        content["actor"]["id"],
        content["target"]["type"],
        content["target"]["id"],
        json.dumps(content["data"], sort_keys=True, ensure_ascii=False),
        json.dumps(content["private"], sort_keys=True, ensure_ascii=False),
        bytes(leaf).hex(),
    ]


class _Echo:
    """What csv writes to: it hands the line back instead of keeping it."""

    def write(self, line: str) -> Any:
        return line.encode()
