"""Chance that nobody can foresee and that comes out the same every time: from an id and the server's key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.utils.crypto import salted_hmac

T = TypeVar("T")


def falls(on: str, *, per_mille: int, purpose: str) -> bool:
    """Whether one is among so many of a thousand. `purpose` keeps two drawings apart."""
    return _number(on, purpose) % 1000 < per_mille


def one_of(rows: Sequence[T], *, on: str, purpose: str) -> T:
    return rows[_number(on, f"{purpose}.one_of") % len(rows)]


def _number(on: str, purpose: str) -> int:
    return int.from_bytes(salted_hmac(f"reviews.watching.{purpose}", on, algorithm="sha256").digest()[:8])
