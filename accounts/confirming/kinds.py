"""The kinds of sensitive acts there are: each is filled in by the app that performs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from django.utils.translation import gettext_lazy

from accounts import roles
from accounts.models import Confirmation, User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


NOTHING = gettext_lazy("nothing was changed")


class NoLongerHolds(Exception):
    """What the diff says is not so any more; the text tells people what moved."""


class UnknownKind(LookupError):
    """No app performs this kind."""


class Perform(Protocol):
    def __call__(self, confirmation: Confirmation, /, *, by: User, at: datetime) -> object: ...


@dataclass(frozen=True)
class Kind:
    name: str
    label: StrOrPromise
    asks: str
    permission: str
    perform: Perform
    check: Callable[[Confirmation], None]
    place: Callable[[Confirmation], str]
    fresh: bool
    unless: StrOrPromise


_kinds: dict[str, Kind] = {}


def performs(
    kind: str,
    *,
    label: StrOrPromise,
    permission: str,
    perform: Perform,
    asks: str = roles.VIEW,
    check: Callable[[Confirmation], None] = lambda confirmation: None,
    place: Callable[[Confirmation], str] = lambda confirmation: "",
    fresh: bool = False,
    unless: StrOrPromise = NOTHING,
) -> None:
    """Say how a kind is performed, and who may ask for it and agree to it; `unless` is what it comes to where nobody
    agrees. See the package for an example.
    """
    _kinds[kind] = Kind(kind, label, asks, permission, perform, check, place, fresh, unless)


def of(kind: str) -> Kind:
    """Raises UnknownKind."""
    try:
        return _kinds[kind]
    except KeyError as unknown:
        raise UnknownKind(kind) from unknown


def find(kind: str) -> Kind | None:
    """For pages: a row may be of a kind that no app knows any more."""
    return _kinds.get(kind)


def confirmed_with(permissions: frozenset[str]) -> list[str]:
    """The kinds that somebody with these permissions may confirm."""
    return sorted(kind.name for kind in _kinds.values() if kind.permission in permissions)
