"""Outcomes by their source: whose word counts, and what people approved before ground truth failed it."""

from dataclasses import replace

from agents.snapshot import OutcomeMark
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.reading import signals, weighing
from dreaming.engines.local.sessions import attempts, contrasts, outcomes, overruled
from dreaming.engines.local.sessions.ranking import ranked
from tests.dreaming.engines.build import person, session, snapshot, tried

POLICY = Curation()
VAIN = (("completed", "human"), ("failed", "downstream"))
HELD = (("completed", "human"),)


def judged(name, said, *calls, **kept):
    mark, events = session(name, person("Please review the contract."), *calls, **kept)
    return replace(mark, outcomes=tuple(OutcomeMark(*one) for one in said)), events


def read(*sessions):
    return signals.read(snapshot(sessions))


def test_approved_sessions_that_failed_show_the_call_they_left_out():
    found = read(
        *[judged(f"v{n}", VAIN, tried("sign")) for n in range(5)],
        *[judged(f"h{n}", HELD, tried("look_up"), tried("sign")) for n in range(5)],
        *[judged(f"own{n}", (("completed", "self-report"),), tried("sign")) for n in range(5)],
    )

    (finding,) = overruled.find(found, POLICY)

    assert finding.statement == (
        "5 of the 5 sessions that people approved and that failed when verified never got `look_up` accepted,"
        " nor did 0 of the 5 that held."
    )
    assert finding.lesson == (
        "Before ending, check whether `look_up` is still due: sessions without it were approved, and failed later."
    )
    assert (finding.kind, finding.reason_code, finding.key) == (
        "mistake", "approved_then_failed", ("approved_then_failed", "missing", "look_up"),
    )  # fmt: skip


def test_approved_sessions_that_failed_are_counted_where_nothing_tells_them_apart():
    vain, held = (
        [judged(f"{name}{n}", said, tried("sign")) for n in range(3)] for name, said in (("v", VAIN), ("h", HELD))
    )

    (finding,) = overruled.find(read(*vain, *held), POLICY)

    assert finding.statement == (
        "People approved 3 sessions that failed when they were verified; 3 that were approved or verified held."
    )
    assert finding.lesson == ""
    assert overruled.find(read(vain[0], *held), POLICY) == []


def test_difference_of_approved_attempts_says_that_they_passed_for_a_success():
    found = read(
        *[judged(f"v{n}", VAIN, tried("pay", sum=1), task="t") for n in range(2)],
        *[judged(f"h{n}", HELD, tried("pay", sum=2), task="t") for n in range(2)],
    )
    tasks = contrasts.tasks(found)

    (finding,) = overruled.marked(found, attempts.per_task(found, contrasts.find(found, tasks, POLICY)))

    assert finding.statement.endswith("People had approved 2 of these sessions; they failed when they were verified.")
    assert (finding.reason_code, finding.numbers["approved_then_failed"]) == ("approved_then_failed", 2)
    assert finding.lesson.endswith("call `pay(sum=2)` rather than `pay(sum=1)`, which only failing attempts called.")
    assert ranked([finding]) == [finding]


def test_success_needs_the_weightiest_word():
    approved = [judged(f"v{n}", VAIN, tried("sign"), task="t") for n in range(2)]

    (finding,) = outcomes.of_tasks(found := read(*approved), contrasts.tasks(found), POLICY)

    assert finding.reason_code == "never_completes"


def test_policy_says_whose_word_counts():
    said = (("completed", "human"), ("failed", "test"), ("escalated", "survey"))
    snap = snapshot([judged("1", said)])
    weights = dict(POLICY.weights)

    def verdict(**changed):
        mark = weighing.weighed(snap, weights | changed).sessions[0]
        return mark.verdict, mark.overruled

    assert weighing.weighed(snap, weights) is snap
    assert verdict(human=0.7) == ("failed", True)
    assert verdict(test=0.5) == ("completed", False)
    assert verdict(test=0, human=0) == ("escalated", False)
    assert verdict(test=0, human=0, survey=0) == ("", False)
