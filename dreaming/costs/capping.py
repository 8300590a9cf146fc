"""Setting what dreams may spend in a day and in a month: less at once, more when a second person agrees."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import confirming, roles
from accounts.enums import ConfirmationState
from accounts.models import Confirmation, Team, User
from agents.models import Agent
from audit import trail
from audit.trail import Actor, HasActor
from dreaming.costs.caps import CENT, dollars
from dreaming.models import SpendCap

KIND = "spending"
VERSION = 1  # of the payload
FIELDS = ("day_cents", "month_cents")
LABELS = {"day_cents": gettext_lazy("In a day"), "month_cents": gettext_lazy("In a month")}

Values = dict[str, int | None]


class NeedsConfirmation(Exception):
    """A person raises a cap, and no second person has agreed: use `save`."""


def register() -> None:
    confirming.performs(
        KIND,
        label=gettext_lazy("What dreams may spend"),
        asks=roles.MANAGE_AGENTS,
        permission=roles.CONFIRM_DREAMING,
        perform=_perform,
        check=_check,
        place=_place,
    )


def of(team: Team, agent: Agent | None) -> Values:
    """The caps of an agent, or of the team; None is no cap."""
    row = SpendCap.objects.of(team).filter(agent=agent).first()
    return {name: getattr(row, name) if row else None for name in FIELDS}


def set_(
    *,
    team: Team,
    agent: Agent | None,
    values: Values,
    by: Actor | HasActor,
    at: datetime,
    confirmed: Confirmation | None = None,
) -> bool:
    """Set both caps; whether anything differs from what was set. Raises NeedsConfirmation."""
    actor = by if isinstance(by, Actor) else by.trail_actor
    with trail.unit_of_work(at=at) as unit:
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        before = of(team, agent)
        if before == values:
            return False
        if _raises(before, values) and actor.type != "system" and not _agreed(confirmed, team, agent, values):
            raise NeedsConfirmation
        kept = values | {"set_by_id": actor.id, "at": at}
        SpendCap.objects.of(team).update_or_create(agent=agent, defaults=kept, create_defaults=kept | {"team": team})
        data: dict[str, Any] = {"before": before, "after": values}
        if confirmed is not None:
            data["confirmation"] = confirmed.public_id
        unit.record("dream.caps_set", target=agent or team, by=actor, data=data)
    return True


def save(
    *, team: Team, agent: Agent | None, values: Values, by: User, at: datetime
) -> tuple[bool, Confirmation | None]:
    """Lower caps at once, and ask for higher ones; in a team of one that is done at once, too. Whether anything was
    set, and what is held."""
    with trail.unit_of_work(at=at):
        before = of(team, agent)
        if not _raises(before, values):
            return set_(team=team, agent=agent, values=values, by=by, at=at), None
        held = confirming.ask(
            team=team,
            kind=KIND,
            target=_target(team, agent),
            title=_title(agent),
            diff=[
                confirming.line(LABELS[name], said(before[name]), said(values[name]))
                for name in FIELDS
                if before[name] != values[name]
            ],
            payload={"version": VERSION, "values": values, "before": before},
            by=by,
            at=at,
        )
        return not held.is_waiting, held


def waiting(team: Team, agent: Agent | None) -> Confirmation | None:
    """What is asked for and not decided yet."""
    rows = Confirmation.objects.of(team).waiting().filter(kind=KIND, target_id=_target(team, agent))
    held = rows.with_people().first()
    if held is not None:
        held.team = team
    return held


def said(cents: int | None) -> str:
    return _("No limit") if cents is None else dollars(cents * CENT)


def _raises(before: Values, after: Values) -> bool:
    """Whether any cap is higher than before, or gone."""
    pairs = [(before[name], after[name]) for name in FIELDS]
    return any(old is not None and (new is None or new > old) for old, new in pairs)


def _agreed(confirmed: Confirmation | None, team: Team, agent: Agent | None, values: Values) -> bool:
    return (
        confirmed is not None
        and confirmed.state == ConfirmationState.CONFIRMED
        and (confirmed.kind, confirmed.target_id) == (KIND, _target(team, agent))
        and confirmed.payload["values"] == values
    )


def _title(agent: Agent | None) -> str:
    return _("What dreams of %(agent)s may spend") % {"agent": agent.name} if agent else _("What dreams may spend")


def _target(team: Team, agent: Agent | None) -> str:
    return str(agent.public_id if agent else team.public_id)


def _agent(confirmation: Confirmation) -> Agent | None:
    if confirmation.target_id == confirmation.team.public_id:
        return None
    agent = Agent.objects.of(confirmation.team).get(public_id=confirmation.target_id)
    agent.team = confirmation.team
    return agent


def _perform(confirmation: Confirmation, /, *, by: User, at: datetime) -> None:
    values = confirmation.payload["values"]
    set_(team=confirmation.team, agent=_agent(confirmation), values=values, by=by, at=at, confirmed=confirmation)


def _check(confirmation: Confirmation) -> None:
    if of(confirmation.team, _agent(confirmation)) != confirmation.payload["before"]:
        raise confirming.NoLongerHolds(_("These limits were changed since this was asked for. Ask again."))


def _place(confirmation: Confirmation) -> str:
    agent = _agent(confirmation)
    slug = confirmation.team.slug
    if agent is None:
        return reverse("dreaming:caps", args=[slug])
    return reverse("dreaming:caps_of", args=[slug, agent.slug])
