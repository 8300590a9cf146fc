"""Waits: a step or an answer that takes far too long and goes with failing, and long ones that go with nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from benchmarks.planted.gold import Case, Event, Planted, Want
from benchmarks.planted.pools import Pool
from benchmarks.planted.sessions import DONE, agent, called, ids, person, session, spread

BAD = (("failed", "test"),)


def after(events: Sequence[Event], seconds: float) -> tuple[Event, ...]:
    """The events, the last of them so many seconds after the one before it."""
    return (*events[:-1], {**events[-1], "after": seconds})


def slow(pool: Pool, at: datetime, tool: str, count: int, **kept: Sequence[tuple[str, str]]) -> list[Planted]:
    """Sessions in which a call of the tool takes minutes."""
    seconds = [pool.chance.uniform(400, 3000) for _ in range(count)]
    times = zip(spread(pool, at, count), seconds, strict=True)
    return [session(pool, moment, after(called(tool, ref=pool.id()), took), **kept) for moment, took in times]


def swift(pool: Pool, at: datetime, tool: str, count: int, **kept: Sequence[tuple[str, str]]) -> list[Planted]:
    return [session(pool, moment, called(tool, ref=pool.id()), **kept) for moment in spread(pool, at, count)]


def slow_step(pool: Pool, at: datetime) -> Case:
    tool = pool.tool()
    failing = slow(pool, at, tool, 7, outcomes=BAD)
    want = Want("slow_step", said=((tool,), ("takes more than",)), sessions=ids(failing))
    return Case("slow_step", sessions=(*failing, *swift(pool, at, tool, 14, outcomes=DONE)), wants=(want,))


def slow_anyway(pool: Pool, at: datetime) -> Case:
    """As slow in sessions that complete."""
    tool = pool.tool()
    long = (*slow(pool, at, tool, 3, outcomes=BAD), *slow(pool, at, tool, 5, outcomes=DONE))
    swifts = (*swift(pool, at, tool, 3, outcomes=BAD), *swift(pool, at, tool, 6, outcomes=DONE))
    return Case("slow_anyway", sessions=(*long, *swifts))


def left_alone(pool: Pool, at: datetime) -> Case:
    """People answer a question after a day, in sessions that complete as others do."""
    found = []
    for moment in spread(pool, at, 4):
        asked = (agent("Which of the two do you mean?"), person("The first one."))
        events = (person(f"Have a look at {pool.id()}."), *after(asked, pool.chance.uniform(80_000, 90_000)))
        found.append(session(pool, moment, events, outcomes=DONE))
    return Case("left_alone", sessions=tuple(found))


MAKERS = (slow_step, slow_anyway, left_alone)


def cases(pool: Pool, at: datetime) -> Iterator[Case]:
    for make in MAKERS:
        yield make(pool, at)
