"""Who may ask, who may agree, and when a team is too small for a second person."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import Membership, Team, User

Members = Sequence[Membership]


def lock(team: Team) -> Members:
    """The members as they are now; their roles do not change until the unit ends."""
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    return of(team)


def of(team: Team) -> Members:
    return list(Membership.objects.of(team).active().with_people())


def is_in(members: Members, person: User) -> bool:
    return any(one.user_id == person.pk for one in members)


def may(members: Members, person: User, permission: str) -> bool:
    return any(one.user_id == person.pk and one.may(permission) for one in members)


def others_who_may(members: Members, permission: str, *, besides: User) -> list[User]:
    return [one.user for one in members if one.user_id != besides.pk and one.may(permission)]


def waives(team: Team, members: Members, permission: str, *, besides: User) -> bool:
    """A team of one, that says so, needs no second person: only as long as nobody else could be that person."""
    sole = Team.objects.filter(pk=team.pk, sole_reviewer=True).exists()
    return sole and not others_who_may(members, permission, besides=besides)
