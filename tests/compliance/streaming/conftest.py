from ipaddress import ip_network

import pytest

from compliance.streaming import destinations
from tests.compliance.streaming import servers
from tests.recipes import AT


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return servers.authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def inside(settings, tmp_path):
    """An installation that lets streams go to this machine, and into a folder."""
    settings.STREAM_NETWORKS = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    settings.STREAM_FOLDER = tmp_path / "streams"


@pytest.fixture
def webhook(authority, inside):
    server = servers.Webhook(authority[1])
    yield server
    server.close()


@pytest.fixture
def syslog(authority, inside):
    server = servers.Syslog(authority[1])
    yield server
    server.close()


@pytest.fixture
def added(team, authority):
    """Add a destination; where it leaves the installation, `confirmed` lets the auditor agree."""

    def add(kind="webhook", address="https://siem.example/in", *, confirmed=True, at=AT, people=team, **more):
        ca = "" if kind == "file" else authority[0]
        given = {"name": f"{kind} {address}"[:80], "format": "jsonl", "ca": ca} | more
        found = destinations.add(team=people.row, kind=kind, address=address, by=people.admin, at=at, **given)
        if confirmed and found.held is not None:
            agree(people, found.held)
            found.destination.refresh_from_db(from_queryset=destinations.kept(people.row))
        return found

    return add


def agree(team, held, *, at=AT):
    from accounts import confirming

    confirming.confirm(team=team.row, confirmation_id=held.public_id, by=team.auditor, at=at)
