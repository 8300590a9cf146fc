"""Who answers for an act of the command line: a person with an account, by their address."""

from __future__ import annotations

from accounts import roles
from accounts.models import Membership, User
from audit import trail
from audit.management import acts


def person(email: str, log: str) -> User:
    """A member who may let the signer begin anew with this log; with the installation's, of any team.

    Raises acts.NotTheirs.
    """
    mine = Membership.objects.across_teams().filter(user__email__iexact=email, user__is_active=True, removed_at=None)
    for membership in mine.select_related("user", "team"):
        if log in (membership.team.trail_log, trail.INSTALLATION) and membership.may(roles.RESTART_SIGNER):
            return membership.user
    raise acts.NotTheirs(f"{email} may not do this: it takes the address of an admin, auditor or security member")
