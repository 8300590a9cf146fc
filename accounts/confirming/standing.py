"""How a person stands to a confirmation: what a page about it says, and which buttons it has."""

from __future__ import annotations

from dataclasses import dataclass

from accounts import roles
from accounts.confirming import denying, kinds, people
from accounts.models import Confirmation, Membership, User

NAMED = 10  # people who may confirm, by name


@dataclass(frozen=True)
class Standing:
    """`able` are the others who may confirm, `more` how many besides those named; `roles` are theirs, in words."""

    row: Confirmation
    kind: kinds.Kind | None
    able: list[User]
    is_mine: bool
    waives: bool
    may_confirm: bool
    manages: bool

    @property
    def named(self) -> list[User]:
        return self.able[:NAMED]

    @property
    def more(self) -> int:
        return max(len(self.able) - NAMED, 0)

    @property
    def roles(self) -> str:
        return denying.able(self.kind.permission) if self.kind else ""


def of(row: Confirmation, membership: Membership) -> Standing:
    """The row comes with its team and who asked. A kind that no app performs any more has nobody to confirm it."""
    kind, members = kinds.find(row.kind), people.of(row.team)
    able = people.others_who_may(members, kind.permission, besides=row.asked_by) if kind else []
    is_mine = row.asked_by_id == membership.user_id
    waives = kind is not None and is_mine and people.waives(row.team, members, kind.permission, besides=row.asked_by)
    return Standing(
        row=row,
        kind=kind,
        able=able,
        is_mine=is_mine,
        waives=waives,
        may_confirm=waives or any(one.pk == membership.user_id for one in able),
        manages=membership.may(roles.MANAGE_TEAM),
    )
