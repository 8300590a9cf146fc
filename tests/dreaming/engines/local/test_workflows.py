"""Workflows: what goes before a step in sessions that complete, the way that they came, and how both are told."""

import random

import numpy as np
import pytest

from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding
from dreaming.engines.local.reading import orders, signals
from dreaming.engines.local.reading.statistics import enrichment, enrichments, more_often
from dreaming.engines.local.sessions import workflows
from tests.dreaming.engines.build import call, person, result, session, snapshot, tried

POLICY = Curation()


def read(*sessions):
    return signals.read(snapshot(sessions))


def sessions_of(prefix, count, outcome, *tools):
    return [session(f"{prefix}{n}", *map(tried, tools), outcome=outcome) for n in range(count)]


def titles(*sessions, taught=()):
    return [one.title for one in workflows.find(read(*sessions), POLICY, taught)]


def test_workflow_is_maximal_and_beats_chance():
    good = sessions_of("g", 8, "completed", "a", "b", "c")
    bad = sessions_of("b", 8, "failed", "c", "b", "a")

    (finding,) = workflows.find(read(*good, *bad), POLICY)

    assert finding.key == ("workflow", "before", "c")
    assert finding.statement == (
        "All 8 sessions that called `a` and `b` before `c` completed;"
        " of the 8 sessions that called `c` without doing so, none did."
    )
    assert (finding.title, finding.sessions) == ("Before calling c, call a and b", tuple(range(8)))
    assert finding.lesson == (
        "Before calling `c`, call `a` and `b`: sessions that did so completed more often than the others."
        " Steps: (1) `a`; (2) `b`; (3) `c`."
    )
    assert finding.numbers == {
        "completed": 8, "with": 8, "others_completed": 0, "others": 8, "completed_ppm": 1_000_000,
    }  # fmt: skip


def test_before_compares_with_others_that_took_the_step():
    """Closing goes with completing, and says nothing of what comes before."""
    closed = sessions_of("g", 8, "completed", "look", "close")
    left = sessions_of("b", 8, "failed", "look")

    assert titles(*closed, *left) == ["The way to close: look, then close"]


def test_one_habit_is_one_workflow_and_a_remedy_is_none():
    good = sessions_of("g", 8, "completed", "ask", "free", "start", "close")
    bad = sessions_of("b", 8, "failed", "start", "close")
    remedy = Finding("mistake", ("k",), "", (0,), 1, (), 0.5, "recurring_error", steps=("free", "start"))

    assert titles(*good, *bad) == ["Before calling close, call ask and free"]
    assert "Before calling start, call ask and free" not in titles(*good, *bad, taught=[remedy])


def test_only_a_handful_of_workflows_teaches():
    good = [one for kind in range(6) for one in sessions_of(f"g{kind}", 8, "completed", f"ask{kind}", f"do{kind}")]
    bad = [one for kind in range(6) for one in sessions_of(f"b{kind}", 8, "failed", f"do{kind}")]

    found = workflows.find(read(*good, *bad), POLICY)

    assert (len(found), sum(bool(one.lesson) for one in found)) == (6, workflows.MOST_TAUGHT)


def test_a_way_is_found_where_every_session_completes():
    steady = sessions_of("s", 8, "completed", "look", "read", "change")
    mixed = sessions_of("m", 4, "completed", "count", "mail") + sessions_of("n", 4, "completed", "mail", "count")

    (finding,) = workflows.find(read(*steady, *mixed), POLICY)

    assert (finding.kind, finding.key) == ("workflow", ("workflow", "way", "change"))
    assert finding.statement == (
        "All 8 completed sessions that called `change` came to it in this order: `look` → `read` → `change`."
        " All 8 sessions that did so completed."
    )
    assert finding.lesson == (
        "To call `change`, go the way that completed sessions went. Steps: (1) `look`; (2) `read`; (3) `change`."
    )
    assert finding.opportunities == 8


def test_a_way_says_how_the_others_fared():
    steady = sessions_of("s", 8, "completed", "look", "read", "change")
    others = sessions_of("o", 2, "completed", "change")

    ways = [one for one in workflows.find(read(*steady, *others), POLICY) if one.key == ("workflow", "way", "change")]

    assert ways[0].statement.endswith(" All 8 sessions that did so completed. So did both others that called it.")


def test_a_way_with_a_counter_example_teaches_nothing():
    steady = sessions_of("s", 8, "completed", "look", "read", "change")
    failed = sessions_of("f", 1, "failed", "look", "read", "change")

    (finding,) = workflows.find(read(*steady, *failed), POLICY)

    assert finding.statement.endswith("8 of the 9 sessions that did so completed.")
    assert (finding.lesson, finding.numbers["completed_ppm"]) == ("", 888_889)


def test_a_way_that_mostly_fails_is_none_and_a_part_of_one_is_told_once():
    doomed = sessions_of("d", 10, "failed", "look", "drop") + sessions_of("e", 8, "completed", "look", "drop")
    longer = sessions_of("s", 8, "completed", "find", "read", "change")
    shorter = sessions_of("t", 8, "completed", "find", "read")

    assert titles(*doomed) == []
    assert titles(*longer) == ["The way to change: find, read, then change"]
    assert titles(*longer, *shorter) == [
        "The way to read: find, then read",
        "The way to change: find, read, then change",
    ]


def booking(at, source="completed"):
    number, mail = f"R-{at}417", f"guest{at}@home.example"
    return session(
        str(at),
        person(f"Please move my booking. I am {mail}."),
        call("find_guest", "1", email=mail),
        result("find_guest", f'{{"bookings": ["{number}"]}}', "1"),
        call("read_booking", "2", booking_id=number),
        result("read_booking", f'{{"room": "10{at}", "nights": {at}}}', "2"),
        call("move_booking", "3", booking_id=number, room=f"10{at}", currency="EUR", notify=True, nights=at),
        result("move_booking", "ok", "3"),
        outcome=source,
    )


def test_a_template_says_where_arguments_come_from():
    (finding,) = workflows.find(read(*map(booking, range(6))), POLICY)

    assert finding.lesson == (
        "To call `move_booking`, go the way that completed sessions went."
        " Steps: (1) `find_guest` with `email` from the words of the person;"
        " (2) `read_booking` with `booking_id` from the result of step 1;"
        " (3) `move_booking` with `booking_id` from the result of step 1, `currency` = `EUR`, `notify` = `true`,"
        " `room` from the result of step 2."
    )
    rows = {span.row for span in finding.spans}
    calls = read(*map(booking, range(6))).traces[5].calls
    assert {call.row for call in calls} <= rows


def test_a_template_says_for_which_requests_the_steps_were_taken():
    others = [
        session(f"o{at}", person(f"Please tell me the weather in town {at}."), tried("weather"), outcome="completed")
        for at in range(8)
    ]

    (finding,) = workflows.find(read(*map(booking, range(6)), *others), POLICY)

    assert finding.lesson.endswith("The request says “booking”, “move”.")


def noise(seed, sessions=200, kinds=12, rare=1):
    """Calls in any order, some tools more often than others, and an end that depends on nothing."""
    chance = random.Random(seed)
    weights = [rare + kind % 4 for kind in range(kinds)]
    names = [f"tool{kind}" for kind in range(kinds)]
    return [
        session(
            str(n),
            *(tried(tool) for tool in chance.choices(names, weights, k=chance.randint(3, 18))),
            outcome=chance.choice(["completed", "completed", "failed"]),
        )
        for n in range(sessions)
    ]


@pytest.mark.parametrize("seeds", [range(3), pytest.param(range(3, 33), marks=pytest.mark.slow)])
def test_noise_holds_no_workflow(seeds):
    """At a false discovery rate of 0.1 one run in ten may find something where there is nothing."""
    assert sum(bool(workflows.find(read(*noise(seed)), POLICY)) for seed in seeds) <= len(seeds) // 10


def test_one_offs_hold_no_workflow():
    once = [session(str(n), *(tried(f"{tool}{n}") for tool in "abc"), outcome="completed") for n in range(30)]
    few = sessions_of("f", 2, "completed", "look", "read", "change")

    assert workflows.find(read(*once), POLICY) == []
    assert workflows.find(read(*few), POLICY) == []
    assert workflows.find(read(), POLICY) == []


def test_order_of_sessions_does_not_matter_to_workflows():
    sessions = [*map(booking, range(6)), *noise(3, sessions=30)]
    expected = workflows.find(read(*sessions), POLICY)
    shown = [(one.statement, one.lesson, one.confidence) for one in expected]

    for seed in range(3):
        random.Random(seed).shuffle(sessions)
        again = workflows.find(read(*sessions), POLICY)
        assert [(one.statement, one.lesson, one.confidence) for one in again] == shown


def test_pairs_are_those_that_a_loop_would_count():
    read_in = read(*noise(1, sessions=40, kinds=5))
    done = orders.ended(read_in, "completed")
    order = orders.read(read_in.calls, np.ones(40, dtype=bool), 2)

    counted = orders.pairs(order, done)

    held = np.zeros((5, 5), dtype=int)
    for trace in read_in.traces:
        firsts = list(dict.fromkeys(call.tool for call in trace.calls))
        for at, tool in enumerate(firsts):
            for earlier in firsts[:at]:
                held[order.tools.index(earlier), order.tools.index(tool)] += 1
    assert (counted.held == held).all()
    both = counted.marked + counted.marked.T
    assert np.allclose(counted.expected + counted.expected.T, both)


@pytest.mark.parametrize(("hits", "drawn", "marked", "total"), [(5, 5, 8, 16), (0, 4, 3, 9), (3, 4, 20, 40)])
def test_enrichments_are_those_of_one_count(hits, drawn, marked, total):
    (many,) = enrichments(*(np.array([one]) for one in (hits, drawn, marked, total)))

    assert many == pytest.approx(enrichment(hits, drawn, marked, total))


def test_more_often_is_the_binomial_tail_of_equal_chances():
    chances = more_often(np.array([8, 7, 4]), np.array([8, 8, 8]), np.array([4.0, 4.0, 4.0]))

    assert chances.tolist() == pytest.approx([1 / 256, 9 / 256, 1.0])


def test_enrichments_of_every_small_table_are_exact():
    tables = np.array([
        (hits, drawn, marked, 12) for drawn in range(13) for marked in range(13) for hits in range(drawn + 1)
    ]).T  # fmt: skip

    many = enrichments(*tables)

    assert many.tolist() == pytest.approx([enrichment(*table) for table in tables.T.tolist()], abs=1e-12)


@pytest.mark.parametrize(
    ("completed", "others", "said"),
    [
        (0, 0, ""),
        (1, 1, " So did the one other that called it."),
        (0, 1, " The one other that called it did not."),
        (2, 2, " So did both others that called it."),
        (1, 3, " So did 1 of the 3 others that called it."),
    ],
)
def test_those_who_went_another_way_are_told_in_words(completed, others, said):
    assert workflows._fared(completed, others) == said
