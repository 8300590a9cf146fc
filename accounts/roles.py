"""The one table of what each role may do. Ownership of a namespace is data, not a role."""

from collections.abc import Iterable

from accounts.enums import Role

VIEW = "view"
DECIDE = "decide"
EDIT = "edit"
PROPOSE = "propose"
APPLY = "apply"
DISMISS = "dismiss"
REVERT = "revert"
MANAGE_AGENTS = "manage_agents"
RUN_DREAMS = "run_dreams"
UPLOAD = "upload"
MANAGE_TEAM = "manage_team"
MANAGE_POLICY = "manage_policy"
READ_TRAIL = "read_trail"
EXPORT_TRAIL = "export_trail"

_REVIEW = {VIEW, DECIDE, EDIT, PROPOSE, APPLY}

TABLE: dict[str, frozenset[str]] = {
    Role.ADMIN: frozenset(
        {VIEW, PROPOSE, MANAGE_AGENTS, RUN_DREAMS, UPLOAD, MANAGE_TEAM, MANAGE_POLICY, READ_TRAIL},
    ),
    Role.LEAD: frozenset(_REVIEW | {DISMISS, REVERT, RUN_DREAMS, UPLOAD, READ_TRAIL}),
    Role.REVIEWER: frozenset(_REVIEW),
    Role.AUDITOR: frozenset({VIEW, READ_TRAIL, EXPORT_TRAIL}),
    Role.SECURITY: frozenset(_REVIEW | {DISMISS, REVERT, READ_TRAIL}),
    Role.MEMBER: frozenset({VIEW, PROPOSE, UPLOAD}),
}


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """The union of what the roles may do; a role that is not in the table may do nothing."""
    return frozenset().union(*(TABLE.get(role, frozenset()) for role in roles))
