"""Saying which agent of the platform an agent is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from agents.enums import Provider
from agents.models import Agent, Connection, PlatformLink
from audit import trail


class NotOnPlatform(ValueError):
    """The connection leads to no Claude platform, or was removed."""


def link_of(agent: Agent) -> PlatformLink | None:
    return PlatformLink.objects.of(agent.team).active().filter(agent=agent).select_related("connection").first()


def map_agent(*, agent: Agent, connection: Connection, platform_agent: str, by: Any, at: datetime) -> PlatformLink:
    """Pull the sessions of that agent of the platform from now on; the same again is harmless. Raises NotOnPlatform."""
    if connection.provider != Provider.ANTHROPIC or connection.removed_at is not None:
        raise NotOnPlatform(connection.name)
    with trail.unit_of_work(at=at) as unit:
        Agent.objects.of(agent.team).select_for_update().get(pk=agent.pk)
        link = PlatformLink.objects.of(agent.team).filter(agent=agent).first()
        if link is None:
            link = PlatformLink(team=agent.team, agent=agent)
        elif link.removed_at is None and (link.connection_id, link.platform_agent) == (connection.pk, platform_agent):
            return link
        link.connection, link.platform_agent = connection, platform_agent
        link.watermark = link.last_at = link.removed_at = None
        link.next_at, link.mapped_at, link.attempts, link.problem = at, at, 0, ""
        link.save()
        data = {"connection": connection.public_id, "platform_agent": platform_agent}
        unit.record("agent.mapped", target=agent, by=by, data=data)
    return link


def unmap_agent(*, agent: Agent, by: Any, at: datetime) -> None:
    """Pull no more; what was pulled stays. Harmless where nothing is mapped."""
    with trail.unit_of_work(at=at) as unit:
        link = PlatformLink.objects.of(agent.team).active().select_for_update().filter(agent=agent).first()
        if link is not None:
            link.removed_at, link.problem = at, ""
            link.save(update_fields=["removed_at", "problem"])
            unit.record("agent.unmapped", target=agent, by=by)


def ask_now(*, link: PlatformLink, at: datetime) -> None:
    """The next pull is due at once."""
    PlatformLink.objects.of(link.team).filter(pk=link.pk).update(next_at=at)
