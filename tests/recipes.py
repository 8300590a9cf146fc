"""Rows for tests: what is not said is numbered, never random."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from accounts.enums import Role
from accounts.models import ApiToken, Confirmation, Invitation, Membership, Team, User
from reviews.models import Policy

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_numbers = count(1)


def now():
    return datetime.now(UTC)


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
    policy(row, votes={tier: {"people": 1} for tier in ("low", "medium", "high", "critical")})
    return People(row=row, **users)


def policy(row, **document):
    """The next version of the team's policy. A team of these recipes asks for one vote at any tier, and counts a
    machine's and a member's unquoted words as low, so that tests of other things need no more.
    """
    version = Policy.objects.of(row).count() + 1
    tiers = dict.fromkeys(("unsupported", "by_machine", "by_member", "said_only"), "off")
    document = {"version": 2, "tiers": tiers} | document
    return Policy.objects.create(team=row, version=version, document=document, set_by_type="person", at=AT)


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


def confirmation(team, *, asked_by, **values):
    n = number()
    given = {
        "kind": "rename",
        "target_id": f"target-{n}",
        "title": f"Act {n}",
        "diff": [{"label": "Name", "before": "North", "after": f"North {n}"}],
        "asked_at": AT,
        "expires_at": datetime(2100, 1, 1, tzinfo=UTC),
    }
    return Confirmation.objects.create(team=team, asked_by=asked_by, **given | values)
