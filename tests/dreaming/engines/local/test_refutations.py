from dataclasses import replace
from datetime import timedelta

import pytest

from agents.snapshot import OutcomeMark, StatementMark
from dreaming.engines.local.engine import LocalEngine
from tests.dreaming.engines.build import NOW, memory, opened, person, read, session, snapshot, tried

LOCKED = "Error: the ledger is locked"
WISH = "From now on, please tell customers that the refund window is 14 days."
WINDOW = memory("/r.md", "# Refunds\n\n- The refund window is 30 days from the start.\n- Ask for the receipt.\n")


def dream(snap, **curation):
    return LocalEngine().dream(snap, curation, lambda *progress: None, None)


def proposed(sessions, memories=(), **kept):
    """What a first dream over these proposes, as open changes, with its reason codes."""
    before = snapshot(sessions, memories)
    operations = dream(before).operations
    return list(opened(before, operations, **kept))


def again(sessions, more, changes, memories=(), **kept):
    return dream(snapshot([*read(sessions), *more], memories, open_changes=tuple(changes), **kept))


def recovering(*names):
    """An export fails, a lock is released, the export works."""
    return [
        session(name, tried("export", LOCKED, month=3), tried("release"), tried("export", month=3), started_at=NOW)
        for name in names
    ]


def in_vain(*names):
    """The lock is released first, and the export fails all the same."""
    return [session(name, tried("release"), tried("export", LOCKED, month=3), started_at=NOW) for name in names]


def told(name, text, *, days=1):
    return session(name, person(text), started_at=NOW + timedelta(days=days))


def test_what_still_holds_is_not_withdrawn():
    sessions = recovering("a", "b", "c")
    changes = proposed(sessions)

    result = again(sessions, recovering("d"), changes)

    assert (result.operations, result.withdrawals) == ((), {})
    assert [(quote.session, quote.stance) for quote in result.joins["chg_1"]][:1] == [("ses_d", "for")]


@pytest.mark.parametrize(
    ("kept", "withdrawn"),
    [
        ({}, True),
        ({"state": "stale"}, True),
        ({"state": "approved"}, False),
        ({"origin": "person"}, False),
        ({"agent": "another"}, False),
    ],
)
def test_a_lesson_whose_remedy_fails_is_withdrawn_unless_people_stand_behind_it(kept, withdrawn):
    sessions = recovering("a", "b")
    changes = proposed(sessions, **kept)
    assert "call `release`" in changes[0].adds[-1]

    result = again(sessions, in_vain("c", "d"), changes)

    reason = "2 sessions since did what it says before `export`, and met the same error; 0 did so without an error."
    assert result.withdrawals == ({"chg_1": reason} if withdrawn else {})
    stances = {quote.stance for quote in result.joins["chg_1"]}
    assert stances == ({"for"} if "agent" in kept else {"against"})


def test_another_argument_that_fails_as_well_withdraws_the_lesson():
    def reading(name, *ranges, works):
        tries = [tried("extract", "" if works and at else LOCKED, pages=one) for at, one in enumerate(ranges)]
        return session(name, *tries, started_at=NOW)

    sessions = [reading(name, "1-50", "1-20", works=True) for name in "ab"]
    changes = proposed(sessions)
    assert "give `pages` a smaller range" in changes[0].adds[-1]

    still = again(sessions, [reading(name, "1-40", "1-10", works=True) for name in "cd"], changes)
    never = again(sessions, [reading(name, "1-40", "1-10", works=False) for name in "cd"], changes)

    assert (still.withdrawals, list(never.withdrawals)) == ({}, ["chg_1"])


def test_a_remedy_that_mostly_works_stays():
    sessions = recovering("a", "b")
    worked = [session(name, tried("release"), tried("export", month=3)) for name in "efg"]

    assert again(sessions, [*in_vain("c", "d"), *worked], proposed(sessions)).withdrawals == {}


def test_counter_evidence_is_told_once():
    sessions = [*recovering("a", "b")]
    changes = proposed(sessions, state="approved")
    more = in_vain("c", "d")
    had = [replace(one, sessions=(*one.sessions, "ses_c", "ses_d")) for one in changes]

    assert again([*sessions, *more], [], had).joins == {}


def judged(names, outcome, *tools):
    return [session(name, *map(tried, tools), outcome=outcome, task="t", started_at=NOW) for name in names]


def test_a_pattern_that_newer_sessions_undo_is_withdrawn():
    sessions = [*judged("abcdef", "completed", "look", "send"), *judged("ghijkl", "failed", "send")]
    changes = [one for one in proposed(sessions) if one.reason_code == "completes_more_often"]
    assert len(changes) == 1

    more = judged([f"m{at}" for at in range(20)], "failed", "look", "send")
    result = again(sessions, more, changes)

    assert list(result.withdrawals.values()) == [
        "With 20 sessions read since, what it was proposed for does not hold any more."
    ]


def test_a_session_that_left_the_window_withdraws_nothing():
    sessions = [*judged("abcdef", "completed", "look", "send"), *judged("ghijkl", "failed", "send")]
    changes = [one for one in proposed(sessions) if one.reason_code == "completes_more_often"]

    for left in (sessions[1:], sessions[:6], sessions[:2], []):
        result = again(left, [session("new", person("Hello."), started_at=NOW)], changes)
        assert result.withdrawals == {}


def test_sessions_behind_a_change_that_ended_otherwise_withdraw_it():
    sessions = [*judged("abcdef", "completed", "look", "send"), *judged("ghijkl", "failed", "send")]
    changes = [one for one in proposed(sessions) if one.reason_code == "completes_more_often"]
    marked = [
        (replace(mark, is_new=True, outcomes=(OutcomeMark("failed", "human"),)), events)
        for mark, events in sessions[:4]
    ]

    result = again(sessions[4:], marked, changes)

    assert list(result.withdrawals.values()) == ["4 sessions behind it ended otherwise than was known then."]


def test_nothing_is_withdrawn_where_all_read_marks_are_gone():
    sessions = [*recovering("a", "b"), *in_vain("c", "d")]
    changes = [replace(one, sessions=("ses_a", "ses_b")) for one in proposed(sessions)]

    assert dream(snapshot(sessions, open_changes=tuple(changes))).withdrawals == {}


@pytest.mark.parametrize(
    ("said", "days", "withdrawn"),
    [
        ("The refund window is 21 days.", 1, True),
        ("The refund window is 30 days.", 1, True),
        ("The refund window is 14 days.", 1, False),
        ("The refund window is 21 days.", -1, False),
        ("The return label is 21 days old.", 1, False),
    ],
)
def test_a_newer_statement_of_another_value_withdraws(said, days, withdrawn):
    sessions = [told("1", WISH, days=0)]
    changes = proposed(sessions, [WINDOW])

    result = again(sessions, [told("2", said, days=days)], changes, [WINDOW])

    assert result.operations == ()
    assert list(result.withdrawals) == (["chg_1"] if withdrawn else [])
    if withdrawn:
        assert said.rstrip(".") in result.withdrawals["chg_1"]
        assert [(quote.session, quote.stance) for quote in result.joins["chg_1"]] == [("ses_2", "against")]


def test_the_last_word_counts():
    sessions = [told("1", WISH, days=0)]
    more = [told("2", "The refund window is 21 days."), told("3", "The refund window is 14 days.", days=2)]

    assert again(sessions, more, proposed(sessions, [WINDOW]), [WINDOW]).withdrawals == {}


NEWER = memory("/s.md", "# Refunds\n\n- The refund window is 14 days from the start.\n", at=NOW - timedelta(days=2))


def test_a_contradiction_that_people_turn_is_withdrawn_and_gets_no_support():
    (change,) = proposed([], [WINDOW, NEWER])
    assert change.removes == ("- The refund window is 30 days from the start.",)

    more = [told("1", "The refund window is 30 days.")]
    result = again([told("0", "Hello there.", days=0)], more, [change], [WINDOW, NEWER])

    assert list(result.withdrawals) == ["chg_1"]
    assert "30 days" in result.withdrawals["chg_1"]
    assert result.joins == {}


def test_a_question_is_answered_and_not_withdrawn():
    both = [WINDOW, memory("/s.md", "# Refunds\n\n- The refund window is 14 days from the start.\n")]
    (change,) = proposed([], both)
    assert change.reason_code == "needs_person"
    value = change.removes[-1].split("is ")[1][:7]

    result = again([told("0", "Hi.", days=0)], [told("1", f"The refund window is {value}.")], [change], both)

    assert result.withdrawals == {}
    assert [quote.stance for quote in result.joins["chg_1"]] == ["against"]


def test_a_statement_confirmed_since_is_not_taken_out():
    old = NOW - timedelta(days=900)
    stale = memory("/a.md", "- Ask for the receipt.\n- Be kind to people.\n", at=old)
    before = replace(stale, statements=tuple(StatementMark(at, at + 1, old, old) for at in (0, 1)))
    (first, *_) = changes = proposed([], [before])
    line = 0 if "receipt" in first.removes[0] else 1
    marks = tuple(StatementMark(at, at + 1, old, NOW + timedelta(days=1) if at == line else old) for at in (0, 1))

    result = again([], [], changes, [replace(stale, statements=marks)], taken_at=NOW + timedelta(days=2))

    assert result.withdrawals == {first.id: "What it takes out was confirmed since, on 2025-06-02."}


def test_a_refused_value_that_works_again_stays_in_memory():
    pagers = memory("/p.md", "# Contacts\n\n- Billing: Ada, handle `ada.b`.\n- Storage: Cleo, handle `cleo.d`.\n")
    gone = "PageError: no such user ada.b"
    sessions = [session(name, tried("page", gone, handle="ada.b"), started_at=NOW) for name in "12"]
    changes = proposed(sessions, [pagers])
    assert [one.reason_code for one in changes] == ["refused_value"]

    back = session("3", tried("page", handle="ada.b"), started_at=NOW + timedelta(days=1))
    result = again(sessions, [back], changes, [pagers])

    assert list(result.withdrawals) == ["chg_1"]
