"""Statement records: the identity of a statement, carried over from version to version by the edits between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    place_of = _places(edits)
    found = {(one.start, normalise.digest(one.text)): one for one in reversed(statements(text))}
    moved: list[tuple[StatementRecord, Statement]] = []
    left: list[StatementRecord] = []
    for record in old:
        start = place_of(record.start)
        statement = found.pop((start, record.sha256), None) if start is not None else None
        if statement is None:
            left.append(record)
        else:
            moved.append((record, statement))
    by_text: dict[str, list[Statement]] = {}
    for (_, sha256), statement in sorted(found.items()):
        by_text.setdefault(sha256, []).append(statement)
    gone = []
    for record in left:
        same = by_text.get(record.sha256)
        if same:
            moved.append((record, same.pop(0)))
        else:
            gone.append(record)
    for record, statement in moved:
        record.start, record.end = statement.start, statement.end
    for record in gone:
        record.retired_at = at
    kept = [*(record for record, _ in moved), *gone]
    StatementRecord.objects.of(memory.team).bulk_update(kept, ["start", "end", "retired_at"])
    parents = [record.public_id for record in gone]
    new = sorted((statement for group in by_text.values() for statement in group), key=lambda one: one.offset)
    StatementRecord.objects.bulk_create(
        _fresh(memory, statement, _brought_by(edits, statement), parents, at) for statement in new
    )


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


def _places(edits: Sequence[dict[str, Any]]) -> Callable[[int], int | None]:
    """Where an old line is now; None where an edit replaced it."""

    def place_of(line: int) -> int | None:
        shift = 0
        for edit in edits:
            start, end, count = edit["start"], edit["end"], edit["count"]
            if line < start:
                break
            if line < end:
                return None
            shift += count - (end - start)
        return line + shift

    return place_of


def _brought_by(edits: Sequence[dict[str, Any]], statement: Statement) -> str:
    shift = 0
    for edit in edits:
        start, end, count = edit["start"], edit["end"], edit["count"]
        if start + shift <= statement.start < start + shift + count:
            return str(edit.get("change", ""))
        shift += count - (end - start)
    return ""
