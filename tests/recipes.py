"""Rows for tests: what is not said is numbered, never random."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from accounts.enums import Role
from accounts.models import ApiToken, Invitation, Membership, Team, User

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_numbers = count(1)


def number():
    return next(_numbers)


@dataclass(frozen=True)
class People:
    """A team and one person for each role; `second` is another reviewer."""

    row: Team
    admin: User
    lead: User
    reviewer: User
    second: User
    auditor: User
    security: User
    member: User

    @property
    def slug(self):
        return self.row.slug


def people_of_a_team(slug):
    row = team(slug=slug)
    names = {
        "admin": Role.ADMIN,
        "lead": Role.LEAD,
        "reviewer": Role.REVIEWER,
        "second": Role.REVIEWER,
        "auditor": Role.AUDITOR,
        "security": Role.SECURITY,
        "member": Role.MEMBER,
    }
    users = {name: user(email=f"{name}@{slug}.example", name=name.title()) for name in names}
    for name, role in names.items():
        membership(row, user=users[name], roles=[role])
    return People(row=row, **users)


def team(**values):
    n = number()
    return Team.objects.create(**{"slug": f"team-{n}", "name": f"Team {n}", "created_at": AT} | values)


def user(**values):
    return User.objects.create_user(values.pop("email", "") or f"person{number()}@example.org", **values)


def membership(team, *, user, roles=(Role.MEMBER,), **values):
    return Membership.objects.create(team=team, user=user, roles=list(roles), joined_at=AT, **values)


def invitation(team, **values):
    n = number()
    given = {
        "email": f"invited{n}@example.org",
        "roles": [Role.REVIEWER],
        "secret_sha256": f"{n:064x}",
        "created_at": AT,
        "expires_at": datetime(2100, 1, 1, tzinfo=UTC),
    }
    return Invitation.objects.create(team=team, **given | values)


def api_token(team, *, created_by, **values):
    n = number()
    given = {
        "name": f"Token {n}",
        "secret_sha256": f"{n:064x}",
        "shown_start": f"lcd_{n:08x}",
        "scopes": ["sessions:write"],
        "created_at": AT,
        "expires_at": datetime(2100, 1, 1, tzinfo=UTC),
    }
    return ApiToken.objects.create(team=team, created_by=created_by, **given | values)
