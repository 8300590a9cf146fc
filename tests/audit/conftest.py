from datetime import UTC, datetime

import pytest

from audit import trail


@pytest.fixture
def at():
    return datetime(2026, 3, 1, 12, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture
def happen(at):
    """Record some events of one team, in one unit, in the order given."""

    def record(*types, log="team_a", by=trail.SYSTEM, **details):
        with trail.unit_of_work(at=at) as unit:
            for type in types:
                unit.record(type, target=trail.Target("team", "team_a"), by=by, log=log, **details)

    return record
