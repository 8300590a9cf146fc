"""What is planted in memory alone: copies, rewordings, updates, dates that passed, premises, and look-alikes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from benchmarks.planted import wording
from benchmarks.planted.gold import Case, Line, Want
from benchmarks.planted.pools import Pool

DRESSES = ("{}", "{}", "**{}**", "{} ", "{}.")


def days(at: datetime, count: int) -> datetime:
    return at - timedelta(days=count)


def line(pool: Pool, text: str, at: datetime, age: int, *, fact: str = "", seen: int = -1, **kept: object) -> Line:
    """A statement first seen `age` days ago and confirmed `seen` days ago, for a fact of its own."""
    confirmed = days(at, age if seen < 0 else seen)
    return Line(fact or pool.name(), text, days(at, age), confirmed, **kept)  # type: ignore[arg-type]


def duplicate(pool: Pool, at: datetime) -> Case:
    """One rule two or three times, dressed differently, in different places and of different age."""
    parts = pool.rule()
    text, fact = wording.rule(pool, *parts), pool.name()
    specifics = literals(parts)
    copies = [
        line(pool, pool.one(DRESSES).format(text.rstrip(".")) if n else text, at, 20 + 30 * n, fact=fact, seen=15,
             specifics=specifics)
        for n in range(pool.chance.choice((2, 2, 3)))
    ]  # fmt: skip
    return Case("duplicate", tuple(copies), wants=(Want("duplicate", tuple(copies), retires=False),))


def paraphrase(pool: Pool, at: datetime) -> Case:
    parts = pool.rule()
    fact, specifics = pool.name(), literals(parts)
    pair = [
        line(pool, text, at, 30 + 40 * n, fact=fact, seen=12, specifics=specifics)
        for n, text in enumerate(wording.reworded(pool, *parts))
    ]
    return Case("paraphrase", tuple(pair), wants=(Want("paraphrase", tuple(pair), retires=False),))


def restated(pool: Pool, at: datetime) -> Case:
    """One attribute in two of its frames: the same fact in other words."""
    thing, attribute, values = pool.attribute()
    fact, frames = pool.name(), pool.some(wording.STATED[:3], 2)
    pair = [
        line(pool, wording.stated(pool, thing, attribute, values[0], frame), at, 30 + 50 * n, fact=fact, seen=12,
             specifics=(values[0],))
        for n, frame in enumerate(frames)
    ]  # fmt: skip
    return Case("paraphrase", tuple(pair), wants=(Want("paraphrase", tuple(pair), retires=False),))


def update_explicit(pool: Pool, at: datetime) -> Case:
    thing, attribute, (old, new, _) = pool.attribute()
    date = days(at, 20).date().isoformat()
    if pool.chance.random() < 0.3:  # the old one is marked, the new one is not
        past = line(pool, wording.retired(pool, thing, attribute, old), at, 200, holds=False)
        now = line(pool, wording.stated(pool, thing, attribute, new), at, 20, specifics=(new,))
    else:
        past = line(pool, wording.stated(pool, thing, attribute, old), at, 200, holds=False)
        now = line(pool, wording.updated(pool, thing, attribute, old, new, date), at, 20, specifics=(new,))
    return Case("update_explicit", (past, now), wants=(Want("update_explicit", (past,), asks=True),))


def update_implicit(pool: Pool, at: datetime) -> Case:
    """Nothing but the dates tell which value is current."""
    thing, attribute, (old, new, _) = pool.attribute()
    past = line(pool, wording.stated(pool, thing, attribute, old), at, 300, seen=280, holds=False)
    now = line(pool, wording.stated(pool, thing, attribute, new), at, 12, seen=5, specifics=(new,))
    return Case("update_implicit", (past, now), wants=(Want("update_implicit", (past,), asks=True),))


def contested(pool: Pool, at: datetime) -> Case:
    """Two values of one age: only a person can tell."""
    thing, attribute, (one, other, _) = pool.attribute()
    pair = [line(pool, wording.stated(pool, thing, attribute, value), at, 90) for value in (one, other)]
    return Case("contested", tuple(pair), wants=(Want("contested", tuple(pair), asks=True),))


def expired(pool: Pool, at: datetime) -> Case:
    due = days(at, pool.chance.randint(3, 90))
    date = pool.chance.choice(
        (due.date().isoformat(), f"{due.day} {due:%B} {due.year}", f"{due:%B} {due.day}, {due.year}")
    )
    text = wording.expiring(pool, wording.rule(pool, *pool.rule()), date)
    gone = line(pool, text, at, 150, seen=100, holds=False)
    return Case("expired", (gone,), wants=(Want("expired", (gone,)),))


def premise(pool: Pool, at: datetime) -> Case:
    """A rule that names the value which it rests on; the value was replaced."""
    thing, attribute, (old, new, _) = pool.attribute()
    date = days(at, 25).date().isoformat()
    past = line(pool, wording.stated(pool, thing, attribute, old), at, 220, holds=False)
    now = line(pool, wording.updated(pool, thing, attribute, old, new, date), at, 25, specifics=(new,))
    rests = line(pool, wording.resting(pool, thing, attribute, old, pool.rule()), at, 200, holds=False)
    wants = (Want("update_explicit", (past,), asks=True), Want("premise", (rests,), asks=True))
    return Case("premise", (past, now, rests), wants=wants)


def true_line(pool: Pool, at: datetime) -> Case:
    """Nothing is wrong with it, whether it is an attribute or a rule."""
    if pool.chance.random() < 0.5:
        thing, attribute, values = pool.attribute()
        text, specifics = wording.stated(pool, thing, attribute, values[0]), (values[0],)
    else:
        parts = pool.rule()
        text, specifics = wording.rule(pool, *parts, pool.one(wording.VERBS)), literals(parts)
    age = pool.chance.randint(10, 300)
    return Case("true", (line(pool, text, at, age, seen=pool.chance.randint(1, age), specifics=specifics),))


def lookalike_thing(pool: Pool, at: datetime) -> Case:
    """The same attribute of two things whose names differ in a word."""
    thing, attribute, (one, other, _) = pool.attribute()
    names = pool.chance.choice((("blue {}", "green {}"), ("{}", "old {}"), ("{} of the north", "{} of the south")))
    frame = pool.one(wording.STATED)
    pair = [
        line(pool, wording.stated(pool, name.format(thing), attribute, value, frame), at, age, specifics=(value,))
        for name, value, age in zip(names, (one, other), (250, 15), strict=True)
    ]
    return Case("lookalike_thing", tuple(pair))


def lookalike_value(pool: Pool, at: datetime) -> Case:
    """One sentence, another condition: what holds over 500 EUR is not what holds for resellers."""
    subject, condition, demand = pool.rule()
    other = next(rule for rule in pool.rules if rule[1] != condition)
    pool.rules.remove(other)
    second = (subject, other[1], demand if pool.chance.random() < 0.5 else pool.filled(other[2]))
    pair = [
        line(pool, wording.rule(pool, *parts), at, age, specifics=literals(parts))
        for parts, age in zip(((subject, condition, demand), second), (240, 14), strict=True)
    ]
    return Case("lookalike_value", tuple(pair))


def lookalike_scope(pool: Pool, at: datetime) -> Case:
    thing, attribute, values = pool.attribute()
    texts = wording.scoped(pool, thing, attribute, values[:2])
    pair = [
        line(pool, text, at, age, specifics=(value,))
        for text, age, value in zip(texts, (260, 18), values, strict=False)
    ]
    return Case("lookalike_scope", tuple(pair))


def lookalike_heading(pool: Pool, at: datetime) -> Case:
    thing, attribute, values = pool.attribute()
    frame, heads = pool.one(wording.STATED), pool.some(wording.HEADED, 2)
    pair = [
        line(pool, wording.stated(pool, thing, attribute, value, frame), at, age, heading=head, specifics=(value,))
        for value, head, age in zip(values, heads, (270, 21), strict=False)
    ]
    return Case("lookalike_heading", tuple(pair))


def history(pool: Pool, at: datetime) -> Case:
    """What happened on two days, beside what holds: no contradiction."""
    thing, attribute, (one, other, current) = pool.attribute()
    events = [
        line(pool, wording.happened(pool, thing, attribute, value, days(at, age).date().isoformat()), at, age - 1)
        for value, age in ((one, 300), (other, 120))
    ]
    now = line(pool, wording.stated(pool, thing, attribute, current), at, 60, specifics=(current,))
    return Case("history", (*events, now))


def many_valued(pool: Pool, at: datetime) -> Case:
    """Several may hold at once: two people review, two channels are read."""
    people = pool.some(("Mara Voss", "Theo Lindt", "Ines Okafor", "Jun Takeda", "Priya Nair"), 2)
    parts = pool.rule()
    frame = pool.one(("{} reviews {} {}.", "{} is on call for {} {}.", "{} may approve {} {}."))
    pair = [
        line(pool, frame.format(who, parts[0], parts[1]), at, age, specifics=(who,))
        for who, age in zip(people, (200, 20), strict=True)
    ]
    return Case("many_valued", tuple(pair))


def future(pool: Pool, at: datetime) -> Case:
    """A date that has not come yet, or that is no end."""
    due = at + timedelta(days=pool.chance.randint(20, 300))
    parts = pool.rule()
    text = wording.expiring(pool, wording.rule(pool, *parts), due.date().isoformat())
    return Case("future", (line(pool, text, at, 60, seen=20, specifics=literals(parts)),))


def literals(parts: tuple[str, str, str]) -> tuple[str, ...]:
    """What of a rule is exact: its words with a digit, a sign or a capital."""
    words = f"{parts[1]} {parts[2]}".split()
    return tuple(word for word in words if any(not letter.islower() for letter in word))


WANTED = (duplicate, paraphrase, restated, update_explicit, update_implicit, contested, expired, premise)
DECOYS = (
    lookalike_thing, lookalike_value, lookalike_scope, lookalike_heading, history, many_valued, future, true_line,
    true_line, true_line,
)  # fmt: skip


def cases(pool: Pool, at: datetime) -> Iterator[Case]:
    for make in (*WANTED, *DECOYS):
        yield make(pool, at)
