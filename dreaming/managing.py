"""Building the engine of managed dreams: what it needs of the rows, and what forbids it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import anthropic

from agents.connections import clients, residency, sealing
from agents.enums import StoreKind
from agents.models import Connection, Namespace, PulledSession, StoreLink
from agents.pulling import erased, mapping
from agents.snapshot import Snapshot
from audit import keys
from dreaming.costs import budgets
from dreaming.costs.budgets import RunBudget
from dreaming.engines.managed.engine import ManagedEngine
from dreaming.engines.managed.reading import LOCAL_WORKS
from dreaming.engines.managed.workspace import Workspace
from dreaming.engines.protocol import Engine, EngineFailed
from dreaming.making import Making
from reviews import policy

MODEL = "claude-sonnet-5"


class Door(Protocol):
    def __call__(self, connection: Connection, /, *, residency: Iterable[str]) -> anthropic.Anthropic: ...


def engine_for(making: Making) -> Engine:
    return ManagedEngine(lambda snapshot: _workspace_of_run(making, snapshot))


def _workspace_of_run(making: Making, snapshot: Snapshot) -> Workspace:
    if making.run is None:
        raise EngineFailed("A dream on the Claude platform is paid for, so it cannot be rehearsed. Dream for real.")
    return workspace_of(making, snapshot)


def workspace_of(making: Making, snapshot: Snapshot) -> Workspace:
    """Raises EngineFailed where something is missing, or residency forbids it."""
    connection = _connection(making)
    namespaces = Namespace.objects.of(making.agent.team).filter(slug__in=snapshot.namespaces)
    held = {namespace.slug: namespace for namespace in namespaces}
    stores = _stores(connection, held.values())
    sent = [held[slug] for slug in stores] or held.values()
    client = _client(connection, clients.dreams_client, residency.labels_of(making.agent, sent))
    return Workspace(
        client=client,
        connection=connection.public_id,
        stores=stores,
        sessions=_sessions(connection),
        source=erased.SOURCE,
        model=making.settings.model or MODEL,
        instructions=making.settings.instructions,
        budget=_budget(making),
        clock=making.clock,
        is_protected=lambda slug, path: slug in held and policy.is_protected(held[slug], path),
    )


def workspace_to_clear(making: Making, connection_id: str, model: str) -> Workspace:
    """For taking away what is left: no text is sent, so that residency has nothing to forbid."""
    connection = Connection.objects.of(making.agent.team).filter(public_id=connection_id).first()
    if connection is None:
        raise EngineFailed("The connection is gone.")
    return Workspace(
        client=_client(connection, clients.platform_client, ()),
        connection=connection_id,
        stores={},
        sessions=frozenset(),
        source=erased.SOURCE,
        model=model,
        instructions="",
        budget=_budget(making),
        clock=making.clock,
        is_protected=lambda _slug, _path: True,
    )


def _connection(making: Making) -> Connection:
    """The one that the dream settings name, else that by which the agent's sessions come."""
    rows = Connection.objects.of(making.agent.team).active().select_related("team")
    named = rows.filter(public_id=making.settings.connection).first() if making.settings.connection else None
    link = mapping.link_of(making.agent)
    found = named or (link.connection if link else None)
    if found is None:
        raise EngineFailed(
            f"No connection to the Claude platform is chosen: connect a workspace, and map the agent. {LOCAL_WORKS}"
        )
    return found


def _client(connection: Connection, door: Door, labels: Iterable[str]) -> anthropic.Anthropic:
    try:
        return door(connection, residency=labels)
    except (clients.Refused, keys.BadKey) as refused:
        raise EngineFailed(f"{refused} {LOCAL_WORKS}") from refused
    except sealing.Lost as lost:
        raise EngineFailed(f"The key of {connection.name} cannot be read any more. {LOCAL_WORKS}") from lost


def _stores(connection: Connection, namespaces: Iterable[Namespace]) -> dict[str, str]:
    """The memory stores of this workspace that hold the namespaces, by slug."""
    links = StoreLink.objects.of(connection.team).active().filter(kind=StoreKind.ANTHROPIC, connection=connection)
    return dict(links.filter(namespace__in=namespaces).values_list("namespace__slug", "place"))


def _sessions(connection: Connection) -> frozenset[str]:
    rows = PulledSession.objects.of(connection.team).filter(connection=connection, problem="")
    gone = erased.known(connection.team)
    return frozenset(id for id in rows.values_list("external_id", flat=True) if erased.digest(id) not in gone)


def _budget(making: Making) -> RunBudget:
    return budgets.of(agent=making.agent, settings=making.settings, run=making.run, clock=making.clock)
