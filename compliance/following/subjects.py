"""What an id of a team stands for, and the events about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from accounts.models import Membership, Team
from audit.models import Event
from audit.querying import EventQuerySet
from compliance import names
from compliance.following import related
from compliance.names import Name

_SHAPE = re.compile(r"[\w.:-]{1,60}")


class Unknown(LookupError):
    """Neither a row nor an event of the team has this id."""


@dataclass(frozen=True)
class Link:
    """A thing that belongs to it: its id, to follow it in turn, and its name with the page about it."""

    id: str
    name: Name


@dataclass(frozen=True)
class Subject:
    """One thing or person. `ids` are all that events know it by: of a person the membership as well."""

    id: str
    ids: Sequence[str]
    name: Name
    related: Sequence[tuple[str, Sequence[Link]]]

    @property
    def is_person(self) -> bool:
        return self.id.startswith("usr_")


def find(team: Team, id: str) -> Subject:
    """Raises Unknown."""
    if not _SHAPE.fullmatch(id):
        raise Unknown(id)
    ids = _ids(team, id)
    known = names.resolve(team, [id]) if ids else {}
    if id not in known and not _own(team, ids or [id]).exists():
        raise Unknown(id)
    groups = related.of(team, id) if known else []
    called = names.resolve(team, {one for _title, found in groups for one in found})
    links = [(title, [Link(one, names.name_of(one, called)) for one in found]) for title, found in groups]
    return Subject(id, ids or [id], names.name_of(id, known), links)


def events(team: Team, subject: Subject) -> EventQuerySet:
    """What it did and what was done to it."""
    return _own(team, subject.ids)


def _own(team: Team, ids: Sequence[str]) -> EventQuerySet:
    return Event.objects.of_log(team.trail_log).filter(Q(target_id__in=ids) | Q(actor_id__in=ids))


def _ids(team: Team, id: str) -> list[str]:
    """Of a person, whose row no team owns, none where they were never a member."""
    if not id.startswith("usr_"):
        return [id]
    members = Membership.objects.of(team).filter(user__public_id=id).values_list("public_id", flat=True)
    return [id, *members] if members else []
