"""Practices: what nearly all completed sessions do and failing ones leave out, whatever the tools are called."""

import random

import pytest

from dreaming.engines.local.curation import Curation
from dreaming.engines.local.reading import signals
from dreaming.engines.local.sessions import practices
from tests.dreaming.engines.build import agent, person, session, snapshot, tried

POLICY = Curation()
LOOK, OTHER, CHANGE = tried("get_order", id=1), tried("search_rooms"), tried("cancel_order", id=1)
AGAIN = [tried("cancel_order", "Error: locked", id=1), tried("cancel_order", "Error: locked", id=1)]
CHANGED = [tried("cancel_order", "Error: locked", id=1), tried("cancel_order", id=2)]
ASKS, YES = person("Cancel it."), [agent("Shall I?"), person("Yes.")]


def found(*sessions):
    return practices.find(signals.read(snapshot(sessions)), POLICY)


def both(good, bad, count=8, **kept):
    return [
        session(f"{outcome}{n}", *events, outcome=outcome, **{name: give(n) for name, give in kept.items()})
        for outcome, events in (("completed", good), ("failed", bad))
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("looks_first", [LOOK, CHANGE], [CHANGE]),
        ("looks_first", [OTHER, CHANGE], [CHANGE, LOOK]),
        ("looks_again", [CHANGE, LOOK], [CHANGE]),
        ("hears_first", [ASKS, *YES, CHANGE], [ASKS, CHANGE, *YES]),
        ("does_not_repeat", CHANGED, AGAIN),
    ],
)
def test_a_practice_is_what_completed_sessions_do_and_failing_ones_do_not(key, good, bad):
    keys = [one.key[1] for one in found(*both(good, bad))]

    assert key in keys


def test_a_practice_tells_its_counts_and_the_agents():
    (finding,) = found(*both([LOOK, CHANGE], [CHANGE], agent=lambda n: f"agent{n % 2}"))

    assert (finding.kind, finding.opportunities, finding.sessions) == ("practice", 16, tuple(range(8)))
    assert finding.statement == (
        "There are 16 sessions that changed something, over 2 agents. Of those that had looked something up before,"
        " all 8 completed; of the 8 others, none did."
    )
    assert finding.lesson == (
        "Look before the first change: call a tool that only reads before one that changes something."
    )
    assert finding.numbers == {"completed": 8, "with": 8, "others_completed": 0, "others": 8, "agents": 2}


def test_what_failing_sessions_do_as_well_is_no_practice():
    assert found(*both([LOOK, CHANGE], [LOOK, CHANGE])) == []
    assert found(*both([LOOK], [OTHER])) == []
    assert found(*both([LOOK, CHANGE], [CHANGE], count=2)) == []
    assert found() == []


def test_attempts_at_one_task_are_one_case():
    assert found(*both([LOOK, CHANGE], [CHANGE], task=lambda n: "t")) == []
    assert len(found(*both([LOOK, CHANGE], [CHANGE], task=lambda n: f"t{n}"))) == 1


def test_noise_holds_no_practice():
    def noise(seed):
        chance = random.Random(seed)
        steps = [LOOK, OTHER, CHANGE, AGAIN[0], ASKS, tried("update_room")]
        ends = ("completed", "failed")
        drawn = [(chance.choices(steps, k=chance.randint(2, 9)), chance.choice(ends)) for _ in range(200)]
        return [session(str(n), *events, outcome=outcome) for n, (events, outcome) in enumerate(drawn)]

    assert [seed for seed in range(6) if found(*noise(seed))] == []
