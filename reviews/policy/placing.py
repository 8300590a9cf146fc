"""Modes where they hold: for each agent and namespace that belong together the stricter, and whose word that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Team
from agents.enums import Access
from agents.models import Agent, Namespace, NamespaceAccess
from reviews import drift
from reviews.automatic import offering
from reviews.automatic.offering import Record
from reviews.enums import Mode
from reviews.policy import modes
from reviews.policy.documents import document_of


@dataclass(frozen=True, slots=True)
class Pair:
    """What holds for what one agent learns in one namespace."""

    agent: Agent
    namespace: Namespace
    mode: Mode
    because: str


@dataclass(frozen=True, slots=True)
class Place:
    """An agent or a namespace: the mode asked of it (empty for that of the team), what holds in each pair, and what
    suspends automatic mode where there is any.
    """

    own: str
    team: Mode
    pairs: list[Pair]
    suspended: list[str]
    record: Record | None = None

    @property
    def offered(self) -> list[tuple[str, Any]]:
        """The modes to choose from; automatic ones only where they are earned, or set already."""
        is_open = self.record is None or self.record.has_earned_it
        return [(str(mode), mode.label) for mode in Mode if is_open or mode in (Mode.REVIEWED, self.own)]


def of_namespace(namespace: Namespace, *, at: datetime) -> Place:
    """With its record, which says whether it has earned automatic mode."""
    team = namespace.team
    document = document_of(team)
    rows = _written(team).filter(namespace=namespace).select_related("agent").order_by("agent__name", "pk")
    pairs = _pairs(((row.agent, namespace) for row in rows), document)
    found = drift.suspended(team, [namespace.pk], document=document, at=at) if _are_any(pairs) else {}
    record = offering.record(namespace, team=team, document=document)
    own = document["namespaces"].get(namespace.public_id, "")
    return Place(own, Mode(document["mode"]), pairs, _words(found.get(namespace.pk, ())), record)


def of_agent(agent: Agent, *, at: datetime) -> Place:
    team = agent.team
    document = document_of(team)
    rows = _written(team).filter(agent=agent).select_related("namespace").order_by("namespace__name", "pk")
    pairs = _pairs(((agent, row.namespace) for row in rows), document)
    found = drift.suspended_agents(team, [agent], document=document, at=at) if _are_any(pairs) else {}
    own = document["agents"].get(agent.public_id, "")
    return Place(own, Mode(document["mode"]), pairs, _words(found.get(agent.pk, ())))


def _are_any(pairs: Iterable[Pair]) -> bool:
    return any(pair.mode != Mode.REVIEWED for pair in pairs)


def _words(reasons: Iterable[drift.Reason]) -> list[str]:
    return [reason.words for reason in reasons]


def _written(team: Team) -> Any:
    return NamespaceAccess.objects.of(team).filter(mode=Access.WRITE)


def _pairs(found: Iterable[tuple[Agent, Namespace]], document: Mapping[str, Any]) -> list[Pair]:
    return [
        Pair(agent, space, modes.mode_of(document, agent=agent, namespace=space), _because(agent, space, document))
        for agent, space in found
    ]


def _because(agent: Agent, namespace: Namespace, document: Mapping[str, Any]) -> str:
    """Whose word holds: the agent's, the namespace's, both, or that of the team."""
    team = document["mode"]
    says = [
        (agent.name, document["agents"].get(agent.public_id, team), agent.public_id in document["agents"]),
        (
            namespace.name,
            document["namespaces"].get(namespace.public_id, team),
            namespace.public_id in document["namespaces"],
        ),
    ]
    strict = min((mode for _name, mode, _own in says), key=lambda mode: modes.STRICTEST_FIRST.index(Mode(mode)))
    names = [name for name, mode, own in says if mode == strict and own]
    if not names:
        return _("because the team is")
    if len(names) == 2:
        return _("because %(one)s and %(other)s are") % {"one": names[0], "other": names[1]}
    return _("because %(one)s is") % {"one": names[0]}
