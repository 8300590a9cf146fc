from __future__ import annotations

from accounts.enums import Role
from accounts.models import Membership, Team, User


def leads(team: Team) -> list[User]:
    """Those who are told what was done without a vote."""
    rows = Membership.objects.of(team).active().with_people()
    return [row.user for row in rows if Role.LEAD in row.roles]
