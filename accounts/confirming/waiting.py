"""What waits for whom: for lists, and for the count that every page shows."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from accounts.confirming import kinds
from accounts.models import Confirmation, ConfirmationQuerySet, Membership


def anything() -> Exists:
    """Of a membership: whether its team waits for anybody but this person. Costs no query of its own."""
    others = Confirmation.objects.waiting().filter(team=OuterRef("team")).exclude(asked_by=OuterRef("user"))
    return Exists(others)


def for_me(membership: Membership) -> ConfirmationQuerySet:
    return Confirmation.objects.of(membership.team).waiting().filter(_mine(membership))


def for_others(membership: Membership) -> ConfirmationQuerySet:
    return Confirmation.objects.of(membership.team).waiting().exclude(_mine(membership))


def done(membership: Membership) -> ConfirmationQuerySet:
    return Confirmation.objects.of(membership.team).exclude(decided_at=None)


def _mine(membership: Membership) -> Q:
    return Q(kind__in=kinds.confirmed_with(membership.permissions)) & ~Q(asked_by=membership.user_id)
