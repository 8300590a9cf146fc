from hypothesis import given
from hypothesis import strategies as st

from reviews.budgets import measuring
from reviews.budgets.room import Asked, Passed, Room

LIMITS = {
    "entry": {"changes": 3, "removals": 4},
    "week": {"exposures": 100, "removals": 10, "churn_percent": 10, "automatic": 2},
}


def asked(**values):
    nothing = {"proposal": 1, "readings": 0, "removals": 0, "churn": 0, "automatic": False, "memories": {7: 0}}
    return Asked(**nothing | values)


def test_a_rewritten_statement_is_no_removal():
    size = measuring.measure([("- one\n- two\n", "- one\n- zwei\n")])

    assert (size.removed, size.rewritten, size.churn) == ({}, 1, 1)


def test_what_is_taken_out_counts_for_the_memory_that_loses_it():
    size = measuring.measure([("- one\n", "- eins\n"), ("- two\n- three\n", "")])

    assert (size.removed, size.rewritten, size.churn) == ({1: 2}, 1, 3)


def test_what_moves_to_another_memory_is_not_taken_out():
    size = measuring.measure([("", "- one\n- two\n"), ("- one\n- two\n- three\n", "")])

    assert (size.removed, size.rewritten) == ({1: 1}, 0)


def test_each_budget_stops_what_would_pass_it_and_says_which():
    room = Room(LIMITS, statements=50)
    room.used.update({"exposures": 90, "removals": 8, "churn": 15, "automatic": 2})
    room.changes.update({7: 3})
    room.removed.update({(1, 8): 3})

    assert room.passed_by(asked(readings=11)) == Passed("week.exposures", 100, 90, 11)
    assert room.passed_by(asked(removals=3)) == Passed("week.removals", 10, 8, 3)
    assert room.passed_by(asked(churn=6)) == Passed("week.churn", 20, 15, 6)  # a tenth of 200, not of 50
    assert room.passed_by(asked(automatic=True)) == Passed("week.automatic", 2, 2, 1)
    assert room.passed_by(asked()) == Passed("entry.changes", 3, 3, 1)
    assert room.passed_by(asked(memories={8: 2})) == Passed("entry.removals", 4, 3, 2)
    assert room.passed_by(asked(proposal=2, memories={8: 2})) is None


def test_without_limits_nothing_is_stopped():
    nothing = {kind: dict.fromkeys(limits) for kind, limits in LIMITS.items()}

    assert Room(nothing).passed_by(asked(readings=9**9, removals=9**9, churn=9**9, memories={7: 9**9})) is None


SIZES = st.builds(
    asked,
    proposal=st.integers(1, 3),
    readings=st.integers(0, 40),
    removals=st.integers(0, 5),
    churn=st.integers(0, 9),
    automatic=st.booleans(),
    memories=st.dictionaries(st.integers(1, 4), st.integers(0, 5), max_size=3),
)


@given(st.lists(SIZES, max_size=40), st.integers(0, 400))
def test_whatever_is_let_go_never_passes_a_budget(wanted, statements):
    room = Room(LIMITS, statements=statements)
    gone = []

    for one in wanted:
        if room.passed_by(one) is None:
            room.take(one)
            gone.append(one)

    assert sum(one.readings for one in gone) <= 100
    assert sum(one.removals for one in gone) <= 10
    assert sum(one.churn for one in gone) <= max(200, statements) // 10
    assert sum(one.automatic for one in gone) <= 2
    for memory in range(1, 5):
        assert sum(memory in one.memories for one in gone) <= 3
        for proposal in range(1, 4):
            own = [one.memories.get(memory, 0) for one in gone if one.proposal == proposal]
            assert sum(own) <= 4
