"""What an engine that calls a model is built with: its connection, its models, its budget, or what is missing."""

from __future__ import annotations

from functools import partial

from agents.connections import clients, residency, sealing
from agents.enums import Provider
from agents.models import Connection, Namespace
from agents.snapshot import Snapshot
from audit import keys
from dreaming import offering
from dreaming.costs import budgets
from dreaming.engines.claude.engine import ClaudeEngine, Model
from dreaming.engines.protocol import Engine, EngineFailed
from dreaming.enums import RunOrigin
from dreaming.making import Making

LOCAL_WORKS = "The local engine needs no model and still works."


def engine_for(making: Making) -> Engine:
    return ClaudeEngine(partial(open_model, making))


def connection_of(making: Making) -> Connection:
    """The connection that the settings name. Raises EngineFailed."""
    chosen = making.settings.connection
    if not chosen:
        raise EngineFailed(f"No connection to Claude is chosen in the dream settings. {LOCAL_WORKS}")
    found = Connection.objects.of(making.agent.team).active().filter(public_id=chosen).first()
    if found is None:
        raise EngineFailed(f"The connection that the dream settings name was removed. {LOCAL_WORKS}")
    return found


def open_model(making: Making, snapshot: Snapshot) -> Model:
    """For the engine that calls the Messages API. Raises EngineFailed."""
    connection, settings = connection_of(making), making.settings
    if not settings.model:
        raise EngineFailed(f"No model is chosen in the dream settings. {LOCAL_WORKS}")
    if wrong := offering.effort_fault(settings):
        raise EngineFailed(f"The effort that the dream settings name cannot be asked for: {wrong[1]} {LOCAL_WORKS}")
    slugs = {memory.namespace for memory in snapshot.memories} | set(snapshot.namespaces)
    labels = residency.labels_of(making.agent, Namespace.objects.of(making.agent.team).filter(slug__in=slugs))
    try:
        client = clients.messages_client(connection, residency=labels)
    except clients.Refused as refused:
        raise EngineFailed(f"{refused} {LOCAL_WORKS}") from refused
    except (sealing.Lost, keys.BadKey) as lost:
        raise EngineFailed(f"What signs in at {connection.name} cannot be read: enter the key again.") from lost
    may_wait = making.run is not None and making.run.origin == RunOrigin.SCHEDULE
    verifier, verifier_effort = offering.verifying(settings)
    return Model(
        client=client,
        name=settings.model,
        verifier=verifier,
        effort=settings.effort,
        verifier_effort=verifier_effort,
        budget=budgets.of(agent=making.agent, settings=settings, run=making.run, clock=making.clock),
        clock=making.clock,
        may_batch=may_wait and connection.provider == Provider.ANTHROPIC and labels <= set(connection.dreams_hold),
        instructions=settings.instructions,
    )
