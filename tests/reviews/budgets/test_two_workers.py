"""Budgets hold where two workers apply at the same moment: on PostgreSQL, as SQLite lets one writer in at a time."""

import pytest
from django.db import connection

from reviews import applying
from reviews.models import Change, Reached, Spending
from tests import recipes
from tests.races import at_once
from tests.reviews import scenes
from tests.reviews.budgets.test_limiting import approved, budgets

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time by itself"),
    pytest.mark.django_db(transaction=True),
]


@pytest.mark.parametrize("round", range(3))
def test_two_workers_together_stay_within_the_week(round):
    """Without the lock on the namespace both see the same room, and six of three statements go."""
    people = recipes.people_of_a_team("north")
    space = scenes.namespace(people.row)
    budgets(people, removals=4)
    changes = approved(people, space, 2)
    actor = people.lead.trail_actor

    at_once(
        *(
            lambda id=change.public_id: applying.apply_now(team=people.row, change_id=id, by=actor, at=scenes.LATER)
            for change in changes
        )
    )

    states = Change.objects.of(people.row).values_list("state", flat=True)
    assert sorted(states) == ["applied", "approved"]
    assert Spending.objects.of(people.row).get().removals == 3
    assert Reached.objects.of(people.row).count() == 1
