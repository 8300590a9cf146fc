"""What higher floors bring to `manage.py audit`: acts, and how to find the person who answers for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from audit import trail

Say = Callable[[str], None]


@dataclass(frozen=True)
class Act:
    help: str
    do: Callable[[Say], None]


known: dict[str, Act] = {}


def add(name: str, *, help: str, do: Callable[[Say], None]) -> None:
    known[name] = Act(help, do)


class NotTheirs(LookupError):
    """Nobody of this address may do it."""


Find = Callable[[str, str], trail.HasActor]  # by address and log; raises NotTheirs
_finders: list[Find] = []


def find_people_by(find: Find) -> None:
    _finders[:] = [find]


def person(email: str, log: str) -> trail.HasActor:
    """Raises NotTheirs."""
    for find in _finders:
        return find(email, log)
    raise NotTheirs(email)
