import pytest

from audit import trail
from tests.recipes import AT


@pytest.fixture
def happen(team):
    """Record events of the team, in one unit, in the order given; returns their ids."""

    def record(*types, by=None, target=None, at=AT, **details):
        with trail.unit_of_work(at=at) as unit:
            return [unit.record(type, target=target or team.row, by=by or team.admin, **details) for type in types]

    return record
