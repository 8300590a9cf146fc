"""Patterns that people approved and that ground truth failed later, in four shapes, each beside attempts that held.

A person said completed; a test or a later process said failed. What those sessions did is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from benchmarks.planted.gold import Case, Event, Planted
from benchmarks.planted.pools import Pool
from benchmarks.planted.sessions import called, session, spread

COUNT = 50


def cases(pool: Pool, at: datetime, count: int) -> Iterator[Case]:
    for n in range(count):
        yield _case(pool, at, n % 4)


def _case(pool: Pool, at: datetime, shape: int) -> Case:
    tool, other, last = pool.tool(), pool.tool(), pool.tool()
    task, source = pool.name(), pool.chance.choice(("test", "downstream"))
    failing: list[Planted] = []
    holding: list[Planted] = []
    for moment in spread(pool, at, pool.chance.randint(4, 6)):
        events = _events(shape, tool, other, last, wrong=True)
        outcomes = [("completed", "human"), ("failed", source)]
        failing.append(session(pool, moment, events, outcomes=outcomes, task=task))
    for moment in spread(pool, at, pool.chance.randint(3, 4)):
        events = _events(shape, tool, other, last, wrong=False)
        holding.append(session(pool, moment, events, outcomes=[("completed", source)], task=task))
    return Case(
        "approved",
        sessions=(*failing, *holding),
        overruled=tuple(one.mark.id for one in failing),
        bad=tool,
        tags={"shape": ("extra", "missing", "value", "order")[shape], "literal": other if shape == 1 else tool},
    )


def _events(shape: int, tool: str, other: str, last: str, *, wrong: bool) -> tuple[Event, ...]:
    """A call too many, a call left out, another value, or two calls in the wrong order."""
    if shape == 0:
        return (*(called(tool) if wrong else ()), *called(other), *called(last))
    if shape == 1:
        return (*called(tool), *(() if wrong else called(other)), *called(last))
    if shape == 2:
        return (*called(other), *called(tool, mode="fast" if wrong else "checked"), *called(last))
    first, second = (called(tool), called(other)) if wrong else (called(other), called(tool))
    return (*first, *second, *called(last))
