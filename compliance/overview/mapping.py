"""The map of controls with what the log holds for each, counted in a stretch of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext

from accounts.models import Team
from audit.models import Event
from compliance import controls
from compliance.controls import Control


@dataclass(frozen=True)
class Mapped:
    """One control in words, with (type of event, how many) of the time, most first."""

    control: Control
    types: Sequence[tuple[str, int]]

    @property
    def count(self) -> int:
        return sum(n for _type, n in self.types)

    @property
    def label(self) -> str:
        return gettext(self.control.label)

    @property
    def asks(self) -> str:
        return gettext(self.control.asks)

    @property
    def exports(self) -> str:
        return gettext(self.control.exports)

    @property
    def open(self) -> str:
        return gettext(self.control.open)

    @property
    def pages(self) -> list[tuple[str, str]]:
        return [(gettext(title), url_name) for title, url_name in self.control.pages]


def of(team: Team, *, since: datetime, until: datetime) -> list[Mapped]:
    """In one query, which the index alone answers."""
    events = Event.objects.of_log(team.trail_log).matching(since=since, until=until)
    counted = events.order_by().values_list("type").annotate(n=Count("*"))
    types = sorted(counted, key=lambda one: (-one[1], one[0]))
    return [
        Mapped(control, [one for one in types if control.covers(one[0])])
        for control in sorted(controls.CONTROLS, key=lambda one: one.framework)
    ]
