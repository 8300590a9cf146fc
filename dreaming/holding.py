"""Saving settings: what is harmless at once, what widens how an agent dreams once a second person agrees."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import confirming, roles
from accounts.models import Confirmation, User
from agents.models import Agent
from audit import trail
from dreaming import comparing, settings, widening
from dreaming.models import DreamSettings

KIND = settings.CONFIRMED_AS
VERSION = 1  # of the payload


@dataclass(frozen=True)
class Saved:
    """`held` waits for a second person, or was done at once in a team of one; None where nothing widened."""

    settings: DreamSettings
    held: Confirmation | None = None


def register() -> None:
    confirming.performs(
        KIND,
        label=gettext_lazy("How an agent dreams"),
        asks=roles.MANAGE_AGENTS,
        permission=roles.CONFIRM_DREAMING,
        perform=_perform,
        check=_check,
        place=_place,
    )


def save(*, agent: Agent, values: Mapping[str, Any], by: User, at: datetime, seen: int | None = None) -> Saved:
    """Store what is harmless, and ask for what widens; in a team of one that is done at once, too.

    Raises BadSettings, and Overtaken where there is another version by now than the one `seen`.
    """
    with trail.unit_of_work(at=at):
        now = settings.of(agent)
        wider = widening.widened(settings.fields_of(now), values)
        if not wider:
            return Saved(_set(agent, values, by=by, at=at, seen=seen))
        if seen is not None and seen != now.version:
            raise settings.Overtaken(now)
        held = _ask(now, wider, values, by=by, at=at)  # before the agent is locked: who confirms locks the team first
        harmless = {name: value for name, value in values.items() if name not in wider}
        seen = None if not held.is_waiting else seen
        return Saved(_set(agent, harmless, by=by, at=at, seen=seen), held)


def waiting(agent: Agent) -> Confirmation | None:
    """What is asked for and not decided yet."""
    rows = Confirmation.objects.of(agent.team).waiting().filter(kind=KIND, target_id=agent.public_id)
    held = rows.with_people().first()
    if held is not None:
        held.team = agent.team
    return held


def _set(agent: Agent, values: Mapping[str, Any], *, by: User, at: datetime, seen: int | None) -> DreamSettings:
    try:
        return settings.set_(agent=agent, values=values, by=by, at=at, seen=seen)
    except settings.NeedsConfirmation as moved:  # somebody narrowed them since they were compared
        raise settings.Overtaken(settings.of(agent)) from moved


def _ask(
    now: DreamSettings, wider: Mapping[str, Any], values: Mapping[str, Any], *, by: User, at: datetime
) -> Confirmation:
    whole, wished = copy(now), copy(now)
    for name, value in values.items():
        setattr(whole, name, value)
    settings.check(whole)
    for name, value in wider.items():
        setattr(wished, name, value)
    before = settings.fields_of(now)
    return confirming.ask(
        team=now.team,
        kind=KIND,
        target=now.agent.public_id,
        title=_("How %(agent)s dreams") % {"agent": now.agent.name},
        diff=[
            confirming.line(one.label, ", ".join(map(str, one.before)), ", ".join(map(str, one.after)))
            for one in comparing.between(now.team, now, wished)
        ],
        payload={"version": VERSION, "values": dict(wider), "before": {name: before[name] for name in wider}},
        by=by,
        at=at,
    )


def _perform(confirmation: Confirmation, /, *, by: User, at: datetime) -> None:
    try:
        settings.set_(
            agent=_agent(confirmation), values=confirmation.payload["values"], by=by, at=at, confirmed=confirmation
        )
    except settings.BadSettings as bad:
        raise confirming.NoLongerHolds(bad.message) from bad


def _check(confirmation: Confirmation) -> None:
    agent = _agent(confirmation)
    if agent.archived_at:
        raise confirming.NoLongerHolds(_("The agent was put away."))
    now = settings.fields_of(settings.of(agent))
    if any(now[name] != value for name, value in confirmation.payload["before"].items()):
        raise confirming.NoLongerHolds(_("These settings were changed since this was asked for. Ask again."))


def _place(confirmation: Confirmation) -> str:
    agent = _agent(confirmation)
    return reverse("dreaming:agent", args=[confirmation.team.slug, agent.slug])


def _agent(confirmation: Confirmation) -> Agent:
    agent = Agent.objects.of(confirmation.team).get(public_id=confirmation.target_id)
    agent.team = confirmation.team
    return agent
