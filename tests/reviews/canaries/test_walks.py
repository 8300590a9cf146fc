"""No walk, however odd, brings the words of a test into memory."""

from contextlib import suppress

import pytest

from agents.models import MemoryVersion
from reviews import desk, revisions
from reviews.canaries import deciding, planting
from reviews.decisions import Word
from reviews.models import Canary, Change
from tests import recipes
from tests.reviews import scenes
from tests.reviews.governing.world import World

ITEM = "- Refunds above 500 euro need a lead\n"


class Walk(World):
    """The world of all other walks, whose changes are tests of the review as often as they are real."""

    def __init__(self):
        super().__init__()
        for space in self.spaces:
            scenes.memory(space, "/refunds.md", f"# Refunds\n{ITEM}")
        self.steps += ["do_plant"] * 6 + ["do_answer"]

    def begin(self, seed):
        super().begin(seed)
        self.planted = {}

    def step(self, name=None):
        with suppress(Change.DoesNotExist):  # what the verbs say of a test, which is 404 over HTTP
            super().step(name)
        self.look()

    def look(self):
        """Each version of each memory, and each row of a test, after each step."""
        written = MemoryVersion.objects.of(self.team).filter(memory__path="/refunds.md").select_related("blob")
        said = set().union(*self.planted.values())
        for version in written:
            assert not said & set(version.text.splitlines(keepends=True)), self.told
        states = set(Change.with_canaries.of(self.team).filter(canary=True).values_list("state", flat=True))
        assert states <= {"open", "withdrawn"}, self.told

    def change(self):
        tests = list(desk.shown(self.team).filter(canary=True))
        return self.draw.choice(tests) if tests and self.draw.random() < 0.5 else super().change()

    def do_plant(self):
        recipes.policy(self.team, mode=self.draw.choice(("reviewed", "automatic")), watch={"canaries": 1000})
        for canary in planting.attend(team=self.team, at=self.now):
            target = canary.change.head.targets.get()
            self.planted[canary.pk] = set(revisions.lines_after(target)) - set(revisions.lines_before(target))

    def do_answer(self):
        canary = Canary.objects.of(self.team).waiting().first()
        if canary:
            seat = desk.read_one(desk.shown(self.team).get(pk=canary.change_id), team=self.team)
            word = Word(self.draw.choice(("approve", "quarantine")))
            given = {"change_id": seat.change.public_id, "revision_id": seat.head.public_id, "bound": seat.bound}
            deciding.decide(team=self.team, word=word, by=self.person(), at=self.now, **given)


@pytest.fixture
def world(db):
    return Walk()


def walk(world, seeds, steps):
    """How many tests were planted, and how many real changes came into memory beside them."""
    planted = applied = 0
    for seed in seeds:
        applied += world.walk(seed, ["do_open", "do_open", "do_plant", *[None] * steps])
        planted += len(world.planted)
    return planted, applied


def test_random_walks_write_no_test(world):
    planted, _applied = walk(world, range(4), 6)

    assert planted > 0  # or nothing was shown


@pytest.mark.slow
def test_very_many_random_walks_write_no_test(world):
    planted, applied = walk(world, range(5_000, 5_060), 12)

    assert planted > 20
    assert applied > 3
