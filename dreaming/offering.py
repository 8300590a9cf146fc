"""Which engines can dream for an agent as things stand, and what is missing for the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agents.enums import Provider
from agents.models import Agent, Connection
from dreaming.enums import EngineName


@dataclass(frozen=True, slots=True)
class Offer:
    """An engine; `missing` says why it cannot be chosen, and is empty where it can."""

    name: EngineName
    missing: str | Promise = ""


def connections_of(agent: Agent) -> list[Connection]:
    return list(Connection.objects.of(agent.team).active().order_by("name", "pk"))


def engines(agent: Agent, connections: Sequence[Connection]) -> list[Offer]:
    return [
        Offer(EngineName.LOCAL),
        Offer(EngineName.CLAUDE, _missing(agent, connections)),
        Offer(EngineName.MANAGED, _missing_of_dreams(agent, connections)),
    ]


def models(connections: Iterable[Connection]) -> list[str]:
    """Ids of the models that the checks of the connections found; empty where none said."""
    return sorted({model["id"] for one in connections for model in one.able.get("models", ())})


def _missing(agent: Agent, connections: Sequence[Connection]) -> str | Promise:
    if not connections:
        return _("The team has no connection to a model.")
    if not any(agent.residency in one.holds for one in connections):
        return _("No connection may hold text of where this agent's data has to stay.")
    return ""


def _missing_of_dreams(agent: Agent, connections: Sequence[Connection]) -> str | Promise:
    ours = [one for one in connections if one.provider == Provider.ANTHROPIC]
    if not ours:
        return _("The team has no connection to the Claude platform, which alone has Dreams.")
    if missing := _missing(agent, ours):
        return missing
    if not any(agent.residency in one.dreams_hold for one in ours):
        return _("No connection sends text of where this agent's data has to stay to Dreams.")
    said = [one.able.get("dreams", "yes") for one in ours]
    return "" if "yes" in said else str(said[0])
