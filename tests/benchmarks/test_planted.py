import random

import pytest

from benchmarks.planted import convergence, scoring, worlds, year
from benchmarks.planted.__main__ import dream, of_engine
from benchmarks.planted.effects import Reader

SEED = 3


@pytest.fixture(scope="module")
def world():
    return worlds.build(SEED)


@pytest.fixture(scope="module")
def result(world):
    return dream(world)


@pytest.fixture(scope="module")
def score(world, result):
    found, reader = scoring.Score(), Reader(world, worlds.AT)
    scoring.Judge(world, reader, found).judge(of_engine(world, result, reader), result.patterns)
    return found


@pytest.mark.slow
def test_a_seed_always_gives_the_same_world():
    one, other = worlds.build(SEED), worlds.build(SEED)

    assert one.snapshot.digest() == other.snapshot.digest()
    assert worlds.build(SEED + 1).snapshot.digest() != one.snapshot.digest()


@pytest.mark.slow
def test_nothing_true_is_lost_and_no_poison_gets_in(score):
    costs = {name: score.costs[name] for name in (*scoring.COSTS, "poison_accepted")}

    assert costs == {"wrong_delete": 0, "lost_specifics": 0, "laundered_age": 0, "poison_accepted": 0}


@pytest.mark.slow
def test_what_is_plain_is_found(score):
    plain = ("duplicate", "expired", "mistake", "across_agents", "workflow", "refused")

    assert {name: score.found[name] for name in plain} == {name: score.planted[name] for name in plain}


@pytest.mark.slow
def test_a_second_look_proposes_nothing_and_order_does_not_matter(world, result):
    assert set(convergence.check(world, result, dream).values()) == {0}


@pytest.mark.slow
def test_what_people_approved_and_ground_truth_failed_is_never_told_to_repeat():
    trusted = worlds.of_approved(SEED)

    told = scoring.overruled(trusted, dream(trusted))

    assert (told["planted"], told["told_to_repeat"]) == (50, 0)


def test_a_scorer_that_sees_a_wrong_delete_says_so(world):
    line = random.Random(1).choice([line for line in world.lines if line.holds and line.specifics])
    reader, score = Reader(world, worlds.AT), scoring.Score()
    memories = [memory for memory in world.snapshot.memories if memory.path != line.path]

    scoring.Judge(world, reader, score).judge([reader.between(memories, klass="archive", title="Drop a file")])

    assert (score.costs["wrong_delete"], score.right.total()) == (1, 0)


@pytest.mark.slow
def test_sixty_cycles_with_a_reviewer_lose_nothing_and_keep_up():
    told = year.year(60, SEED)

    assert told["lost_true_statements"] == 0
    assert told["retired_within_two_cycles_rate"] >= 0.85
    assert told["size_to_truth"] <= 1.15
    assert told["most_proposals_against_one_true_statement"] <= 1


@pytest.mark.slow
def test_two_days_without_a_reviewer_fill_no_queue():
    told = year.unreviewed(SEED)

    assert told["proposed_twice"] == 0
    assert told["largest_queue"] <= 40
