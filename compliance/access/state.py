"""Who could do what at a moment: roles and owners of then, the policy of then, tokens that lived, who was away.

Roles are those that the log tells of; whether somebody could sign in at all is known of today only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import roles
from accounts.enums import Role
from accounts.models import ApiToken, Membership, Team, labels_of
from agents.models import Namespace
from audit.entries import time_text
from audit.models import Event
from compliance import people
from reviews.models import Absence, Policy
from reviews.policy import documents

SENSITIVE = (roles.CONFIRM_POLICY, roles.CONFIRM_DREAMING)
MANAGES = (roles.MANAGE_TEAM, roles.MANAGE_POLICY, roles.MANAGE_AGENTS)


@dataclass(frozen=True)
class Person:
    """A member as of then. `owns` are places, in words, where the word of an owner was theirs to give."""

    id: str
    name: str
    roles: Sequence[str]
    owns: Sequence[str]
    is_away: bool
    delegate: str

    @property
    def can(self) -> frozenset[str]:
        return roles.permissions_of(self.roles)

    @property
    def role_labels(self) -> list[str]:
        return labels_of(self.roles)

    @property
    def approves(self) -> bool:
        return roles.DECIDE in self.can

    @property
    def breaks_glass(self) -> bool:
        return roles.BREAK_GLASS in self.can

    @property
    def confirms(self) -> bool:
        return any(one in self.can for one in SENSITIVE)

    @property
    def manages(self) -> bool:
        return any(one in self.can for one in MANAGES)


@dataclass(frozen=True)
class Access:
    """`policy` is None where the team had set none yet, so that the default held."""

    at: datetime
    policy: Policy | None
    document: Mapping[str, Any]
    sole_reviewer: bool
    people: Sequence[Person]
    tokens: Sequence[ApiToken]

    @property
    def votes(self) -> list[tuple[str, Mapping[str, Any]]]:
        """(tier, what it took), from the lowest."""
        return list(self.document["votes"].items())

    @property
    def approvers(self) -> int:
        return sum(one.approves for one in self.people)


def of(team: Team, at: datetime) -> Access:
    policy = Policy.objects.of(team).filter(at__lte=at).order_by("-version").first()
    document = documents.whole(policy.document if policy else {})
    return Access(
        at=at,
        policy=policy,
        document=document,
        sole_reviewer=_sole_reviewer(team, at),
        people=_people(team, at, document),
        tokens=_tokens(team, at),
    )


def _people(team: Team, at: datetime, document: Mapping[str, Any]) -> list[Person]:
    members = Membership.objects.of(team).filter(joined_at__lte=at).with_people()
    stretches = people.stretches(team, {one.user.public_id for one in members})
    owners = _owners(team, at, document)
    away = _away(team, at)
    found = []
    for member in members:
        id = member.user.public_id
        held = people.held(stretches[id], time_text(at))
        if not held:
            continue
        absence = away.get(member.user_id)
        owns = [place for place, names, asked in owners if id in names or asked & set(held)]
        delegate = str(absence.delegate) if absence and absence.delegate else ""
        found.append(Person(id, str(member.user), held, owns, absence is not None, delegate))
    return found


def _owners(team: Team, at: datetime, document: Mapping[str, Any]) -> list[tuple[str, set[str], set[str]]]:
    """(place, people, roles) of each rule that named an owner; leads own what no rule names."""
    rows = Namespace.history.filter(team_id=team.pk, history_date__lte=at).order_by("history_id")
    spaces = {row.id: row for row in rows}
    found = [
        (f"{row.slug} {rule['pattern']}", set(rule["users"]), set[str]())
        for row in sorted(spaces.values(), key=lambda one: one.slug)
        for rule in row.owners
    ]
    for rule in document["owners"]:
        place = f"{rule.get('namespace', '*')} {rule.get('path', '*')}"
        found.append((place, set(rule.get("people", ())), set(rule.get("roles", ()))))
    return [*found, (_("what nobody else owns"), set(), {str(Role.LEAD)})]


def _away(team: Team, at: datetime) -> dict[int, Absence]:
    rows = Absence.objects.of(team).filter(at__lte=at, since__lte=at, until__gt=at)
    rows = rows.filter(Q(ended_at=None) | Q(ended_at__gt=at)).select_related("delegate")
    return {row.person_id: row for row in rows.order_by("pk")}


def _tokens(team: Team, at: datetime) -> list[ApiToken]:
    rows = ApiToken.objects.of(team).filter(created_at__lte=at, expires_at__gt=at)
    living = rows.filter(Q(revoked_at=None) | Q(revoked_at__gt=at))
    return list(living.select_related("created_by").order_by("name", "pk"))


def _sole_reviewer(team: Team, at: datetime) -> bool:
    """As the log tells; a team begins without it. Where the log is silent, as it is now."""
    changes = Event.objects.of_log(team.trail_log).filter(type="team.changed")
    last = changes.filter(at__lte=at).newest_first().first()
    if last is not None:
        return bool(last.content()["data"].get("sole_reviewer", False))
    return team.sole_reviewer and not changes.exists()
