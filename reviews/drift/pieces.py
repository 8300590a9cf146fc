"""Ids by as many as one query takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T", int, str)

AT_ONCE = 400


def pieces(ids: Iterable[T]) -> Iterator[list[T]]:
    listed = sorted(ids)
    for start in range(0, len(listed), AT_ONCE):
        yield listed[start : start + AT_ONCE]
