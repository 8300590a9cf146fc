"""Races on real row locks: on PostgreSQL, as SQLite lets one writer in at a time."""

import pytest
from django.db import connection

from agents.models import MemoryVersion
from reviews.models import BrokenGlass, Change
from tests import recipes
from tests.races import at_once
from tests.reviews import scenes
from tests.reviews.breaking_glass.test_breaking import TWO, break_, proposed

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time by itself"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def people():
    found = recipes.people_of_a_team("north")
    recipes.policy(found.row, votes=TWO)
    return found


@pytest.fixture
def memory(people):
    return scenes.memory(scenes.namespace(people.row))


def test_two_people_who_break_it_at_once_break_it_once(people, memory):
    """Without the locks both write: two versions, and the second meets the constraint of one glass a change."""
    change = proposed(people, memory)
    bound = scenes.seat(change).bound

    results = at_once(
        lambda: break_(change, people.lead, bound=bound),
        lambda: break_(change, people.security, bound=bound),
    )

    assert sorted(type(one).__name__ for one in results) == ["BrokenGlass", "Settled"]
    assert MemoryVersion.objects.of(people.row).filter(memory=memory).count() == 2
    assert BrokenGlass.objects.of(people.row).count() == 1


def test_the_last_vote_and_the_glass_at_once_write_it_once(people, memory):
    change = proposed(people, memory)
    scenes.vote(change, people.reviewer)
    bound = scenes.seat(change).bound

    at_once(
        lambda: scenes.approve_and_apply(Change.objects.of(people.row).get(), people.second),
        lambda: break_(change, people.lead, bound=bound),
    )

    assert Change.objects.of(people.row).get().state in ("applied", "approved")
    assert MemoryVersion.objects.of(people.row).filter(memory=memory).count() == 2
