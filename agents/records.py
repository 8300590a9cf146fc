"""Statement records: the identity of a statement, carried over from version to version by the edits between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import add
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Team
from agents.models import Memory, Namespace, StatementRecord
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
    own = StatementRecord.objects.of(memory.team).filter(memory=memory)
    spans = _spans(edits)
    moved, gone, new = _match(list(own.filter(retired_at=None).order_by("start", "pk")), statements(text), spans)
    back, new = _returned(own, new)
    moved += back
    parents: dict[str, list[str]] = defaultdict(list)
    for record in gone:
        parents[_by(spans, record.start, record.end, old=True)].append(record.public_id)
        record.retired_at = at
    for record, statement in moved:
        record.start, record.end, record.retired_at = statement.start, statement.end, None
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


def _returned(
    own: QuerySet[StatementRecord], new: Sequence[Statement]
) -> tuple[list[tuple[StatementRecord, Statement]], list[Statement]]:
    """Statements that come back, as after an undo, have their records of before: their age is not washed off."""
    wanted = {normalise.digest(one.text) for one in new}
    rows = own.exclude(retired_at=None).filter(sha256__in=wanted).order_by("retired_at", "pk") if wanted else ()
    retired: dict[str, list[StatementRecord]] = defaultdict(list)
    for record in rows:
        retired[record.sha256].append(record)
    back, left = [], []
    for one in new:
        known = retired[normalise.digest(one.text)]
        if known:
            back.append((known.pop(), one))
        else:
            left.append(one)
    return back, left


def fold(*, namespace: Namespace, gone: Q, at: datetime) -> None:
    """Statements that went, and are said elsewhere in the namespace, hand on what was known of them: first seen is the
    earlier, confirmed the later, counters are added. Being written somewhere else confirms nothing.
    """
    rows = StatementRecord.objects.of(namespace.team).exclude(kind="heading")
    leaving = list(rows.filter(gone, memory__namespace=namespace).order_by("pk"))
    texts = {record.sha256 for record in leaving}
    live = rows.filter(memory__namespace=namespace, memory__archived=False, retired_at=None, sha256__in=texts)
    heirs: dict[str, StatementRecord] = {}
    for record in live.exclude(pk__in=[one.pk for one in leaving]).order_by("-first_seen", "-pk"):
        heirs[record.sha256] = record
    for record in leaving:
        heir = heirs.get(record.sha256)
        if heir is not None and record.public_id not in heir.parents:
            _inherit(heir, record, is_new=heir.first_seen == at)
    fields = ["first_seen", "confirmed_at", "helpful", "harmful", "pinned", "parents"]
    StatementRecord.objects.of(namespace.team).bulk_update(heirs.values(), fields, batch_size=500)


def _inherit(heir: StatementRecord, record: StatementRecord, *, is_new: bool) -> None:
    """A record that came from the heir in the first place counted the same sessions: the larger count is kept."""
    joined = max if heir.public_id in record.parents else add
    heir.first_seen = min(heir.first_seen, record.first_seen)
    heir.confirmed_at = record.confirmed_at if is_new else max(heir.confirmed_at, record.confirmed_at)
    heir.helpful, heir.harmful = joined(heir.helpful, record.helpful), joined(heir.harmful, record.harmful)
    heir.pinned = heir.pinned or record.pinned
    heir.parents = [*heir.parents, record.public_id]


def credit(*, team: Team, memories: QuerySet[Memory], helpful: Mapping[str, int], harmful: Mapping[str, int]) -> int:
    """Add to the counters of what stands in the memories, by the digest of its text; returns how many changed."""
    turned = {digest for digest in {*helpful, *harmful} if helpful.get(digest) or harmful.get(digest)}
    rows = StatementRecord.objects.of(team).filter(memory__in=memories, retired_at=None, sha256__in=turned)
    records = list(rows.select_for_update().order_by("pk"))
    for record in records:
        record.helpful = max(0, record.helpful + helpful.get(record.sha256, 0))
        record.harmful = max(0, record.harmful + harmful.get(record.sha256, 0))
    StatementRecord.objects.of(team).bulk_update(records, ["helpful", "harmful"], batch_size=500)
    return len(records)


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
