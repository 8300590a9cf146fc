"""Which engines can dream for an agent as things stand, and what is missing for the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agents.enums import Provider
from agents.models import Agent, Connection
from dreaming.costs import rates
from dreaming.engines.claude import efforts
from dreaming.enums import Effort, EngineName
from dreaming.models import DreamSettings


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


def verifying(settings: DreamSettings) -> tuple[str, str]:
    """The model that verifies, and its effort: where none is named, the other one with its own."""
    if settings.verifier:
        return settings.verifier, settings.verifier_effort
    return settings.model, settings.verifier_effort or settings.effort


def effort_fault(settings: DreamSettings) -> tuple[str, str] | None:
    """The field of an effort that cannot be asked for, and why; None where all can."""
    verifier, verifier_effort = verifying(settings)
    given = (("effort", settings.model, settings.effort), ("verifier_effort", verifier, verifier_effort))
    for field, model, effort in given:
        if getattr(settings, field) and (wrong := _effort_wrong(settings.engine, model, effort)):
            return field, wrong
    return None


def _effort_wrong(engine: str, model: str, effort: str) -> str:
    if engine == EngineName.MANAGED:
        return gettext("Dreams of the Claude platform take no effort.")
    if not model:
        return gettext("Choose a model first: not every one takes every effort.")
    taken = efforts.taken_by(rates.plain(model))
    if not taken:
        return gettext("%(model)s takes no effort, or it is not known which.") % {"model": model}
    if effort not in taken:
        said = ", ".join(str(Effort(one).label) for one in taken)
        return gettext("%(model)s does not take it. It takes: %(efforts)s.") % {"model": model, "efforts": said}
    return ""


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
