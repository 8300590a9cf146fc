"""Words that a page says hundreds of times, looked up in the catalog once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import TypeVar

from django.utils.translation import get_language

W = TypeVar("W")


def kept(words: Callable[..., W]) -> Callable[..., W]:
    """Keep what a function of few different values says, for each language: a look-up takes as long as a quote."""

    @lru_cache(1_000)
    def said(_language: str | None, *values: Hashable) -> W:
        return words(*values)

    @wraps(words)
    def say(*values: Hashable) -> W:
        return said(get_language(), *values)

    return say
