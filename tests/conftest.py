from datetime import UTC, datetime

import pytest
import pytest_socket
from hypothesis import settings

from audit import testing
from tests import recipes

settings.register_profile("suite", derandomize=True, deadline=None)  # the same examples on any machine
settings.load_profile("suite")


def pytest_runtest_setup():
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(scope="session", autouse=True)
def _prepared():
    testing.let_flush_through()


@pytest.fixture
def at():
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def team(db):
    return recipes.people_of_a_team("north")


@pytest.fixture
def other_team(db):
    return recipes.people_of_a_team("south")
