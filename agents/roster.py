"""Who remembers, and where: agents, namespaces, and which agent reads or writes which namespace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError

from accounts.models import Team
from agents.enums import Access
from agents.models import Agent, Namespace, NamespaceAccess
from audit import trail

RESERVED = frozenset({"new"})  # words that stand where a slug stands in a URL
AGENT_FIELDS = ("name", "description", "project", "exposure", "residency")
NAMESPACE_FIELDS = ("name", "description", "owners", "protected", "tier_floor", "residency")


class SlugTaken(ValueError):
    """The team has one of that slug already, or the word is reserved."""


class NotEditable(ValueError):
    """A field that no form may set."""


def create_agent(*, team: Team, slug: str, name: str, by: Any, at: datetime, **details: Any) -> Agent:
    """Register an agent. `details` are the other AGENT_FIELDS. Raises SlugTaken."""
    _check_slug(slug)
    _check_fields(details, AGENT_FIELDS)
    agent = Agent(team=team, slug=slug, name=name, created_at=at, **details)
    try:
        with trail.unit_of_work(at=at) as unit:
            _save(agent, at=at)
            unit.record(
                "agent.created",
                target=agent,
                by=by,
                data={"slug": slug, **_said(agent, ("exposure", "residency"))},
                private=_said(agent, ("project",)),
            )
    except IntegrityError as clash:
        raise SlugTaken(slug) from clash
    return agent


def change_agent(*, agent: Agent, values: Mapping[str, Any], by: Any, at: datetime) -> Agent:
    """Set the fields that differ; the same values again are harmless."""
    with trail.unit_of_work(at=at) as unit:
        agent = Agent.objects.of(agent.team).select_for_update().get(pk=agent.pk)
        changed = _assign(agent, values, AGENT_FIELDS)
        if changed:
            _save(agent, at=at)
            data = {"changed": changed, **_said(agent, ("exposure", "residency"))}
            unit.record("agent.changed", target=agent, by=by, data=data)
    return agent


def archive_agent(*, agent: Agent, archived: bool, by: Any, at: datetime) -> Agent:
    """Put an agent away or take it up again; its sessions and memory stay."""
    with trail.unit_of_work(at=at) as unit:
        agent = Agent.objects.of(agent.team).select_for_update().get(pk=agent.pk)
        if (agent.archived_at is not None) != archived:
            agent.archived_at = at if archived else None
            _save(agent, at=at)
            unit.record("agent.changed", target=agent, by=by, data={"changed": ["archived_at"], "archived": archived})
    return agent


def create_namespace(*, team: Team, slug: str, name: str, by: Any, at: datetime, **details: Any) -> Namespace:
    """Make a namespace. `details` are the other NAMESPACE_FIELDS. Raises SlugTaken."""
    _check_slug(slug)
    _check_fields(details, NAMESPACE_FIELDS)
    namespace = Namespace(team=team, slug=slug, name=name, created_at=at, **details)
    try:
        with trail.unit_of_work(at=at) as unit:
            _save(namespace, at=at)
            unit.record("namespace.created", target=namespace, by=by, data={"slug": slug, **_rules(namespace)})
    except IntegrityError as clash:
        raise SlugTaken(slug) from clash
    return namespace


def change_namespace(*, namespace: Namespace, values: Mapping[str, Any], by: Any, at: datetime) -> Namespace:
    """Set the fields that differ; the same values again are harmless."""
    with trail.unit_of_work(at=at) as unit:
        namespace = Namespace.objects.of(namespace.team).select_for_update().get(pk=namespace.pk)
        changed = _assign(namespace, values, NAMESPACE_FIELDS)
        if changed:
            _save(namespace, at=at)
            unit.record("namespace.changed", target=namespace, by=by, data={"changed": changed, **_rules(namespace)})
    return namespace


def set_access(*, agent: Agent, namespace: Namespace, mode: Access | None, by: Any, at: datetime) -> None:
    """Give an agent read or read and write access to a namespace, or (None) take it back."""
    with trail.unit_of_work(at=at) as unit:
        Agent.objects.of(agent.team).select_for_update().get(pk=agent.pk)
        row = NamespaceAccess.objects.of(agent.team).filter(agent=agent, namespace=namespace).first()
        before = row.mode if row else None
        if before == mode:
            return
        if mode is None:
            assert row is not None  # noqa: S101  (the types cannot see that `before` came from it)
            row._history_date = at  # type: ignore[attr-defined]
            row.delete()
        else:
            row = row or NamespaceAccess(team=agent.team, agent=agent, namespace=namespace)
            row.mode = mode
            _save(row, at=at)
        data = {
            "agent": agent.public_id,
            "namespace": namespace.public_id,
            "before": before,
            "after": str(mode.value) if mode else None,
        }
        unit.record("access.set", target=agent, by=by, data=data)


def _check_slug(slug: str) -> None:
    if slug in RESERVED:
        raise SlugTaken(slug)


def _check_fields(values: Mapping[str, Any], allowed: tuple[str, ...]) -> None:
    unknown = sorted(values.keys() - set(allowed))
    if unknown:
        raise NotEditable(", ".join(unknown))


def _assign(row: Agent | Namespace, values: Mapping[str, Any], allowed: tuple[str, ...]) -> list[str]:
    _check_fields(values, allowed)
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, values[name])
    return changed


def _save(row: Agent | Namespace | NamespaceAccess, *, at: datetime) -> None:
    row._history_date = at  # type: ignore[union-attr]
    row.save()


def _said(row: Agent, names: tuple[str, ...]) -> dict[str, str]:
    return {name: str(getattr(row, name)) for name in names}


def _rules(namespace: Namespace) -> dict[str, Any]:
    return {
        "protection": list(namespace.protected),
        "owners": list(namespace.owners),
        "tier": str(namespace.tier_floor),
        "residency": namespace.residency,
        "store": str(namespace.store),
    }
