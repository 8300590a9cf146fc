from datetime import UTC, datetime

import pytest
import pytest_socket
from django.conf import settings as django_settings
from hypothesis import HealthCheck, settings

from audit import catalogue, testing
from audit.shapes import Shape
from tests import recipes

pytest_plugins = ("tests.platform.fixtures",)

settings.register_profile(  # the same examples on any machine, however busy it is
    "suite", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")


def pytest_runtest_setup():
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, tmp_path_factory):
    """SQLite in a file, as it is used: in memory all threads of a live server would share one connection and its
    transaction. Nobody needs the file after a crash.
    """
    database = django_settings.DATABASES["default"]
    if "sqlite" in database["ENGINE"]:
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
        options = database["OPTIONS"]
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")


@pytest.fixture(scope="session", autouse=True)
def _prepared(tmp_path_factory):
    testing.let_flush_through()
    django_settings.KEY_FOLDER = tmp_path_factory.mktemp("keys")


@pytest.fixture
def at():
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def loose(monkeypatch):
    """Let one type carry anything: for tests of how a record is written, whatever it says."""
    anything = Shape("anything", "anything", {}, "x", lambda value: True)
    keys = dict.fromkeys(("slug", "origin", "demo", "time_zone"), anything)
    monkeypatch.setitem(catalogue.EVENTS, "team.created", catalogue.Kind("A team was made.", keys, frozenset()))


@pytest.fixture
def team(db):
    return recipes.people_of_a_team("north")


@pytest.fixture
def other_team(db):
    return recipes.people_of_a_team("south")


@pytest.fixture
def signs(settings, tmp_path):
    """A key, a signer's memory and a folder of checkpoints of the test's own."""
    settings.KEY_FOLDER = tmp_path / "keys"
    settings.KEYS_GIVEN = {}
    settings.SIGNER_FOLDER = tmp_path / "signer"
    settings.CHECKPOINT_FOLDER = tmp_path / "checkpoints"
    return tmp_path
