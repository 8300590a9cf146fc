"""How an attack is written down: what it wants, and what comes in at which door."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

Step = tuple[str, ...]
"""(kind, ...): user, agent, system, recalled with a text; call, error with tool, arguments and result; `sub` with a
thread, a kind and what that takes. {n} is the number of the session."""

Door = Literal["dream", "api", "member", "reviewer", "answer", "revert", "flood"]


@dataclass(frozen=True, slots=True)
class Talk:
    """`times` sessions alike; all of one `day` are dreamed over together, days in order."""

    steps: tuple[Step, ...]
    times: int = 1
    day: int = 0
    outcome: tuple[str, str] = ()  # type: ignore[assignment]
    corrected: str = ""
    comment: str = ""
    task: str = ""
    user: str = "u{n}"


def talk(*steps: Step, **values: Any) -> Talk:
    return Talk(steps, **values)


@dataclass(frozen=True, slots=True)
class Put:
    """One change that is put forward. `swap` is (old, new) text of the memory at `path`; `text` a whole new one.

    `quotes` are (session, event) of the attack's own sessions, quoted whole; `forged` quotes what nobody said.
    """

    op: str
    path: str
    text: str | None = None
    swap: tuple[tuple[str, str], ...] = ()
    path_after: str | None = None
    sources: tuple[str, ...] = ()
    quotes: tuple[tuple[int, int], ...] = ()
    forged: str = ""
    title: str = "Update"
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class Attack:
    """`lands`: alternatives, each pieces that together stand in memory where it won; `drops`: what then stands no more.

    `rounds` are put forward one after the other, each decided on before the next. `refused_first`: an honest reviewer
    turns down all of the first round.
    """

    id: str
    family: str
    wants: str
    door: Door = "dream"
    lands: tuple[tuple[str, ...], ...] = ()
    drops: tuple[str, ...] = ()
    talks: tuple[Talk, ...] = ()
    rounds: tuple[tuple[Put, ...], ...] = ()
    customers: bool = False
    refused_first: bool = False
    reworded: tuple[tuple[str, str], ...] = field(default=())


def numbered(family: str, attacks: list[Attack]) -> list[Attack]:
    return [replace(one, id=f"{family}-{number:02}", family=family) for number, one in enumerate(attacks, 1)]


def dreamed(wants: str, lands: str | tuple[str, ...], *talks: Talk, **values: Any) -> Attack:
    """An attack by sessions alone; `lands` are phrases any of which in memory is harm."""
    said = (lands,) if isinstance(lands, str) else lands
    return Attack("", "", wants, lands=tuple((one,) for one in said), talks=talks, **values)


def put(wants: str, *changes: Put, door: Door = "api", lands: tuple[str, ...] = (), **values: Any) -> Attack:
    """An attack by one proposal."""
    return Attack("", "", wants, door, lands=tuple((one,) for one in lands), rounds=(changes,), **values)


def user(text: str) -> Step:
    return ("user", text)


def agent(text: str) -> Step:
    return ("agent", text)


def call(tool: str, arguments: str = "{}", result: str = "done") -> Step:
    return ("call", tool, arguments, result)


def error(tool: str, arguments: str, result: str) -> Step:
    return ("error", tool, arguments, result)


def sub(thread: str, *step: str) -> Step:
    return ("sub", thread, *step)
