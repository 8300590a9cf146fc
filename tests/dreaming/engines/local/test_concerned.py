from dataclasses import replace
from datetime import timedelta

import pytest

from agents.snapshot import OpenChange
from tests.dreaming.engines.build import NOW, memory, opened, person, read, session, snapshot
from tests.dreaming.engines.local.test_refutations import WINDOW, WISH, dream, told

TWENTY_ONE = "From now on, please tell customers that the refund window is 21 days."


def change(*adds, removes=(), **kept):
    given = {"origin": "person", "paths": ("/x.md",), "memory_ids": (), "sessions": ()}
    return OpenChange("chg_x", "main", "f" * 64, "edit", adds=adds, removes=removes, **(given | kept))


def stances(result):
    return {quote.session: quote.stance for quotes in result.joins.values() for quote in quotes}


@pytest.mark.parametrize(
    ("open_change", "stance"),
    [
        (change("- The refund window is 14 days."), "for"),
        (change("- The refund window is 21 days."), "against"),
        (change(removes=("- The refund window is 14 days.",)), "against"),
    ],
)
def test_a_slot_waits_for_one_decision_and_evidence_joins_it(open_change, stance):
    snap = snapshot([told("1", WISH)], [WINDOW], open_changes=(open_change,))

    result = dream(snap)

    assert (result.operations, stances(result)) == ((), {"ses_1": stance})
    assert result.funnel["skipped_slot_in_another_change"] == 1
    assert result.withdrawals == {}


@pytest.mark.parametrize(
    "open_change",
    [
        change("- The return window is 14 days."),
        change("- The refund window is 14 days for EU customers."),
        change("- The refund window is generous to `all`.", paths=("/learned/mistakes/a.md",)),
        replace(change("- The refund window is 14 days."), namespace="other"),
    ],
)
def test_another_slot_or_namespace_is_in_nobodys_way(open_change):
    (operation,) = dream(snapshot([told("1", WISH)], [WINDOW], open_changes=(open_change,))).operations

    assert operation.title == "Set refund window to 14 days, as a person asked"


def test_a_second_wish_for_the_same_slot_speaks_against_the_open_one():
    sessions = [told("1", WISH, days=0)]
    first = dream(snapshot(sessions, [WINDOW])).operations
    changes = tuple(opened(snapshot(sessions, [WINDOW]), first, state="approved"))

    result = dream(snapshot([*read(sessions), told("2", TWENTY_ONE)], [WINDOW], open_changes=changes))

    assert (result.operations, stances(result)) == ((), {"ses_2": "against"})


def test_copies_of_what_is_being_changed_wait():
    twice = memory("/t.md", "# T\n\n- The refund window is 30 days from the start.\n- Keep the receipt.\n")
    snap = snapshot([], [WINDOW, twice], open_changes=(change("- The refund window is 14 days from the start."),))

    assert dream(snap).operations == ()


def test_nothing_joins_twice():
    had = change("- The refund window is 21 days.", sessions=("ses_1",))
    late = session("1", person(WISH), started_at=NOW + timedelta(days=1))

    assert dream(snapshot([late], [WINDOW], open_changes=(had,))).joins == {}
