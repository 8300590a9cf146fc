"""Acts of `manage.py audit` that higher floors bring: each with a name, a line of help and what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Say = Callable[[str], None]


@dataclass(frozen=True)
class Act:
    help: str
    do: Callable[[Say], None]


known: dict[str, Act] = {}


def add(name: str, *, help: str, do: Callable[[Say], None]) -> None:
    known[name] = Act(help, do)
