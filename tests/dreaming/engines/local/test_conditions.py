"""Conditions: when a tool or a session fails, by amount, value, word and time; nothing where only chance speaks."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from dreaming.engines.local.curation import Curation
from dreaming.engines.local.reading import signals
from dreaming.engines.local.sessions import conditions, mistakes
from dreaming.engines.local.sessions.cases import cuts
from tests.dreaming.engines.build import person, session, snapshot, tried

POLICY = Curation()
MONDAY = datetime(2025, 3, 3, 10, tzinfo=UTC)
ERROR = "Error: refused"


def found(*sessions):
    read = signals.read(snapshot(sessions))
    return conditions.find(read, POLICY, mistakes.find(read, POLICY))


def told(*sessions):
    return [one for one in found(*sessions) if one.reason_code == "fails_when"]


def refunds(amounts, limit, *, then=()):
    calls = [
        (tried("refund", ERROR, amount=amount), *then) if amount > limit else (tried("refund", amount=amount),)
        for amount in amounts
    ]
    return [session(f"{at:02}", *own) for at, own in enumerate(calls)]


def test_an_amount_over_a_limit_is_found_with_counts_on_both_sides():
    amounts = [*range(20, 420, 40), *range(430, 830, 50)]

    mistake, condition = found(*refunds(amounts, 400))

    assert mistake.lesson == ""
    assert condition.key == ("condition", "refund", "Error: refused", "number", "amount")
    assert condition.statement == (
        "When `amount` is over 380, `refund` answered `Error: refused` in 8 of 8 calls, and otherwise in 0 of 10."
    )
    assert condition.lesson == "When `amount` is over 380, `refund` fails with `Error: refused`: give at most 380."
    assert condition.sessions == tuple(range(10, 18))
    assert (condition.opportunities, condition.numbers["failed_when"], condition.numbers["failed_otherwise"]) == (
        8,
        8,
        0,
    )


def test_a_condition_says_what_worked_where_sessions_recovered():
    approve = (tried("approve"), tried("refund", amount=999))
    amounts = [*range(20, 420, 40), *range(430, 830, 50)]
    lucky = session("99", tried("refund", amount=777))

    (condition,) = told(*refunds(amounts, 400, then=approve), lucky)

    assert condition.statement.endswith("in 8 of 9 calls, and otherwise in 0 of 10.")
    assert (
        condition.lesson == "When `amount` is over 380, `refund` fails with `Error: refused`: call `approve` before it."
    )
    assert "against" in {span.stance for span in condition.spans}


def test_an_argument_that_the_remedy_names_is_no_further_condition():
    sessions = [
        session(str(at), tried("refund", ERROR if at < 8 else "", amount=at + 0.5 if at < 8 else 100 * at),
                *([tried("refund", amount=100 * at + 50)] if at < 8 else ()))
        for at in range(20)
    ]  # fmt: skip

    assert told(*sessions) == []
    assert found(*sessions)[0].lesson


@pytest.mark.parametrize(
    ("given", "when"),
    [
        (lambda bad, at: {"region": "north" if bad else f"{'south' if at % 2 else 'east'}"}, "`region` is `north`"),
        (lambda bad, at: {"note": f"{'urgent ' if bad else ''}case {at} for you"}, "`note` says “urgent”"),
        (lambda bad, at: {"files": [at] * (5 if bad else 1 + at % 2)}, "the number of items in `files` is over 2"),
    ],
)
def test_values_words_and_lengths_are_conditions(given, when):
    sessions = [
        session(str(at), tried("send", ERROR if at % 3 == 0 else "", **given(at % 3 == 0, at))) for at in range(24)
    ]

    (condition,) = told(*sessions)

    assert condition.statement == (
        f"When {when}, `send` answered `Error: refused` in 8 of 8 calls, and otherwise in 0 of 16."
    )


def weekly(bad_day, weeks=8):
    """Two sessions on every day but Sundays; on one day of the week the tool fails."""
    days = [MONDAY + timedelta(weeks=week, days=day) for week in range(weeks) for day in range(6)]
    return [
        session(f"{at}-{n}", tried("export", ERROR if bad_day(day) else ""), started_at=day + timedelta(hours=n))
        for at, day in enumerate(days) for n in range(2)
    ]  # fmt: skip


def test_a_day_of_the_week_is_found():
    (condition,) = told(*weekly(lambda day: day.weekday() == 4))

    assert condition.statement == (
        "On Fridays (UTC), `export` answered `Error: refused` in 16 of 16 sessions, and otherwise in 0 of 80."
    )
    assert condition.lesson == (
        "On Fridays (UTC), `export` fails with `Error: refused`:"
        " do not count on it then, and do not repeat the same call."
    )


def test_one_bad_day_is_no_day_of_the_week():
    assert told(*weekly(lambda day: day.date() in (MONDAY.date(), (MONDAY + timedelta(weeks=1)).date()))) == []
    assert told(*weekly(lambda day: (day - MONDAY).days % 5 == 0)) == []


def test_hours_of_the_night_are_found():
    nights = [MONDAY + timedelta(hours=5 * at) for at in range(60)]
    sessions = [
        session(f"{at:02}", tried("export", ERROR if start.hour >= 22 or start.hour < 4 else ""), started_at=start)
        for at, start in enumerate(nights)
    ]

    (condition,) = told(*sessions)

    assert condition.key[3] == "hours"
    assert condition.numbers["failed_otherwise"] == 0
    assert condition.numbers["rate_ppm"] >= 900_000


def test_a_word_of_the_request_goes_with_failing_and_teaches_nothing():
    sessions = [
        session(str(at), person(f"Please run the {'cobalt ' if at < 7 else ''}request {at}."), tried("run"),
                outcome="failed" if at < 7 else "completed")
        for at in range(20)
    ]  # fmt: skip

    (condition,) = told(*sessions)

    assert condition.statement == (
        "When the first words of a person hold “cobalt”, 7 of 7 sessions failed, and otherwise 0 of 13."
    )
    assert (condition.lesson, condition.sessions) == ("", tuple(range(7)))


def test_accepted_arguments_go_with_failed_sessions():
    sessions = [
        session(str(at), tried("close", cause="restart" if at < 6 else f"cause {'ab'[at % 2]}"),
                outcome="failed" if at < 6 else "completed")
        for at in range(20)
    ]  # fmt: skip

    (condition,) = told(*sessions)

    assert condition.statement == (
        "When `cause` is `restart`, 6 of 6 calls of `close` were in sessions that failed, and otherwise 0 of 14."
    )
    assert condition.lesson == ""


def test_attempts_at_one_task_are_one_case():
    sessions = [
        session(f"{at}-{n}", tried("close", cause="restart" if at == 0 else "other"), task=f"task{at}",
                outcome="failed" if at == 0 else "completed")
        for at in range(4) for n in range(6)
    ]  # fmt: skip

    assert told(*sessions) == []


def noise(seed):
    chance = random.Random(seed)
    for at in range(200):
        start = MONDAY + timedelta(hours=chance.randint(0, 24 * 60))
        given = {
            "amount": chance.randint(1, 900), "region": chance.choice(["north", "south", "east"]),
            "note": " ".join(chance.choices(["please", "soon", "order", "late", "again", "today"], k=3)),
        }  # fmt: skip
        yield session(
            f"{at:03}",
            person(" ".join(chance.choices(["move", "cancel", "book", "refund", "order", "seat"], k=4))),
            tried("act", ERROR if chance.random() < 0.3 else "", **given),
            tried("look", id=chance.randint(1, 30)),
            outcome=chance.choice(["completed", "failed"]),
            started_at=start,
        )


@pytest.mark.parametrize("seeds", [range(3), pytest.param(range(3, 23), marks=pytest.mark.slow)])
def test_noise_holds_no_condition(seeds):
    """At a false discovery rate of 0.1 one run in ten may find something where there is nothing."""
    assert sum(bool(told(*noise(seed))) for seed in seeds) <= len(seeds) // 10


def test_one_offs_and_strange_arguments_hold_no_condition():
    strange = ["", "[1]", "{", '{"amount": NaN}', '{"amount": 1e999}', '{"": 5}', '{"a": {"b": 1}}', "[" * 5000]
    sessions = [
        session(str(at), [dict(one, text=text) if one["kind"] == "tool_call" else one for one in tried("t", ERROR)])
        for at, text in enumerate(strange)
    ]

    assert told(*sessions, session("fine", tried("t"))) == []
    assert told() == []
    assert told(*refunds([10, 20, 30, 40, 900], 400)) == []


def test_order_of_sessions_does_not_matter_to_conditions():
    sessions = [*noise(1), *weekly(lambda day: day.weekday() == 4)]
    expected = [(one.statement, one.confidence, one.lesson) for one in found(*sessions)]

    random.Random(5).shuffle(sessions)

    assert [(one.statement, one.confidence, one.lesson) for one in found(*sessions)] == expected


def test_cuts_are_few_and_leave_something_on_both_sides():
    options = cuts(range(10_000))

    assert len(options) <= 2 * 64
    assert all(0 < len(held) < 10_000 for _, held in options)
    assert cuts([5, 5]) == []
