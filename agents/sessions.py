"""Taking transcripts in, in bulk and idempotently, and what becomes of a session afterwards."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from accounts.models import Team
from agents import loading, outcomes
from agents.enums import SearchKind, SourceClass
from agents.importers import limits, settling
from agents.importers.records import EventRecord, Transcript
from agents.models import Agent, Session, SessionEvent
from agents.outcomes import attach_feedback, attach_outcome
from agents.search import due
from audit import shapes, trail

__all__ = [
    "Mark",
    "StoreReport",
    "Twins",
    "attach_feedback",
    "attach_outcome",
    "clear_taint",
    "content_sha256",
    "mark_tainted",
    "store",
    "user_key",
]

Mark = tuple[str, str, str, bool, str]  # of an event: kind, speaker, tool, is_error, sha256 of its text

SEVERAL = "several"  # brought parts of one session
_AT_ONCE = 500  # sessions looked up in one query
_SPOKEN = (SourceClass.USER_INPUT, SourceClass.AGENT_AUTHORED)


class Twins(ValueError):
    """Two transcripts of one batch have the same external id."""


@dataclass(slots=True)
class StoreReport:
    """What a batch held (sessions, events, outcomes) and what became of its sessions."""

    sessions: int = 0
    created: int = 0
    extended: int = 0
    unchanged: int = 0
    events: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    replaced_characters: int = 0
    stored_events: int = 0
    stored_outcomes: int = 0
    stored: list[Session] = field(default_factory=list)

    @property
    def new(self) -> int:
        """Sessions that brought something: new ones, next versions and grown ones."""
        return self.created + self.extended


@dataclass(slots=True)
class _Incoming:
    """A transcript on its way in; `kept` is how many of its events the session has already."""

    transcript: Transcript
    hashes: list[str]
    content_sha256: str
    session: Session | None = None
    kept: int = 0

    def marks(self) -> list[Mark]:
        return _marks(self.transcript.events, self.hashes)


def store(
    *,
    team: Team,
    agent: Agent,
    source: str,
    transcripts: Sequence[Transcript],
    format: str,
    by: Any,
    at: datetime,
    door: str = "",
) -> StoreReport:
    """Store one file's or one push's transcripts of an agent. Taking the same in again stores nothing.

    A transcript that only grew extends its newest version; one that begins otherwise becomes the next version.
    """
    _refuse_twins(transcripts)
    source = settling.short(source, limits.NAME)
    report = _count(transcripts)
    pusher = _pusher(by, door)
    with trail.unit_of_work(at=at) as unit:
        Agent.objects.of(team).select_for_update().get(pk=agent.pk)  # one import of an agent at a time
        for start in range(0, len(transcripts), _AT_ONCE):
            some = [_incoming(transcript) for transcript in transcripts[start : start + _AT_ONCE]]
            _store_some(report, agent, source, format, some, pusher, at)
        if report.new or report.stored_outcomes:
            data, private = _told(report, source, format, door)
            unit.record("sessions.imported", target=agent, by=by, data=data, private=private)
    return report


def mark_tainted(*, session: Session, reason: str, by: Any, at: datetime) -> Session:
    """Mark a session, with every version of it, as not to be learnt from; the first reason stands."""
    return _set_taint(session, tainted_at=at, reason=reason, by=by, at=at)


def clear_taint(*, session: Session, reason: str, by: Any, at: datetime) -> Session:
    """Lift the mark of a session, with every version of it. Harmless where there is none."""
    return _set_taint(session, tainted_at=None, reason=reason, by=by, at=at)


def versions_of(session: Session) -> QuerySet[Session]:
    same = {"agent": session.agent_id, "source": session.source, "external_id": session.external_id}
    return Session.objects.of(session.team).filter(**same)


def ids_of_versions(team: Team, session_id: str) -> tuple[str, ...]:
    """The public ids of all versions of a session, oldest first; empty where there is none of this id."""
    session = Session.objects.of(team).select_related("team").filter(public_id=session_id).first()
    found = versions_of(session).order_by("version").values_list("public_id", flat=True) if session else ()
    return tuple(found)


def _set_taint(session: Session, *, tainted_at: datetime | None, reason: str, by: Any, at: datetime) -> Session:
    """Whoever quotes one of these sessions at this moment waits, as the rows are locked whole."""
    kind = "session.cleared" if tainted_at is None else "session.tainted"
    with trail.unit_of_work(at=at) as unit:
        rows = list(versions_of(session).select_for_update().order_by("pk"))
        for row in rows:
            if (row.tainted_at is None) != (tainted_at is None):
                row.tainted_at, row.taint_reason = tainted_at, reason[:300] if tainted_at else ""
                row.save(update_fields=["tainted_at", "taint_reason"])
                unit.record(kind, target=row, by=by, private={"reason": reason})
    return next(row for row in rows if row.pk == session.pk)


def content_sha256(marks: Iterable[Mark]) -> str:
    """The hash over all events of a version, in order. NUL is in no stored text, so the parts cannot run together."""
    parts = (
        f"{kind}\0{speaker}\0{tool}\0{'1' if is_error else ''}\0{sha256}\0"
        for kind, speaker, tool, is_error, sha256 in marks
    )
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def _pusher(by: Any, door: str) -> str:
    """Who brings it; the door, where that is nobody in particular."""
    actor = by if isinstance(by, trail.Actor) else by.trail_actor
    return door or actor.id if actor.type == "system" else actor.id


def _refuse_twins(transcripts: Sequence[Transcript]) -> None:
    ids = Counter(transcript.external_id for transcript in transcripts)
    twins = [external_id for external_id, number in ids.items() if number > 1]
    if twins:
        raise Twins(", ".join(twins[:5]))


def _count(transcripts: Sequence[Transcript]) -> StoreReport:
    report = StoreReport(sessions=len(transcripts))
    for transcript in transcripts:
        report.events.update(event.kind for event in transcript.events)
        report.outcomes.update(outcome.name for outcome in transcript.outcomes)
        report.replaced_characters += transcript.replaced_characters
    return report


def _incoming(transcript: Transcript) -> _Incoming:
    hashes = [hashlib.sha256(event.text.encode()).hexdigest() for event in transcript.events]
    return _Incoming(transcript, hashes, content_sha256(_marks(transcript.events, hashes)))


def _marks(events: Sequence[EventRecord], hashes: Sequence[str]) -> list[Mark]:
    return [(e.kind, e.speaker, e.tool, e.is_error, sha) for e, sha in zip(events, hashes, strict=True)]


def _store_some(
    report: StoreReport, agent: Agent, source: str, format: str, some: list[_Incoming], pusher: str, at: datetime
) -> None:
    versions = _versions(agent, source, some)
    stored = _stored_marks(agent, some, versions)
    fresh, grown = [], []
    for one in some:
        known = versions[one.transcript.external_id]
        if not _place(one, known, stored):
            one.session = _new_session(one, agent, source, format, known, at)
            one.session.pushed_by = pusher
            fresh.append(one)
        elif one.kept < len(one.hashes):
            grown.append(one)
    _create(agent, fresh)
    _extend(grown, pusher, at)
    loading.load(_rows([*fresh, *grown]))
    pairs = [(one.session, one.transcript) for one in some if one.session is not None]
    report.stored_outcomes += outcomes.merge(pairs, fresh={one.session.pk for one in fresh if one.session}, at=at)
    written = [one.session.public_id for one in (*fresh, *grown) if one.session]
    due.note(team_id=agent.team_id, kind=SearchKind.SESSION, ids=written)
    report.created += len(fresh)
    report.extended += len(grown)
    report.unchanged += len(some) - len(fresh) - len(grown)
    report.stored_events += sum(len(one.hashes) - one.kept for one in (*fresh, *grown))
    report.stored += [session for session, _transcript in pairs]


def _versions(agent: Agent, source: str, some: list[_Incoming]) -> dict[str, list[Session]]:
    found: dict[str, list[Session]] = defaultdict(list)
    ids = [one.transcript.external_id for one in some]
    rows = Session.objects.of(agent.team).filter(agent=agent, source=source, external_id__in=ids)
    for session in rows.order_by("-version"):
        found[session.external_id].append(session)
    return found


def _stored_marks(agent: Agent, some: list[_Incoming], versions: dict[str, list[Session]]) -> dict[int, list[Mark]]:
    """The events of versions that an incoming transcript differs from: is it a longer or shorter state of one?"""
    asked = [
        version.pk
        for one in some
        for known in [versions[one.transcript.external_id]]
        if all(version.content_sha256 != one.content_sha256 for version in known)
        for version in known
    ]
    marks: dict[int, list[Mark]] = defaultdict(list)
    if asked:
        rows = SessionEvent.objects.of(agent.team).filter(session__in=asked).order_by("session_id", "position")
        for pk, *mark in rows.values_list("session_id", "kind", "speaker", "tool", "is_error", "sha256"):
            marks[pk].append(tuple(mark))  # type: ignore[arg-type]
    return marks


def _place(one: _Incoming, known: list[Session], stored: dict[int, list[Mark]]) -> bool:
    """Find the version that this transcript is a state of, newest first; only the newest can grow."""
    for version in known:
        if version.content_sha256 == one.content_sha256:
            one.session, one.kept = version, len(one.hashes)
            return True
    marks = one.marks() if known else []
    for version in known:
        old = stored[version.pk]
        if old[: len(marks)] == marks or (version.is_newest and marks[: len(old)] == old):
            one.session, one.kept = version, min(len(old), len(marks))
            return True
    return False


def _new_session(one: _Incoming, agent: Agent, source: str, format: str, known: list[Session], at: datetime) -> Session:
    transcript = one.transcript
    return Session(
        team=agent.team,
        agent=agent,
        source=source,
        external_id=transcript.external_id,
        version=known[0].version + 1 if known else 1,
        tainted_at=known[0].tainted_at if known else None,  # another beginning washes nothing off
        taint_reason=known[0].taint_reason if known else "",
        format=format,
        task=transcript.task,
        trust=transcript.trust,
        imported_at=at,
        **_described(one, agent.team, at),
    )


def user_key(team: Team, user: str) -> str:
    """A key for whom a session served: the same in one team, of no use elsewhere, and no way back to the name."""
    salt = f"agents.sessions.user/{team.public_id}"
    return salted_hmac(salt, user, algorithm="sha256").hexdigest()[:32] if user else ""


def _described(one: _Incoming, team: Team, at: datetime) -> dict[str, Any]:
    """What a session's row says of its events: set when it is new and again when it grew."""
    transcript = one.transcript
    started, ended = transcript.started_at, transcript.ended_at
    return {
        "title": transcript.title,
        "agent_name": transcript.agent_name,
        "user_key": user_key(team, transcript.user),
        "model": transcript.model,
        "content_sha256": one.content_sha256,
        "started_at": started,
        "ended_at": ended or started or at,
        "seconds": (ended - started).total_seconds() if started and ended and ended >= started else None,
        "turns": sum(event.kind == "message" and event.source_class in _SPOKEN for event in transcript.events),
        "event_count": len(one.hashes),
        "usage": transcript.usage,
    }


def _create(agent: Agent, fresh: list[_Incoming]) -> None:
    sessions = [one.session for one in fresh if one.session is not None]
    again = [session.external_id for session in sessions if session.version > 1]
    if again:
        source = sessions[0].source
        older = Session.objects.of(agent.team).filter(agent=agent, source=source, external_id__in=again)
        older.filter(is_newest=True).update(is_newest=False)
    Session.objects.bulk_create(sessions, batch_size=_AT_ONCE)


def _extend(grown: list[_Incoming], pusher: str, at: datetime) -> None:
    for one in grown:
        session = one.session
        assert session is not None  # noqa: S101  (only what has a session can have grown)
        described = _described(one, session.team, at)
        described["pushed_by"] = SEVERAL if session.pushed_by not in ("", pusher) else session.pushed_by
        for name, value in described.items():
            setattr(session, name, value)
        session.save(update_fields=list(described))


def _rows(some: list[_Incoming]) -> Iterator[loading.Row]:
    for one in some:
        session = one.session
        assert session is not None  # noqa: S101
        team = str(session.team_id)
        for position in range(one.kept, len(one.hashes)):
            event = one.transcript.events[position]
            yield loading.Row(
                team,
                session.pk,
                position,
                event.at,
                event.is_error,
                event.kind,
                event.speaker,
                event.thread,
                event.tool,
                event.call_id,
                event.source_class,
                event.usage,
                event.text,
                one.hashes[position],
            )


def _told(report: StoreReport, source: str, format: str, door: str) -> tuple[dict[str, Any], dict[str, str]]:
    """A source that is no plain word may be anybody's words, so that it is only committed to."""
    named = {"source": source}
    is_plain = shapes.MAYBE_CODE.holds(source)
    return (named if is_plain else {}) | {
        "format": format,
        "door": door,
        "sessions": report.sessions,
        "new": report.created,
        "extended": report.extended,
        "unchanged": report.unchanged,
        "events": report.stored_events,
        "outcomes": report.stored_outcomes,
    }, ({} if is_plain else named)
