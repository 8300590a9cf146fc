"""How an agent dreams. Every setting makes the next version, and moves the schedule along."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError

from accounts.enums import ConfirmationState
from accounts.models import Confirmation, User
from agents.models import Agent, Connection, NamespaceAccess
from audit import trail
from audit.trail import Actor, HasActor
from dreaming import manifests, offering, schedules, widening
from dreaming.engines.local.curation import BadCuration, Curation
from dreaming.models import DreamSettings, Schedule

CONFIRMED_AS = "dreaming"  # the kind of confirmation that lets a person widen settings
FIELDS = (
    "frequency",
    "time_zone",
    "minute",
    "hour",
    "weekday",
    "day",
    "namespaces",
    "agents",
    "engine",
    "connection",
    "model",
    "verifier",
    "effort",
    "verifier_effort",
    "instructions",
    "curation",
    "window_days",
    "max_tokens",
    "max_cost_cents",
    "max_minutes",
)


class BadSettings(ValueError):
    """A value that no settings may hold; `field` names whose it is."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message


class Overtaken(ValueError):
    """Somebody saved another version than the one that was seen; `settings` are what stands now."""

    def __init__(self, settings: DreamSettings) -> None:
        super().__init__(f"version {settings.version} was saved meanwhile")
        self.settings = settings


class NeedsConfirmation(Exception):
    """A person widens how an agent dreams, and no second person has agreed: use `holding.save`."""


def fields_of(settings: DreamSettings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in FIELDS}


def of(agent: Agent) -> DreamSettings:
    """The settings of an agent; defaults that are not stored (version 0) where nobody set any."""
    kept = DreamSettings.objects.of(agent.team).filter(agent=agent).first()
    if kept is None:
        return DreamSettings(team=agent.team, agent=agent, version=0, time_zone=agent.team.time_zone)
    kept.agent = agent
    return kept


def as_of(*, agent: Agent, version: int) -> DreamSettings:
    """The settings as a version had them: what a run was queued with."""
    row = DreamSettings.history.filter(agent_id=agent.pk, version=version).latest()
    return row.instance  # type: ignore[no-any-return]


def ensure(*, agent: Agent, at: datetime) -> DreamSettings:
    """The stored settings of an agent; its defaults become version 1 where nobody set any."""
    kept = of(agent)
    return kept if kept.version else set_(agent=agent, values={}, by=trail.SYSTEM, at=at)


def set_(
    *,
    agent: Agent,
    values: Mapping[str, Any],
    by: Actor | HasActor,
    at: datetime,
    seen: int | None = None,
    confirmed: Confirmation | None = None,
) -> DreamSettings:
    """Store the next version of an agent's settings; the same values again are harmless.

    Raises BadSettings, Overtaken where there is another version by now than the one `seen`, and NeedsConfirmation
    where people widen them without one: only what Lucid sets up by itself, or the command line, needs none.
    """
    with trail.unit_of_work(at=at) as unit:
        # no_key: a run that is being queued refers to the agent and must not wait for this
        Agent.objects.of(agent.team).select_for_update(no_key=True).get(pk=agent.pk)
        settings = of(agent)
        before = fields_of(settings)
        changed = [name for name in FIELDS if name in values and _differs(name, values[name], before[name])]
        unknown = sorted(values.keys() - set(FIELDS))
        if unknown:
            raise BadSettings(unknown[0], "no such setting")
        if settings.version and not changed:
            return settings
        if seen is not None and seen != settings.version:
            raise Overtaken(settings)
        for name in changed:
            setattr(settings, name, values[name])
        check(settings)
        _be_confirmed(agent, widening.widened(before, values), by, confirmed)
        _save(
            settings, confirmed.asked_by if confirmed else by, at
        )  # a version is by who asked, its event by who agreed
        _move_schedule(settings, at)
        unit.record("dream.settings_set", target=agent, by=by, **_told(settings, changed, before, confirmed))
    return settings


def _be_confirmed(agent: Agent, wider: Mapping[str, Any], by: Actor | HasActor, confirmed: Confirmation | None) -> None:
    if not wider or _actor(by).type == "system":
        return
    if confirmed is None or confirmed.state != ConfirmationState.CONFIRMED or confirmed.payload["values"] != wider:
        raise NeedsConfirmation(", ".join(wider))
    if (confirmed.kind, confirmed.target_id) != (CONFIRMED_AS, agent.public_id):
        raise NeedsConfirmation(", ".join(wider))


def _actor(by: Actor | HasActor) -> Actor:
    return by if isinstance(by, Actor) else by.trail_actor


def _differs(name: str, value: Any, before: Any) -> bool:
    """Two documents that are read as one policy are the same."""
    if name == "curation":
        return Curation.examine(value) != Curation.examine(before)
    return bool(value != before)


def check(settings: DreamSettings) -> None:
    """Raises BadSettings for values that no settings may hold."""
    if settings.time_zone not in available_timezones():
        raise BadSettings("time_zone", "no such time zone")
    try:
        settings.curation = Curation.read(settings.curation).document(whole=False)
    except BadCuration as bad:
        raise BadSettings("curation", str(bad)) from bad
    try:
        settings.clean_fields(exclude=["team", "agent", "namespaces", "agents", "curation", "set_by_id", "at"])
    except ValidationError as wrong:
        field, messages = next(iter(wrong.message_dict.items()))
        raise BadSettings(field, messages[0]) from wrong
    for name, most in (("minute", 59), ("hour", 23), ("weekday", 6), ("day", 28)):
        if not (1 if name == "day" else 0) <= getattr(settings, name) <= most:
            raise BadSettings(name, f"must be at most {most}")
    for name in ("window_days", "max_minutes"):
        if getattr(settings, name) < 1:
            raise BadSettings(name, "must be at least 1")
    if settings.connection and not Connection.objects.of(settings.team).filter(public_id=settings.connection).exists():
        raise BadSettings("connection", "no such connection")
    if fault := offering.effort_fault(settings):
        raise BadSettings(*fault)
    open_to_it = NamespaceAccess.objects.of(settings.team).filter(agent=settings.agent)
    unknown = set(settings.namespaces) - set(open_to_it.values_list("namespace__public_id", flat=True))
    if unknown:
        raise BadSettings("namespaces", f"the agent has no access to {min(unknown)}")
    known = manifests.companions(settings.agent).filter(public_id__in=settings.agents)
    strangers = set(settings.agents) - set(known.values_list("public_id", flat=True))
    if strangers:
        raise BadSettings("agents", f"{min(strangers)} is no other agent of this residency")


def _save(settings: DreamSettings, by: Actor | HasActor, at: datetime) -> None:
    settings.version += 1
    settings.set_by_id, settings.at = _actor(by).id, at
    settings._history_user = by if isinstance(by, User) else None  # type: ignore[attr-defined]
    settings._history_date = at  # type: ignore[attr-defined]
    settings.save()


def _move_schedule(settings: DreamSettings, at: datetime) -> None:
    Schedule.objects.of(settings.team).update_or_create(
        agent=settings.agent,
        defaults={"next_at": schedules.next_after(settings, at)},
        create_defaults={"team": settings.team, "next_at": schedules.next_after(settings, at)},
    )


def _told(
    settings: DreamSettings, changed: list[str], before: Mapping[str, Any], confirmed: Confirmation | None
) -> dict[str, Any]:
    """What the trail keeps. Instructions and protected phrases are a person's words, so they are only committed to."""
    old, new = dict(before), fields_of(settings)
    private = {}
    if "instructions" in changed:
        private["instructions"] = settings.instructions
    if "curation" in changed:
        old["curation"], new["curation"] = _curation_told(before["curation"], settings.curation)
        if "protected_phrases" in new["curation"]:
            private["protected_phrases"] = "\n".join(Curation.read(settings.curation).protected_phrases)
    open_fields = [name for name in changed if name != "instructions"]
    data = {
        "agent": settings.agent.public_id,
        "number": settings.version,
        "changed": changed,
        "before": {name: _plain(old[name]) for name in open_fields},
        "after": {name: _plain(new[name]) for name in open_fields},
    }
    if confirmed is not None:
        data["confirmation"] = confirmed.public_id
    return {"data": data, "private": private}


def _curation_told(*documents: Any) -> list[dict[str, Any]]:
    """Of each document the fields in which they differ; of protected phrases only how many there are."""
    whole = [Curation.examine(document)[0].document() for document in documents]
    differing = [name for name in whole[0] if any(one[name] != whole[0][name] for one in whole)]
    told = [{name: one[name] for name in differing} for one in whole]
    for one in told:
        if "protected_phrases" in one:
            one["protected_phrases"] = {"count": len(one["protected_phrases"])}
    return told


def _plain(value: Any) -> Any:
    """Events hold no floats: a share is told in millionths."""
    if isinstance(value, float):
        return {"ppm": round(value * 1_000_000)}
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, int | bool | None) else str(value)
