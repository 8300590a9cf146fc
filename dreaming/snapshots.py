"""Taking the snapshot that a manifest names: the same for the same manifest, until somebody decides something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from agents.models import Agent, MemoryVersion, Namespace, NamespaceAccess, Session, SessionEvent, StatementRecord
from agents.snapshot import (
    EventColumns,
    EventColumnsBuilder,
    FeedbackMark,
    MemoryText,
    OutcomeMark,
    SessionMark,
    Snapshot,
    StatementMark,
)
from dreaming import manifests, verdicts
from dreaming.manifests import AT_ONCE
from reviews import policy

_EVENT = ("session_id", "position", "kind", "source_class", "tool", "speaker", "is_error", "call_id", "text", "at")


def take(*, agent: Agent, manifest: dict[str, Any]) -> Snapshot:
    """The snapshot of a manifest. Its digest tells whether a vote, an outcome or an erasure came between."""
    taken_at = datetime.fromisoformat(manifest["taken_at"])
    namespaces = manifests.namespaces_of(agent, manifest["namespaces"]) if manifest["namespaces"] else []
    bounds = {pk: events for pk, _, events in manifest["sessions"]}
    pks = list(bounds)
    return Snapshot(
        agent=agent.slug,
        taken_at=taken_at,
        namespaces=tuple(one.slug for one in namespaces if one.is_written),  # type: ignore[attr-defined]
        memories=tuple(_memories(agent, manifest["memories"])),
        sessions=tuple(_sessions(agent, pks, bounds)),
        events=_events(agent, pks, bounds),
        open_changes=verdicts.open_changes(agent.team, namespaces),
        cooldowns=verdicts.cooldowns(agent.team, namespaces, manifest["cool_down_days"]),
        removals=verdicts.removals(agent.team, namespaces),
        shared=_shared(agent, namespaces),
    )


def _shared(agent: Agent, namespaces: Sequence[Namespace]) -> tuple[str, ...]:
    """Namespaces that other agents may read too."""
    others = NamespaceAccess.objects.of(agent.team).filter(namespace__in=namespaces).exclude(agent=agent)
    return tuple(sorted(set(others.values_list("namespace__slug", flat=True))))


def _memories(agent: Agent, version_ids: Sequence[str]) -> list[MemoryText]:
    found = []
    for some in _pieces(version_ids):
        rows = MemoryVersion.objects.of(agent.team).filter(public_id__in=some)
        versions = list(rows.select_related("blob", "memory__namespace"))
        marks = _marks(agent, versions)
        found += [_memory(version, marks.get(version.memory_id, ())) for version in versions]
    return sorted(found, key=lambda one: (one.namespace, one.path, one.id))


def _memory(version: MemoryVersion, marks: Sequence[StatementMark]) -> MemoryText:
    namespace: Namespace = version.memory.namespace
    return MemoryText(
        id=version.memory.public_id,
        version_id=version.public_id,
        number=version.number,
        namespace=namespace.slug,
        path=version.path,
        text=version.text,
        at=version.at,
        protected=policy.is_protected(namespace, version.path),
        statements=tuple(marks),
    )


def _marks(agent: Agent, versions: Sequence[MemoryVersion]) -> dict[int, list[StatementMark]]:
    """Records stand at lines of the head; where a version is the head no more, none of them fits it."""
    heads = [version.memory_id for version in versions if version.memory.head_id == version.pk]
    rows = StatementRecord.objects.of(agent.team).filter(memory__in=heads, retired_at=None)
    fields = ("memory_id", "start", "end", "first_seen", "confirmed_at", "helpful", "harmful", "pinned")
    found: dict[int, list[StatementMark]] = {}
    for memory, *mark in rows.order_by("memory_id", "start", "end", "pk").values_list(*fields):
        found.setdefault(memory, []).append(StatementMark(*mark))
    return found


def _sessions(agent: Agent, pks: list[int], bounds: dict[int, int]) -> Iterator[SessionMark]:
    outcomes, feedback = manifests.outcomes_of(agent.team, pks), manifests.feedback_of(agent.team, pks)
    reads = manifests.reads_of(agent)
    for some in _pieces(pks):
        rows = Session.objects.of(agent.team).select_related("agent").in_bulk(some)
        for pk in some:
            said = outcomes.get(pk, ()), feedback.get(pk, ())
            read_by = reads.get((pk, bounds[pk], manifests.outcomes_sha256(*said)), 0)
            yield _session(rows[pk], read_by, *said)


def _session(
    row: Session, read_by: int, outcomes: tuple[OutcomeMark, ...], feedback: tuple[FeedbackMark, ...]
) -> SessionMark:
    return SessionMark(
        id=row.public_id,
        external_id=row.external_id,
        source=row.source,
        agent=row.agent.slug,
        is_new=not read_by,
        task=row.task,
        started_at=row.started_at,
        ended_at=row.ended_at,
        taint=row.tainted_at is not None,
        trust=row.trust,
        outcomes=outcomes,
        feedback=feedback,
        read_by=read_by,
        user=row.user_key,
    )


def _events(agent: Agent, pks: list[int], bounds: dict[int, int]) -> EventColumns:
    builder = EventColumnsBuilder()
    for some in _pieces(pks):
        by_session: dict[int, list[tuple[Any, ...]]] = {pk: [] for pk in some}
        rows = SessionEvent.objects.of(agent.team).filter(session__in=some).order_by("session_id", "position")
        for session, *event in rows.values_list(*_EVENT).iterator(5000):
            by_session[session].append(tuple(event))
        for pk, events in by_session.items():
            for position, kind, source_class, tool, speaker, is_error, call_id, text, at in events:
                if position < bounds[pk]:
                    builder.add(
                        position=position,
                        kind=kind,
                        source_class=source_class,
                        tool=tool,
                        speaker=speaker,
                        is_error=is_error,
                        call_id=call_id,
                        text=text,
                        at=at,
                    )
            builder.end_session()
    return builder.build()


def _pieces(values: Sequence[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(values), AT_ONCE):
        yield list(values[start : start + AT_ONCE])
