"""What is derived from a session, with what only dreams know of it: patterns, and sessions in which it was recalled."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from agents import sessions
from agents.enums import SourceClass
from agents.models import Agent, Memory, NamespaceAccess, ReadTrace, Session, SessionEvent, StatementRecord
from dreaming.engines.local.reading.recalls import Reader
from dreaming.models import Pattern
from reviews.taint import deriving
from reviews.taint.deriving import Derivation, Derived
from reviews.taint.ties import Tie

READS_LOOKED_AT = 2000
EVENTS_LOOKED_AT = 2000


@dataclass(frozen=True, slots=True)
class Node:
    """One change of the tree: how it is derived from what stands above it, and its lines that agents are given now."""

    derived: Derived
    how: Tie
    standing: list[tuple[Memory, list[str]]]
    children: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Readings:
    """How often an agent read a version with lines of what falls, and when last."""

    agent: Agent
    times: int
    last: datetime


def of(session: Session) -> tuple[Derivation, list[Pattern]]:
    """The derivation of a session, and the patterns that counted it when they were seen last."""
    patterns = _patterns(session)
    bad = Session.objects.of(session.team).exclude(tainted_at=None).values_list("public_id", flat=True)
    not_counted = {*bad, *sessions.versions_of(session).values_list("public_id", flat=True)}
    others = {one.public_id: len(set(one.session_ids) - not_counted) for one in patterns}
    return deriving.of(session, patterns=others), patterns


def _patterns(session: Session) -> list[Pattern]:
    own = set(sessions.versions_of(session).values_list("public_id", flat=True))
    rows = Pattern.objects.of(session.team).select_related("run", "agent").order_by("-support", "pk")
    return [row for row in rows.iterator(500) if own & set(row.session_ids)]


def tree(found: Derivation) -> list[Node]:
    """What is derived as a tree; a change that is derived in several ways stands where it is met first."""
    met: set[str] = set()

    def below(change: str) -> list[Node]:
        fresh = [pair for pair in found.children(change) if pair[0].change.public_id not in met]
        met.update(one.change.public_id for one, _how in fresh)
        return [Node(one, how, found.standing(one.change.public_id), below(one.change.public_id)) for one, how in fresh]

    return below("")


def readings(found: Derivation) -> list[Readings]:
    """Which agents were given lines of what falls, by their newest readings."""
    versions = set(deriving.given(found))
    since = _since(found)
    if not versions or since is None:
        return []
    rows = ReadTrace.objects.of(found.session.team).filter(at__gte=since).order_by("-at", "-pk")
    times: dict[int, list[datetime]] = {}
    for agent, ids, at in rows.values_list("agent", "version_ids", "at")[:READS_LOOKED_AT]:
        if versions & set(ids):
            times.setdefault(agent, []).append(at)
    agents = Agent.objects.of(found.session.team).in_bulk(times)
    return [Readings(agents[pk], len(all_), all_[0]) for pk, all_ in times.items()]


def recalled_in(found: Derivation) -> list[Session]:
    """Sessions in which an agent was heard to recall a statement of what falls, newest first."""
    team, falls = found.session.team, [key for key, one in found.changes.items() if one.falls]
    said = set(
        StatementRecord.objects.of(team)
        .filter(introduced_by__in=falls)
        .exclude(kind="heading")
        .values_list("sha256", flat=True)
    )
    since = _since(found)
    if not said or since is None:
        return []
    spaces = {history.memory.namespace_id for history in found.memories.values()}
    readers = NamespaceAccess.objects.of(team).filter(namespace__in=spaces).values("agent")
    events = SessionEvent.objects.of(team).filter(
        source_class=SourceClass.RECALLED, session__agent__in=readers, session__ended_at__gte=since
    )
    reader, heard = Reader(frozenset(said)), set()
    for pk, text in events.order_by("-session", "position").values_list("session", "text")[:EVENTS_LOOKED_AT]:
        if reader.said(text):
            heard.add(pk)
    rows = Session.objects.of(team).filter(pk__in=heard).exclude(pk=found.session.pk).select_related("agent", "team")
    return list(rows.newest_first())


def _since(found: Derivation) -> datetime | None:
    """When the first of what falls was written."""
    moments: Collection[datetime] = [
        one.change.applied_at for one in found.changes.values() if one.falls and one.change.applied_at
    ]
    return min(moments, default=None)
