"""No path by which a change reaches memory without what its policy demands."""

import os
from math import prod

import pytest

from tests.reviews.governing import auditor
from tests.reviews.governing.world import World

ANY = None
WALKS = int(os.environ.get("LUCID_WALKS", "10000"))
WAYS = ([ANY] * 4, [ANY] * 3, [ANY] * 3)  # after the proposal four things, after each of them three, and three again
OF_ONE = prod(map(len, WAYS))
PART = 14  # proposals in one world: rows pile up in it, and parts are spread over the cores


@pytest.fixture
def world(db):
    return World()


def test_random_walks_keep_to_the_policy(world):
    applied = sum(world.walk(seed, [ANY] * 20) for seed in range(12))

    assert applied > 3  # or nothing was shown


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1_000, 1_000 + -(-WALKS // OF_ONE), PART))
def test_very_many_random_walks_keep_to_the_policy(world, first):
    found = [world.walks(seed, WAYS) for seed in range(first, first + PART)]

    assert sum(walks for walks, _ in found) == PART * OF_ONE
    assert sum(changed for _, changed in found) > 0  # or nothing was shown


SMALL = ("do_vote", "do_take_back", "do_edit", "do_roles", "do_policy", "do_apply")


@pytest.mark.slow
def test_every_order_of_few_steps_keeps_to_the_policy(world):
    """One change, and all sequences of three verbs out of six, for each of four proposals."""
    found = [world.walks(seed, [SMALL] * 3) for seed in range(4)]

    assert sum(walks for walks, _ in found) == 4 * len(SMALL) ** 3
    assert sum(changed for _, changed in found) > 0  # or nothing was shown


def test_the_auditor_sees_what_is_missing(world):
    """It would tell: a change marked applied without its votes is found."""
    world.step("do_open")
    change = world.change()
    type(change).objects.of(world.team).filter(pk=change.pk).update(state="applied", apply_after=None)

    with pytest.raises(AssertionError, match="applied without an event"):
        world.judge(auditor.document_of(world.team))
