"""Why somebody may not decide on a confirmation, and what the trail keeps of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import ClassVar

from django.utils.text import get_text_list
from django.utils.translation import gettext

from accounts import roles
from accounts.confirming import people
from accounts.enums import Role
from accounts.models import Confirmation, User
from audit import trail
from audit.trail import HasActor


class Denied(Exception):
    """Refused, with the reason in words; an event tells of it."""

    code: ClassVar[str] = ""

    def __init__(self, confirmation: Confirmation, reason: str) -> None:
        super().__init__(reason)
        self.confirmation = confirmation


class NotAPerson(Denied):
    code = "machine"

    def __init__(self, confirmation: Confirmation) -> None:
        super().__init__(confirmation, gettext("Only people ask and agree: machines never do."))


class NotMember(Denied):
    code = "not_member"

    def __init__(self, confirmation: Confirmation) -> None:
        super().__init__(confirmation, gettext("You are not in this team."))


class NotAllowed(Denied):
    code = "no_permission"

    def __init__(self, confirmation: Confirmation, permission: str) -> None:
        self.permission = permission
        words = gettext("This takes one of these roles: %(roles)s.") % {"roles": able(permission)}
        super().__init__(confirmation, words)


class SamePerson(Denied):
    code = "same_person"

    def __init__(self, confirmation: Confirmation) -> None:
        super().__init__(confirmation, gettext("You asked for this yourself: another person has to agree."))


class NotAsker(Denied):
    code = "not_asker"

    def __init__(self, confirmation: Confirmation) -> None:
        super().__init__(confirmation, gettext("Only who asked for this can withdraw it."))


class Settled(Denied):
    code = "settled"

    def __init__(self, confirmation: Confirmation) -> None:
        words = gettext("This waits no longer, so nothing was done. It is: %(state)s.")
        super().__init__(confirmation, words % {"state": str(confirmation.get_state_display()).lower()})


def keep_out(confirmation: Confirmation, members: people.Members, by: object) -> None:
    """Raises NotAPerson, NotMember."""
    if not isinstance(by, User):
        raise NotAPerson(confirmation)
    if not people.is_in(members, by):
        raise NotMember(confirmation)


def able(permission: str) -> str:
    """The roles that may do it, in words."""
    return get_text_list([str(role.label) for role in Role if permission in roles.TABLE[role]], gettext("or"))


@contextmanager
def told(*, by: HasActor, at: datetime) -> Iterator[None]:
    """Record a denial after the unit that it ended: what is raised inside one leaves no event."""
    try:
        yield
    except Denied as denied:
        data = {"reason_code": denied.code} | (
            {"permission": denied.permission} if isinstance(denied, NotAllowed) else {}
        )
        about = denied.confirmation if denied.confirmation.pk else denied.confirmation.team
        with trail.unit_of_work(at=at) as unit:
            unit.record("access.denied", target=about, by=by, data=data, outcome="denied")
        raise
