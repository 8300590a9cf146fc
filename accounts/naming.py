"""What those are called who did something, by the ids that the rows keep."""

from __future__ import annotations

from collections.abc import Collection

from accounts.models import ApiToken, Team, User


def names(ids: Collection[str], *, team: Team) -> dict[str, str]:
    """What people and tokens are called, by their public ids."""
    people = [one for one in ids if one.startswith("usr_")]
    machines = [one for one in ids if one.startswith("tok_")]
    found = {user.public_id: str(user) for user in User.objects.filter(public_id__in=people)}
    if machines:
        found |= dict(ApiToken.objects.of(team).filter(public_id__in=machines).values_list("public_id", "name"))
    return found
