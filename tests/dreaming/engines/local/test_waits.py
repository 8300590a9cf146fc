"""Waits that go with failing or handing over."""

from datetime import timedelta

import pytest

from dreaming.engines.local.curation import Curation
from dreaming.engines.local.engine import LocalEngine
from dreaming.engines.local.reading import signals
from dreaming.engines.local.sessions import waits
from tests.dreaming.engines.build import NOW, agent, call, person, result, session, snapshot


def timed(name, *steps, outcome="completed", **kept):
    """Events, each after so many seconds; None where its time is not known."""
    at, events = NOW, []
    for after, event in steps:
        at += timedelta(seconds=after or 0)
        events.append(event | {"at": None if after is None else at})
    return session(name, *events, outcome=outcome, started_at=NOW, **kept)


def exporting(name, took, outcome="completed", **kept):
    steps = [(1, person("Export the ledger.")), (2, call("export", "c")), (took, result("export", "ok", "c"))]
    return timed(name, *steps, (1, agent("Done.")), outcome=outcome, **kept)


def talking(name, answered, replied, outcome="completed"):
    steps = [(0, agent("Which account?")), (answered, person("The blue one.")), (replied, agent("Noted."))]
    return timed(name, *steps, outcome=outcome)


def found(sessions):
    return waits.find(signals.read(snapshot(sessions)), Curation())


SLOW = [exporting(f"slow{n}", 90 + n, "escalated" if n % 2 else "failed") for n in range(5)]
FAST = [exporting(f"fast{n}", 2) for n in range(12)]


def test_a_step_that_takes_far_longer_than_usual_and_goes_with_failing_is_told():
    (one,) = found([*SLOW, *FAST, exporting("odd", 80), exporting("bad", 2, "failed")])

    assert one.statement == (
        "5 of 6 sessions in which `export` took more than 1 minute (mostly 2 seconds) failed or were handed over,"
        " and 1 of the 13 others."
    )
    assert one.lesson.startswith("When `export` takes more than 1 minute, say so to whoever waits and check what came")
    assert (one.key, one.reason_code, len(one.sessions), one.opportunities) == (
        ("slow_step", "export"), "long_wait", 5, 6,
    )  # fmt: skip
    assert [span.stance for span in one.spans] == ["for"] * 10 + ["against"]


@pytest.mark.parametrize(
    ("answered", "replied", "key", "lesson"),
    [
        (7200, 1, "late_answer", "When a person answers after more than 1 hour, say where things stand"),
        (20, 1500, "late_reply", "Answer a person within 15 minutes, if only to say what is being done"),
    ],
)
def test_a_late_answer_that_goes_with_failing_is_told(answered, replied, key, lesson):
    late = [talking(f"late{n}", answered, replied, "failed") for n in range(5)]
    (one,) = found([*late, *(talking(f"t{n}", 20, 1) for n in range(12))])

    assert one.key == (key, "")
    assert one.lesson.startswith(lesson)


@pytest.mark.parametrize(
    "sessions",
    [
        [*SLOW[:2], *FAST],
        [*SLOW, *(exporting(f"fine{n}", 90) for n in range(6)), *FAST],
        [*SLOW, *(exporting(f"bad{n}", 2, "failed") for n in range(8)), *FAST[:4]],
        [exporting(f"a{n}", 40 + 9 * n, "failed" if n > 6 else "completed") for n in range(14)],
        [exporting(f"b{n}", None, "failed" if n < 5 else "completed") for n in range(16)],
        FAST,
        [],
    ],
    ids=["few", "fine all the same", "fails anyway", "not far from usual", "no times", "never long", "nothing"],
)
def test_a_wait_that_tells_nothing_is_not_told(sessions):
    assert found(sessions) == []


def test_who_waits_more_often_is_compared_with_those_who_do_too():
    def often(name, count, slow, outcome):
        steps = [
            step
            for n in range(count)
            for step in ((1, call("export", f"c{n}")), (90 if n < slow else 2, result("export", "ok", f"c{n}")))
        ]
        return timed(name, *steps, outcome=outcome)

    long = [often(f"l{n}", 20, 1, "failed") for n in range(8)]
    short = [often(f"s{n}", 1, 0, "completed") for n in range(20)]

    assert found([*long, *short]) == []


def test_attempts_at_a_hard_task_are_compared_with_each_other():
    hard = [exporting(f"h{n}", 90, "failed", task="hard") for n in range(6)]
    easy = [exporting(f"e{n}", 2, task="easy") for n in range(12)]

    assert found([*hard, *easy]) == []


def test_a_hand_over_by_a_tool_counts_where_nobody_says_how_it_ended():
    def handed(name, took):
        steps = [(1, call("export", "c")), (took, result("export", "ok", "c"))]
        end = [(1, call("transfer_to_human", "h")), (1, result("transfer_to_human", "ok", "h"))]
        return timed(name, *steps, *end, outcome="")

    (one,) = found([*(handed(f"h{n}", 90) for n in range(5)), *FAST])

    assert one.key == ("slow_step", "export")


def test_the_lesson_is_proposed_once():
    snap = snapshot([*SLOW, *FAST])
    result = LocalEngine().dream(snap, {}, lambda *progress: None, None)

    (lesson,) = [one for one in result.operations if one.reason_code == "long_wait"]
    assert lesson.title == "When export takes more than 1 minute, do not wait for it in silence"
