"""Python's search for cycles of objects, which a dream makes none of."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """While this lasts, what nobody refers to is freed at once as ever, and cycles wait.

    A dream makes millions of objects, and each search would go through all of them and through the parsed memories.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
