"""What differs between two settings of an agent's dreams, or two curation policies, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from agents.models import Agent, Connection, Namespace
from dreaming.costs.caps import CENT, dollars
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.curation import settings as curation_settings
from dreaming.enums import Effort, EngineName, Frequency
from dreaming.forms import LABELS, SettingsForm
from dreaming.models import DreamSettings

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Difference:
    """One field and its values before and after, each in lines."""

    label: Text
    before: tuple[Text, ...]
    after: tuple[Text, ...]


def between(team: Team, before: DreamSettings, after: DreamSettings) -> list[Difference]:
    """With the names that namespaces, agents and connections have now."""
    wired = {before.connection, after.connection}
    named = {*before.namespaces, *after.namespaces, *before.agents, *after.agents}
    names: dict[str, str] = {}
    names.update(Namespace.objects.of(team).filter(public_id__in=named).values_list("public_id", "name"))
    names.update(Agent.objects.of(team).filter(public_id__in=named).values_list("public_id", "name"))
    names.update(Connection.objects.of(team).filter(public_id__in=wired).values_list("public_id", "name"))
    return settings(before, after, names)


def settings(before: DreamSettings, after: DreamSettings, names: Mapping[str, str]) -> list[Difference]:
    """`names` are those of namespaces, agents and connections, by public id."""
    old, new = _shown(before, names), _shown(after, names)
    labels = {name: field.label or name for name, field in SettingsForm.base_fields.items()}
    found = [Difference(labels[name], old[name], new[name]) for name in labels if old[name] != new[name]]
    return found + policies(Curation.examine(before.curation)[0], Curation.examine(after.curation)[0])


def policies(before: Curation, after: Curation) -> list[Difference]:
    values = [(about, getattr(before, name), getattr(after, name)) for name, about in curation_settings().items()]
    return [Difference(_(about.label), _lines(old, new), _lines(new, old)) for about, old, new in values if old != new]


def _shown(row: DreamSettings, names: Mapping[str, str]) -> dict[str, tuple[Text, ...]]:
    return {
        "frequency": (Frequency(row.frequency).label,),
        "time": (f"{row.hour:02}:{row.minute:02}",),
        "weekday": (WEEKDAYS[row.weekday],),
        "day": (str(row.day),),
        "time_zone": (row.time_zone,),
        "namespaces": tuple(sorted(names.get(one, one) for one in row.namespaces)) or (_("All that it may use"),),
        "agents": tuple(sorted(names.get(one, one) for one in row.agents)),
        "engine": (EngineName(row.engine).label,),
        "connection": (names.get(row.connection, row.connection),),
        "model": (row.model,),
        "verifier": (row.verifier or _("The same model"),),
        "effort": (_effort(row.effort),),
        "verifier_effort": (_effort(row.verifier_effort),),
        "max_tokens": (_("No limit") if row.max_tokens is None else str(row.max_tokens),),
        "max_cost": (_("No limit") if row.max_cost_cents is None else dollars(row.max_cost_cents * CENT),),
        "window_days": (str(row.window_days),),
        "max_minutes": (str(row.max_minutes),),
        "instructions": tuple(row.instructions.splitlines()),
    }


def _effort(value: str) -> Text:
    return Effort(value).label if value else _("Its own default")


def _lines(value: Any, other: Any) -> tuple[Text, ...]:
    """A value in lines; of a mapping only the entries that the other has not."""
    if isinstance(value, Mapping):
        own = [(name, one) for name, one in value.items() if other.get(name) != one]
        return tuple(f"{LABELS.get(name) or name}: {one:g}" for name, one in own)
    if isinstance(value, tuple):
        return tuple(LABELS.get(one) or one for one in value)
    return (f"{value:g}",)
