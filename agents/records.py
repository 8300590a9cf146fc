"""Statement records: the identity of a statement, carried over from version to version by the edits between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.models import Memory, StatementRecord
from agents.text import normalise
from agents.text.statements import Statement, statements


def begin(*, memory: Memory, text: str, introduced_by: str, at: datetime) -> None:
    """Records for the first version of a memory."""
    StatementRecord.objects.bulk_create(
        _fresh(memory, statement, introduced_by, [], at) for statement in statements(text)
    )


def carry(*, memory: Memory, text: str, edits: Sequence[dict[str, Any]], at: datetime) -> None:
    """Move the records of a memory to its next version: by the edits where a line was not touched, else by exact
    normalised text; what is in neither is retired, and what is new names the change that brought it and its parents.
    """
    old = list(StatementRecord.objects.of(memory.team).filter(memory=memory, retired_at=None).order_by("start", "pk"))
    spans = _spans(edits)
    moved, gone, new = _match(old, statements(text), spans)
    parents: dict[str, list[str]] = defaultdict(list)
    for record in gone:
        parents[_by(spans, record.start, record.end, old=True)].append(record.public_id)
        record.retired_at = at
    for record, statement in moved:
        record.start, record.end = statement.start, statement.end
    kept = [*(record for record, _ in moved), *gone]
    StatementRecord.objects.of(memory.team).bulk_update(kept, ["start", "end", "retired_at"], batch_size=500)
    brought = [(statement, _by(spans, statement.start, statement.end)) for statement in new]
    StatementRecord.objects.bulk_create(
        _fresh(memory, statement, change, parents.get(change, []), at) for statement, change in brought
    )


def _match(
    old: Sequence[StatementRecord], found: Sequence[Statement], spans: Sequence[_Span]
) -> tuple[list[tuple[StatementRecord, Statement]], list[StatementRecord], list[Statement]]:
    """Records with their statements of now, records whose statement is gone, and statements that are new."""
    by_place: dict[tuple[int, str], list[Statement]] = defaultdict(list)
    for one in found:
        by_place[one.start, normalise.digest(one.text)].append(one)
    moved, left = [], []
    for record in old:
        start = _place_now(spans, record.start)
        same = by_place.get((start, record.sha256)) if start is not None else None
        if same:
            moved.append((record, same.pop(0)))
        else:
            left.append(record)
    by_text: dict[str, list[Statement]] = defaultdict(list)
    for (_, sha256), rest in by_place.items():
        by_text[sha256] += rest
    gone = []
    for record in left:
        if by_text.get(record.sha256):
            moved.append((record, by_text[record.sha256].pop(0)))
        else:
            gone.append(record)
    new = sorted((one for rest in by_text.values() for one in rest), key=lambda one: one.offset)
    return moved, gone, new


def _fresh(memory: Memory, statement: Statement, change: str, parents: list[str], at: datetime) -> StatementRecord:
    return StatementRecord(
        team_id=memory.team_id,
        memory=memory,
        sha256=normalise.digest(statement.text),
        kind=statement.kind,
        start=statement.start,
        end=statement.end,
        first_seen=at,
        confirmed_at=at,
        introduced_by=change,
        parents=parents,
    )


@dataclass(frozen=True, slots=True)
class _Span:
    """One edit: old lines [start, end) became the lines [now, now + count)."""

    start: int
    end: int
    now: int
    count: int
    change: str


def _spans(edits: Sequence[dict[str, Any]]) -> list[_Span]:
    spans, shift = [], 0
    for edit in edits:
        start, end, count = edit["start"], edit["end"], edit["count"]
        spans.append(_Span(start, end, start + shift, count, str(edit.get("change", ""))))
        shift += count - (end - start)
    return spans


def _place_now(spans: Sequence[_Span], line: int) -> int | None:
    """Where an old line is now; None where an edit replaced it."""
    at = line
    for span in spans:
        if line < span.start:
            break
        if line < span.end:
            return None
        at = line - span.end + span.now + span.count
    return at


def _by(spans: Sequence[_Span], start: int, end: int, *, old: bool = False) -> str:
    """The change whose edit touches the lines [start, end), of the old text or of the new."""
    for span in spans:
        first, last = (span.start, span.end) if old else (span.now, span.now + span.count)
        if (first < end and last > start) if last > first else start < first < end:
            return span.change
    return ""
