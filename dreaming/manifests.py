"""What a run reads, named: memory versions, session bounds, settings version, time. A snapshot is retaken from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Team
from agents.enums import Access
from agents.models import Agent, Feedback, Memory, Namespace, NamespaceAccess, Outcome, Session
from agents.snapshot import FeedbackMark, OutcomeMark
from dreaming.engines.local.curation import Curation
from dreaming.models import DreamSettings, SessionRead

AT_ONCE = 400  # ids in one query
Reads = dict[tuple[int, int, str], int]  # session, its events, its outcomes: number of the run that read it first


def manifest_of(agent: Agent, settings: DreamSettings, now: datetime) -> dict[str, Any]:
    """All live memories in scope, all sessions that are new, and those of the scope window."""
    namespaces = namespaces_of(agent, settings.namespaces)
    memories = Memory.objects.of(agent.team).live().filter(namespace__in=namespaces, head__isnull=False)
    return {
        "version": 1,
        "taken_at": now.isoformat(),
        "settings": settings.version,
        "namespaces": sorted(namespace.public_id for namespace in namespaces),
        "memories": sorted(memories.values_list("head__public_id", flat=True)),
        "sessions": _sessions(agent, settings.agents, now - timedelta(days=settings.window_days)),
        "cool_down_days": Curation.examine(settings.curation)[0].cool_down_days,
    }


def namespaces_of(agent: Agent, scope: Iterable[str]) -> list[Namespace]:
    """The namespaces of the scope that the agent may read; an empty scope is all of them. `is_written` says which
    of them it may write."""
    rows = NamespaceAccess.objects.of(agent.team).filter(agent=agent).select_related("namespace")
    wanted = set(scope)
    found = []
    for access in rows.order_by("namespace__slug"):
        if not wanted or access.namespace.public_id in wanted:
            access.namespace.is_written = access.mode == Access.WRITE  # type: ignore[attr-defined]
            found.append(access.namespace)
    return found


def companions(agent: Agent) -> QuerySet[Agent]:
    """The other agents whose sessions a dream of this one may read: of one residency, so that no text leaves it."""
    return Agent.objects.of(agent.team).active().filter(residency=agent.residency).exclude(pk=agent.pk)


def reads_of(agent: Agent) -> Reads:
    rows = SessionRead.objects.of(agent.team).filter(agent=agent)
    found = rows.values_list("session_id", "events", "outcomes_sha256", "run__number")
    return {(session, events, outcomes): run for session, events, outcomes, run in found.iterator(5000)}


def outcomes_of(team: Team, sessions: list[int]) -> dict[int, tuple[OutcomeMark, ...]]:
    """Outcomes by session, in an order that does not depend on when they arrived."""
    found: dict[int, list[tuple[str, str, float | None]]] = {}
    for start in range(0, len(sessions), AT_ONCE):
        rows = Outcome.objects.of(team).filter(session__in=sessions[start : start + AT_ONCE])
        for session, name, source, score in rows.values_list("session_id", "name", "source", "score"):
            found.setdefault(session, []).append((name, source, score))
    return {
        session: tuple(OutcomeMark(*one) for one in sorted(marks, key=lambda mark: mark[:2]))
        for session, marks in found.items()
    }


def feedback_of(team: Team, sessions: list[int]) -> dict[int, tuple[FeedbackMark, ...]]:
    """What people said in words, by session, in an order that does not depend on when it arrived."""
    found: dict[int, set[FeedbackMark]] = {}
    for start in range(0, len(sessions), AT_ONCE):
        rows = Feedback.objects.of(team).filter(session__in=sessions[start : start + AT_ONCE])
        for session, position, comment, corrected in rows.values_list(
            "session_id", "position", "comment", "corrected_output"
        ):
            if comment or corrected:
                mark = FeedbackMark(-1 if position is None else position, comment, corrected)
                found.setdefault(session, set()).add(mark)
    return {session: tuple(sorted(marks, key=astuple)) for session, marks in found.items()}


def outcomes_sha256(outcomes: Iterable[OutcomeMark], feedback: Iterable[FeedbackMark] = ()) -> str:
    """Names what is known of a session beside its events."""
    said: list[list[Any]] = [[one.name, one.source, one.score] for one in outcomes]
    said += [[one.position, one.comment, one.corrected] for one in feedback]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _sessions(agent: Agent, others: Iterable[str], since: datetime) -> list[list[int]]:
    """[pk, version, events] in an order that does not depend on when they arrived."""
    read = companions(agent).filter(public_id__in=others)
    newest = Session.objects.of(agent.team).newest_versions().filter(Q(agent=agent) | Q(agent__in=read))
    order = ("source", "external_id", "version", "agent__slug")
    rows = list(newest.order_by(*order).values_list("pk", "version", "event_count", "ended_at"))
    reads = reads_of(agent)
    old = [pk for pk, _, _, ended_at in rows if ended_at < since]
    outcomes, feedback = outcomes_of(agent.team, old), feedback_of(agent.team, old)
    return [
        [pk, version, events]
        for pk, version, events, ended_at in rows
        if ended_at >= since or (pk, events, outcomes_sha256(outcomes.get(pk, ()), feedback.get(pk, ()))) not in reads
    ]
