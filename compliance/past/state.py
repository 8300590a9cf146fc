"""Which versions of which memories were there at a moment, and which namespaces an agent could read.

An act at the very moment has happened. Versions of a memory are in order of their numbers, turns of access in order of
their writing: times are the callers', and two of them may be one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Exists, OuterRef, Q

from accounts.models import Team
from accounts.teams import TeamQuerySet
from agents.models import Agent, MemoryVersion, Namespace, NamespaceAccess, ReadTrace
from compliance.enums import Seen

ORDER = ("memory__namespace__slug", "path", "pk")  # as an agent is given them (`agents.reading`)


@dataclass(frozen=True)
class Grant:
    """An access as it was: `since` is when it was last set before the moment."""

    agent: Agent
    namespace: Namespace
    mode: str
    since: datetime


@dataclass(frozen=True)
class Question:
    """What somebody wants to know: the memory of an agent or of a namespace, one of them, at a moment."""

    team: Team
    at: datetime
    seen: Seen
    agent: Agent | None = None
    namespace: Namespace | None = None

    @cached_property
    def grants(self) -> list[Grant]:
        """What the agent could read, by namespace; of a namespace, who could read it."""
        about = {"agent": self.agent} if self.agent else {"namespace": self.namespace}
        rows = NamespaceAccess.history.filter(team_id=self.team.pk, history_date__lte=self.at, **about)
        last = {(row.agent_id, row.namespace_id): row for row in rows.order_by("history_id")}
        live = [row for row in last.values() if row.history_type != "-"]
        agents = Agent.objects.of(self.team).in_bulk({row.agent_id for row in live})
        spaces = Namespace.objects.of(self.team).in_bulk({row.namespace_id for row in live})
        found = [
            Grant(agents[row.agent_id], spaces[row.namespace_id], row.mode, row.history_date)
            for row in live
            if row.agent_id in agents and row.namespace_id in spaces
        ]
        return sorted(found, key=lambda one: (one.namespace.slug, one.agent.slug))

    @property
    def was_away(self) -> bool:
        """Whether the agent was not made yet, or put away, so that it could not read at all."""
        if self.agent is None:
            return False
        rows = Agent.history.filter(team_id=self.team.pk, id=self.agent.pk, history_date__lte=self.at)
        last = rows.order_by("-history_id").first()
        return last is None or last.archived_at is not None

    def versions(self) -> TeamQuerySet[MemoryVersion]:
        """The versions that stood, of memories that were not archived."""
        spaces = [self.namespace] if self.namespace else [grant.namespace for grant in self.grants]
        rows = MemoryVersion.objects.of(self.team)
        newer = rows.filter(self._there(), memory=OuterRef("memory"), number__gt=OuterRef("number"))
        there = rows.filter(self._there(), memory__namespace__in=spaces)
        return there.filter(~Exists(newer), archived=False).select_related("memory__namespace", "blob")

    def last_read(self) -> ReadTrace | None:
        """The last time before the moment that the agent is known to have been given memory."""
        if self.agent is None:
            return None
        reads = ReadTrace.objects.of(self.team).filter(agent=self.agent, at__lte=self.at)
        return reads.order_by("-at", "-pk").first()

    def _there(self) -> Q:
        return Q(push__delivered_at__lte=self.at) if self.seen == Seen.DELIVERED else Q(at__lte=self.at)


def is_given(versions: Iterable[str], read: ReadTrace) -> bool:
    """Whether a reading got exactly these versions, by their public ids."""
    return sorted(versions) == sorted(read.version_ids)
