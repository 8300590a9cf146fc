"""What an export is about: a stretch of time, and what narrows it to an agent, a namespace, a person or a proposal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max, Min, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Membership, Team
from agents.models import Agent, Feedback, Memory, Namespace, Outcome, Session
from audit.models import Event
from audit.querying import EventQuerySet
from compliance import names
from compliance.names import Names
from dreaming.models import Run
from reviews.models import Change, Proposal

_TIMES = ("since", "until")


@dataclass(frozen=True)
class Scope:
    """`since` is included, `until` is not. All else is an id, and what is given has to hold at once."""

    since: datetime | None = None
    until: datetime | None = None
    types: tuple[str, ...] = ()
    actor: str = ""
    target: str = ""
    agent: str = ""
    namespace: str = ""
    person: str = ""
    proposal: str = ""

    @property
    def is_filtered(self) -> bool:
        """Whether events within the stretch of time may be left out."""
        return any(value for name, value in self.as_json().items() if name not in _TIMES)

    def as_json(self) -> dict[str, Any]:
        """What is given, by name, in the form that rows and events keep."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: _kept(value) for name, value in given.items() if value}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Scope:
        found: dict[str, Any] = dict(kept)
        for name in _TIMES:
            if name in found:
                found[name] = datetime.fromisoformat(found[name])
        return cls(**found | {"types": tuple(found.get("types", ()))})

    def without_times(self) -> Scope:
        return replace(self, since=None, until=None)

    def of_month_before(self, at: datetime, zone: str) -> Scope:
        """The same of the calendar month before this moment, as the clocks of the zone show it."""
        until = month_of(at, zone)
        return replace(self, since=month_of(until - timedelta(days=1), zone), until=until)


def month_of(at: datetime, zone: str) -> datetime:
    """When the month began that this moment is in."""
    return at.astimezone(ZoneInfo(zone)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def events(team: Team, scope: Scope, *, size: int) -> EventQuerySet:
    """The events of the scope among the first `size` of the team's log."""
    found = Event.objects.of_log(team.trail_log).filter(seq__lte=size)
    found = found.matching(
        types=scope.types, actor=scope.actor, target=scope.target, since=scope.since, until=scope.until
    )
    for id, among in _narrowings(team, scope):
        found = found.concerning(*id, among=among)
    return found


def stretch(team: Team, scope: Scope, *, size: int) -> tuple[int, int]:
    """The first and last number of the stretch of time, (0, 0) where it is empty.

    Times are the callers', so that their order may differ from that of the numbers by a little: the stretch is from the
    lowest to the highest number that lies in the time, and holds all between.
    """
    ends = events(team, Scope(since=scope.since, until=scope.until), size=size).aggregate(a=Min("seq"), b=Max("seq"))
    return ends["a"] or 0, ends["b"] or 0


def sentences(team: Team, scope: Scope, known: Names | None = None) -> list[str]:
    """The scope in words, one line for each thing that is given, with names of today, or those that are known."""
    if known is None:
        known = names_in(team, [scope])

    def called(id: str) -> str:
        return names.name_of(id, known).label

    said = [
        (scope.since, _("from %s"), _moment(scope.since, team)),
        (scope.until, _("before %s"), _moment(scope.until, team)),
        (scope.agent, _("agent: %s"), called(scope.agent)),
        (scope.namespace, _("namespace: %s"), called(scope.namespace)),
        (scope.person, _("by or about: %s"), called(scope.person)),
        (scope.proposal, _("proposal: %s"), called(scope.proposal)),
        (scope.actor, _("done by: %s"), called(scope.actor)),
        (scope.target, _("about: %s"), called(scope.target)),
        (scope.types, _("types: %s"), ", ".join(scope.types)),
    ]
    return [pattern % words for given, pattern, words in said if given] or [_("everything in the log")]


def names_in(team: Team, found: Iterable[Scope]) -> Names:
    """What the ids in some scopes are called, in as many queries as there are kinds of things."""
    ids = {id for one in found for id in (one.agent, one.namespace, one.person, one.proposal, one.actor, one.target)}
    return names.resolve(team, ids - {""})


def _kept(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _moment(at: datetime | None, team: Team) -> str:
    return date_format(at.astimezone(ZoneInfo(team.time_zone)), "j M Y, H:i T") if at else ""


def _narrowings(team: Team, scope: Scope) -> list[tuple[list[str], list[Any]]]:
    """For each thing that is given, the ids that records may name, and the rows that belong to it."""
    found: list[tuple[list[str], list[Any]]] = []
    if scope.agent:
        found.append(([scope.agent], _of_agent(team, scope.agent)))
    if scope.namespace:
        found.append(([scope.namespace], _of_namespace(team, scope.namespace)))
    if scope.person:
        found.append(([scope.person, *_memberships(team, scope.person)], []))
    if scope.proposal:
        changes = Change.objects.of(team).filter(proposal__public_id=scope.proposal)
        found.append(([scope.proposal], [changes.values("public_id")]))
    return found


def _of_agent(team: Team, id: str) -> list[Any]:
    own = {"agent__public_id": id}
    of_sessions = {"session__agent__public_id": id}
    rows: list[QuerySet[Any]] = [
        Proposal.objects.of(team).filter(**own),
        Change.objects.of(team).filter(proposal__agent__public_id=id),
        Run.objects.of(team).filter(**own),
        Session.objects.of(team).filter(**own),
        Outcome.objects.of(team).filter(**of_sessions),
        Feedback.objects.of(team).filter(**of_sessions),
    ]
    return [one.values("public_id") for one in rows]


def _of_namespace(team: Team, id: str) -> list[Any]:
    own = {"namespace__public_id": id}
    of_changes = Proposal.objects.of(team).filter(changes__namespace__public_id=id)
    rows: list[QuerySet[Any]] = [
        Memory.objects.of(team).filter(**own),
        Change.objects.of(team).filter(**own),
        of_changes,
    ]
    return [one.values("public_id") for one in rows]


def _memberships(team: Team, person: str) -> list[str]:
    return list(Membership.objects.of(team).filter(user__public_id=person).values_list("public_id", flat=True))


def choices(team: Team) -> dict[str, list[tuple[str, str]]]:
    """What may be chosen of agents, namespaces and people: (id, name), by the name of the field."""
    members = Membership.objects.of(team).with_people()
    return {
        "agent": [(one.public_id, one.name) for one in Agent.objects.of(team).order_by("name", "pk")],
        "namespace": [(one.public_id, one.name) for one in Namespace.objects.of(team).order_by("name", "pk")],
        "person": [(one.user.public_id, str(one.user)) for one in members],
    }
