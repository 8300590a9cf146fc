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
TAINT = "taint"
MANAGE_AGENTS = "manage_agents"
RUN_DREAMS = "run_dreams"
UPLOAD = "upload"
MANAGE_TEAM = "manage_team"
MANAGE_POLICY = "manage_policy"
SIGN_BASELINE = "sign_baseline"
WRITE_RULES = "write_rules"
WATCH = "watch"
READ_TRAIL = "read_trail"
EXPORT_TRAIL = "export_trail"
READ_PRIVATE = "read_private"
BREAK_GLASS = "break_glass"
CONFIRM_DREAMING = "confirm_dreaming"
CONFIRM_POLICY = "confirm_policy"
ERASE = "erase"
HOLD = "hold"
CONFIRM_ERASURE = "confirm_erasure"
RESTART_SIGNER = "restart_signer"
MANAGE_STREAMS = "manage_streams"
CONFIRM_STREAMS = "confirm_streams"
MANAGE_CONNECTIONS = "manage_connections"
CONFIRM_CONNECTIONS = "confirm_connections"

_REVIEW = {VIEW, DECIDE, EDIT, PROPOSE, APPLY}

TABLE: dict[str, frozenset[str]] = {
    Role.ADMIN: frozenset(
        {
            VIEW,
            PROPOSE,
            MANAGE_AGENTS,
            RUN_DREAMS,
            UPLOAD,
            MANAGE_TEAM,
            MANAGE_POLICY,
            WRITE_RULES,
            READ_TRAIL,
            CONFIRM_DREAMING,
            CONFIRM_POLICY,
            ERASE,
            HOLD,
            CONFIRM_ERASURE,
            RESTART_SIGNER,
            MANAGE_STREAMS,
            CONFIRM_STREAMS,
            MANAGE_CONNECTIONS,
            CONFIRM_CONNECTIONS,
        },
    ),
    Role.LEAD: frozenset(
        _REVIEW
        | {DISMISS, REVERT, TAINT, RUN_DREAMS, UPLOAD, READ_TRAIL, BREAK_GLASS, CONFIRM_DREAMING, CONFIRM_POLICY}
        | {WATCH, CONFIRM_CONNECTIONS}
    ),
    Role.REVIEWER: frozenset(_REVIEW),
    Role.AUDITOR: frozenset(
        {VIEW, READ_TRAIL, EXPORT_TRAIL, READ_PRIVATE, ERASE, HOLD, CONFIRM_ERASURE, RESTART_SIGNER}
        | {MANAGE_STREAMS, CONFIRM_STREAMS}
    ),
    Role.SECURITY: frozenset(
        _REVIEW
        | {DISMISS, REVERT, TAINT, READ_TRAIL, READ_PRIVATE, SIGN_BASELINE, WRITE_RULES}
        | {BREAK_GLASS, CONFIRM_DREAMING, CONFIRM_POLICY}
        | {ERASE, HOLD, CONFIRM_ERASURE, RESTART_SIGNER, CONFIRM_STREAMS, CONFIRM_CONNECTIONS}
    ),
    Role.MEMBER: frozenset({VIEW, PROPOSE, UPLOAD}),
}


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """The union of what the roles may do; a role that is not in the table may do nothing."""
    return frozenset().union(*(TABLE.get(role, frozenset()) for role in roles))
