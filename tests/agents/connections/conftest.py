from ipaddress import ip_network

import pytest

from tests import agent_recipes


@pytest.fixture
def at_home(settings):
    """An installation that lets connections go to this machine."""
    settings.STREAM_NETWORKS = [ip_network("127.0.0.0/8"), ip_network("::1/128")]


@pytest.fixture
def workspace(team, platform):
    """A connection to the platform of the tests."""
    return agent_recipes.connection(team.row, base_url=platform.url, key=platform.key)
