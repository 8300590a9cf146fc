"""Caps hold where two workers reserve at the same moment: on PostgreSQL, as SQLite lets one writer in at a time."""

import pytest
from django.db import connection

from dreaming.costs import caps
from dreaming.engines.spending import OverBudget
from dreaming.models import Spend
from tests import recipes
from tests.dreaming.costs.scenes import budget, cap
from tests.dreaming.costs.test_budgets import reserve
from tests.dreaming.scenes import agent_that_writes
from tests.races import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="rows are locked on PostgreSQL only"),
]


def test_runs_at_the_same_time_cannot_pass_a_cap_together():
    team = recipes.people_of_a_team("north")
    cap(team.row, month=1)
    owns = [budget(agent_that_writes(team.row)) for _ in range(4)]

    results = at_once(*[lambda own=own: reserve(own) for own in owns])

    assert sum(isinstance(one, OverBudget) for one in results) == 3
    assert caps.money_in(Spend.objects.of(team.row).counted()) == 10_000
