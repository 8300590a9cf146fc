"""Where text has to stay: the labels of an agent and of what it remembers in."""

from __future__ import annotations

from collections.abc import Iterable

from agents.models import Agent, Namespace, NamespaceAccess


def labels_of(agent: Agent, namespaces: Iterable[Namespace]) -> frozenset[str]:
    """The labels of an agent's own text (its sessions) and of these namespaces; "" where one has none."""
    return frozenset({agent.residency, *(one.residency for one in namespaces)})


def residency_of(agent: Agent) -> frozenset[str]:
    """The labels of everything that may be in scope of an agent: its own, and those of all namespaces it reads."""
    reads = NamespaceAccess.objects.of(agent.team).filter(agent=agent)
    return frozenset({agent.residency, *reads.values_list("namespace__residency", flat=True)})


def known_in(team_agents: Iterable[str], team_namespaces: Iterable[str]) -> list[str]:
    """The labels that are given in a team, without that of text that has none."""
    return sorted({*team_agents, *team_namespaces} - {""})
