"""Tools that changed: another name of an argument, a new one that must be given, another form, another error.

What memory tells of them is past, but for what only looks so: an argument that may be left out, and an error that is
still met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from benchmarks.planted.gold import Case, Event, Line, Planted, Want
from benchmarks.planted.memories import days, line
from benchmarks.planted.pools import ERRORS, Pool
from benchmarks.planted.sessions import called, ids, session

OLD, NEW = (70, 66, 61, 58), (20, 15, 9, 4)
TOLD = (
    "Call `{tool}` with `{old}` set to the id of the case.", "`{tool}` takes the id as `{old}`.",
    "Always pass `{old}` to `{tool}`.",
)  # fmt: skip
NAMES = ("customer_ref", "acct", "order_key", "case_no", "holder")
UNKNOWN = ("unexpected keyword argument '{}'", '400: unknown field "{}"', "ValidationError: no parameter '{}'")
MISSING = ("missing required argument: '{}'", '422: field "{}" is required', "ValidationError: {} must be provided")
MALFORMED = ("422: {} must be written as year-number", "ValueError: bad {}, letters expected", "400: malformed {}")


def told(pool: Pool, tool: str, old: str, at: datetime, *, holds: bool = False) -> Line:
    text = pool.one(TOLD).format(tool=tool, old=old)
    return line(pool, text, at, 200, holds=holds, specifics=(old,) if holds else ())


def dated(pool: Pool, at: datetime, ages: Sequence[int], *makers: Callable[[], Sequence[Event]]) -> list[Planted]:
    """One session for each age; each takes the next way to make its events, from the first again."""
    return [session(pool, days(at, age), makers[n % len(makers)]()) for n, age in enumerate(ages)]


def asked(pool: Pool, tool: str, *names: str, wrong: str = "") -> tuple[Event, Event]:
    """A call with an id of its own for each argument; refused where something is wrong."""
    return called(tool, wrong, failed=bool(wrong), **{name: pool.id() for name in names})


def renamed(pool: Pool, at: datetime) -> Case:
    """A tool took another argument from one day on; memory still tells to use the old one."""
    tool, (old, new) = pool.tool(), pool.some(NAMES, 2)
    held, wrong = told(pool, tool, old, at), pool.one(UNKNOWN).format(old)
    before = dated(pool, at, OLD, lambda: asked(pool, tool, old))
    after = dated(pool, at, NEW, lambda: (*asked(pool, tool, old, wrong=wrong), *asked(pool, tool, new)))
    want = Want("interface", (held,), sessions=ids(after), asks=True)
    lesson = Want("interface_lesson", said=((tool,), (new,)), sessions=ids(after))
    return Case("interface", (held,), (*before, *after), (want, lesson))


def demanding(pool: Pool, at: datetime) -> Case:
    """A tool refuses calls without a new argument from one day on; memory tells a call without it."""
    tool, (old, new) = pool.tool(), pool.some(NAMES, 2)
    held, wrong = told(pool, tool, old, at), pool.one(MISSING).format(new)
    before = dated(pool, at, OLD, lambda: asked(pool, tool, old))
    after = dated(pool, at, NEW, lambda: (*asked(pool, tool, old, wrong=wrong), *asked(pool, tool, old, new)))
    want = Want("demanded", (held,), said=((new,),), sessions=ids(after), asks=True)
    lesson = Want("interface_lesson", said=((tool,), (new,)), sessions=ids(after))
    return Case("demanded", (held,), (*before, *after), (want, lesson))


def reformed(pool: Pool, at: datetime) -> Case:
    """A tool takes the same argument in another form only; memory tells the argument as it was."""
    tool, name = pool.tool(), pool.chance.choice(NAMES)
    held, wrong = told(pool, tool, name, at), pool.one(MALFORMED).format(name)
    before = dated(pool, at, OLD, lambda: called(tool, **{name: pool.number()}))
    refused = dated(
        pool, at, NEW, lambda: (*called(tool, wrong, failed=True, **{name: pool.number()}), *asked(pool, tool, name))
    )
    lesson = Want("interface_lesson", said=((tool,), (name,)), sessions=ids(refused))
    return Case("reformed", (held,), (*before, *refused), (Want("reformed", (held,), sessions=ids(refused)), lesson))


def answers_otherwise(pool: Pool, at: datetime) -> Case:
    """A tool answers the same calls with another error from one day on; memory quotes the one it had."""
    tool, noun, remedy = pool.tool(), pool.tool().partition("_")[2], pool.tool()
    first, second = (pool.about(text, noun) for text in pool.some(ERRORS, 2))
    held = line(pool, f"When `{tool}` answers `{first}`, ask the desk first.", at, 200, holds=False)
    before = dated(pool, at, OLD, lambda: (*asked(pool, tool, "ref", wrong=first), *asked(pool, tool, "ref")))
    after = dated(
        pool, at, NEW,
        lambda: (*asked(pool, tool, "ref", wrong=second), *asked(pool, remedy, "ref"), *asked(pool, tool, "ref")),
    )  # fmt: skip
    want = Want("answers_otherwise", (held,), sessions=ids(after))
    lesson = Want("mistake", said=((tool,), (remedy,)), sessions=ids(after))
    return Case("answers_otherwise", (held,), (*before, *after), (want, lesson))


def optional(pool: Pool, at: datetime) -> Case:
    """Calls without the argument are refused at times and work at others: it is not needed."""
    tool, (old, new) = pool.tool(), pool.some(NAMES, 2)
    held, wrong = told(pool, tool, old, at, holds=True), pool.one(MISSING).format(new)
    before = dated(pool, at, OLD, lambda: asked(pool, tool, old))
    after = dated(
        pool, at, NEW,
        lambda: (*asked(pool, tool, old, wrong=wrong), *asked(pool, tool, old, new)),
        lambda: asked(pool, tool, old),
    )  # fmt: skip
    lesson = Want("interface_lesson", said=((tool,), (new,)), sessions=ids(after))
    return Case("optional", (held,), (*before, *after), (lesson,))


def both_errors(pool: Pool, at: datetime) -> Case:
    """A second error came, and the one that memory quotes is still met."""
    tool, noun = pool.tool(), pool.tool().partition("_")[2]
    first, second = (pool.about(text, noun) for text in pool.some(ERRORS, 2))
    held = line(pool, f"When `{tool}` answers `{first}`, ask the desk first.", at, 200, specifics=(tool,))
    met = [lambda text=text: asked(pool, tool, "ref", wrong=text) for text in (first, second)]
    sessions = [*dated(pool, at, OLD, met[0]), *dated(pool, at, NEW, *met)]
    lesson = Want("mistake", said=((tool,), (noun,)), sessions=ids(sessions), pattern=True)
    return Case("both_errors", (held,), tuple(sessions), (lesson,))


MAKERS = (renamed, demanding, reformed, answers_otherwise, optional, both_errors)


def cases(pool: Pool, at: datetime) -> Iterator[Case]:
    for make in MAKERS:
        yield make(pool, at)
