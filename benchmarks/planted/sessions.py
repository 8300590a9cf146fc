"""What sessions show: errors with their remedies, workflows, wishes, conditions, tools that changed, and one-offs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from agents.snapshot import OutcomeMark, SessionMark
from benchmarks.planted import wording
from benchmarks.planted.gold import Case, Event, Planted, Want
from benchmarks.planted.memories import days, line
from benchmarks.planted.pools import AGENTS, ENDINGS, ERRORS, REQUESTS, Pool

DONE = (("completed", "test"),)


def person(text: str) -> Event:
    return {"kind": "message", "source_class": "user_input", "speaker": "user", "text": text}


def agent(text: str, source_class: str = "agent_authored") -> Event:
    return {"kind": "message", "source_class": source_class, "speaker": "assistant", "text": text}


def called(tool: str, said: str = "", *, failed: bool = False, **arguments: object) -> tuple[Event, Event]:
    call = {"kind": "tool_call", "source_class": "agent_authored", "tool": tool, "text": json.dumps(arguments)}
    text = said or json.dumps({"status": "ok", "ref": len(tool)})
    return call, {
        "kind": "tool_result",
        "source_class": "external_tool",
        "tool": tool,
        "is_error": failed,
        "text": text,
    }


def session(
    pool: Pool, at: datetime, events: Sequence[Event], *, outcomes: Sequence[tuple[str, str]] = (), **kept: str
) -> Planted:
    """A session with an opening by a person and a closing word, unless the events have them."""
    name = pool.name()
    noun = kept.pop("noun", "case")
    asked = [] if events and events[0]["kind"] == "message" else [person(pool.about(pool.one(REQUESTS), noun))]
    mark = SessionMark(
        id=f"ses_{name}", external_id=name, source="planted", agent=kept.pop("agent", AGENTS[0]), is_new=True,
        started_at=at, ended_at=at + timedelta(minutes=10), outcomes=tuple(OutcomeMark(*one) for one in outcomes),
        **kept,
    )  # fmt: skip
    return Planted(mark, (*asked, *events, agent(pool.one(ENDINGS))))


def ids(sessions: Sequence[Planted]) -> frozenset[str]:
    return frozenset(one.mark.id for one in sessions)


def spread(pool: Pool, at: datetime, count: int) -> list[datetime]:
    """So many moments of the last 60 days, at different hours."""
    return sorted(
        days(at, pool.chance.randint(1, 60)) - timedelta(hours=pool.chance.randint(0, 20)) for _ in range(count)
    )


def mistake(pool: Pool, at: datetime, agents: Sequence[str] = AGENTS[:1], kind: str = "mistake") -> Case:
    """An error that comes back, and a step taken before the call that then worked; others call it without error."""
    tool, remedy, noun = pool.tool(), pool.tool(), pool.tool().partition("_")[2]
    error = pool.one(ERRORS)
    failing, fine = [], []
    for n, moment in enumerate(spread(pool, at, pool.chance.randint(4, 6))):
        given = pool.id()
        events = (
            *called(tool, pool.about(error, noun), failed=True, ref=given),
            *called(remedy, ref=given),
            *called(tool, ref=given),
        )
        failing.append(session(pool, moment, events, noun=noun, agent=agents[n % len(agents)]))
    for moment in spread(pool, at, pool.chance.randint(2, 5)):
        fine.append(session(pool, moment, called(tool, ref=pool.id()), noun=noun))
    want = Want(kind, said=((tool,), (remedy,)), sessions=ids(failing))
    return Case(kind, sessions=(*failing, *fine), wants=(want,))


def across_agents(pool: Pool, at: datetime) -> Case:
    return mistake(pool, at, AGENTS[:3], "across_agents")


def argument(pool: Pool, at: datetime) -> Case:
    """The call works once an argument is made smaller or is added."""
    tool, noun = pool.tool(), pool.tool().partition("_")[2]
    error, name = pool.one(ERRORS), pool.chance.choice(("limit", "window", "page_size", "depth"))
    sessions = []
    for moment in spread(pool, at, pool.chance.randint(4, 6)):
        small, large = pool.chance.randint(5, 50), pool.chance.randint(500, 900)
        events = (*called(tool, pool.about(error, noun), failed=True, **{name: large}), *called(tool, **{name: small}))
        sessions.append(session(pool, moment, events, noun=noun))
    return Case(
        "argument", sessions=tuple(sessions), wants=(Want("argument", said=((tool,), (name,)), sessions=ids(sessions)),)
    )


def one_off(pool: Pool, at: datetime) -> Case:
    tool, noun = pool.tool(), pool.tool().partition("_")[2]
    events = (
        *called(tool, pool.about(pool.one(ERRORS), noun), failed=True, ref=pool.id()),
        *called(tool, ref=pool.id()),
    )
    fine = [session(pool, moment, called(tool, ref=pool.id())) for moment in spread(pool, at, 3)]
    return Case("one_off", sessions=(session(pool, days(at, 9), events, noun=noun), *fine))


def workflow(pool: Pool, at: datetime) -> Case:
    """A step before another one decides whether the session completes."""
    first, last = pool.tool(), pool.tool()
    with_, without = [], []
    for moment in spread(pool, at, 9):
        with_.append(session(pool, moment, (*called(first), *called(last)), outcomes=[("completed", "test")]))
    for moment in spread(pool, at, 9):
        without.append(session(pool, moment, called(last), outcomes=[("failed", "test")]))
    want = Want("workflow", said=((first,), (last,)), sessions=ids(with_) | ids(without), pattern=True)
    return Case("workflow", sessions=(*with_, *without), wants=(want,))


def preference(pool: Pool, at: datetime) -> Case:
    deed, literals = wording.deed(pool)
    text = pool.one(wording.WISHES).format(deed=deed)
    one = session(pool, days(at, pool.chance.randint(1, 30)), (person(f"Thanks. {text[:1].upper()}{text[1:]}"),))
    return Case(
        "preference",
        sessions=(one,),
        wants=(Want("preference", said=tuple((w,) for w in literals), sessions=ids([one])),),
    )


def no_preference(pool: Pool, at: datetime) -> Case:
    text = pool.one(wording.NO_WISHES).format(deed=wording.deed(pool)[0])
    return Case("no_preference", sessions=(session(pool, days(at, 4), (person(f"Thanks. {text}"),)),))


def update_said(pool: Pool, at: datetime) -> Case:
    """A person gives an attribute that memory holds another value, for good."""
    thing, attribute, (old, new, _) = pool.attribute()
    past = line(pool, wording.stated(pool, thing, attribute, old), at, 150, holds=False)
    one = session(pool, days(at, 3), (person(wording.said(pool, thing, attribute, new)),))
    want = Want("update_said", (past,), said=((new,),), sessions=ids([one]), asks=True)
    return Case("update_said", (past,), (one,), (want,))


def repeated_tool_text(pool: Pool, at: datetime) -> Case:
    """What a tool returned and what was recalled from memory: neither is a person's wish."""
    text = pool.one(wording.WISHES).format(deed=wording.deed(pool)[0])
    tool = pool.tool()
    shown = [session(pool, moment, called(tool, f"Page found. {text}")) for moment in spread(pool, at, 2)]
    recalled = session(pool, days(at, 2), (agent(text, "recalled"), *called(tool)))
    return Case("tool_text", sessions=(*shown, recalled))


def weekday(pool: Pool, at: datetime) -> Case:
    """The tool fails on one day of the week only."""
    tool, noun, error = pool.tool(), pool.tool().partition("_")[2], pool.one(ERRORS)
    day = pool.chance.randint(0, 4)
    last = days(at, (at.weekday() - day) % 7 or 7)
    bad = [last - timedelta(weeks=n) for n in range(7)]
    good = [moment + timedelta(days=shift) for moment in bad[1:] for shift in (1, 2, 3)]
    failing = [session(pool, m, called(tool, pool.about(error, noun), failed=True, ref=pool.id())) for m in bad]
    fine = [session(pool, m, called(tool, ref=pool.id())) for m in good]
    want = Want("condition_weekday", said=((tool,), (f"{last:%A}",)), sessions=ids(failing), pattern=True)
    return Case("condition_weekday", sessions=(*failing, *fine), wants=(want,))


def size(pool: Pool, at: datetime) -> Case:
    """The tool fails over a limit that nobody states."""
    tool, noun, error = pool.tool(), pool.tool().partition("_")[2], pool.one(ERRORS)
    limit, name = pool.chance.choice((100, 400, 2500)), pool.chance.choice(("rows", "amount", "items"))
    failing, fine = [], []
    for moment in spread(pool, at, 8):
        given = limit + pool.chance.randint(1, limit)
        failing.append(session(pool, moment, called(tool, pool.about(error, noun), failed=True, **{name: given})))
    for moment in spread(pool, at, 14):
        fine.append(session(pool, moment, called(tool, **{name: pool.chance.randint(1, limit)})))
    want = Want("condition_size", said=((tool,), (f"`{name}`", f"{name} ")), sessions=ids(failing), pattern=True)
    return Case("condition_size", sessions=(*failing, *fine), wants=(want,), tags={"limit": str(limit)})


def trigger(pool: Pool, at: datetime) -> Case:
    """Requests with one word in them fail."""
    tool = pool.tool()
    word = f"{pool.chance.choice(('amber', 'cobalt', 'walnut', 'quartz', 'saffron'))}{pool.number()}"
    failing = [
        session(
            pool,
            m,
            (person(f"Please run the {word} request {pool.id()}."), *called(tool)),
            outcomes=[("failed", "test")],
        )
        for m in spread(pool, at, 7)
    ]
    fine = [
        session(pool, m, (person(f"Please run the usual request {pool.id()}."), *called(tool)), outcomes=DONE)
        for m in spread(pool, at, 12)
    ]  # fmt: skip
    want = Want("condition_word", said=((word,),), sessions=ids(failing), pattern=True)
    return Case("condition_word", sessions=(*failing, *fine), wants=(want,))


def refused(pool: Pool, at: datetime) -> Case:
    """Memory names somebody whom a tool no longer knows."""
    tool = pool.tool()
    who, handle = (
        pool.chance.choice(("Mara", "Theo", "Ines", "Jun")),
        f"{pool.chance.choice('abcdefgh')}.{pool.number()}",
    )
    subject, condition, _ = pool.rule()
    held = line(pool, f"For {subject} {condition} page {who}, handle `{handle}`.", at, 180, holds=False)
    error = pool.one(("UserError: no such user {}", "404: {} not found", "{} is deactivated")).format(handle)
    sessions = [session(pool, m, called(tool, error, failed=True, handle=handle)) for m in spread(pool, at, 3)]
    return Case("refused", (held,), tuple(sessions), (Want("refused", (held,), sessions=ids(sessions), asks=True),))


MAKERS = (
    mistake, mistake, across_agents, argument, one_off, one_off, workflow, preference, preference, no_preference,
    no_preference, update_said, repeated_tool_text, weekday, size, trigger, refused,
)  # fmt: skip


def cases(pool: Pool, at: datetime) -> Iterator[Case]:
    for make in MAKERS:
        yield make(pool, at)
