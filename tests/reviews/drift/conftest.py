import pytest

from tests.reviews import scenes


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


@pytest.fixture
def memory(space):
    return scenes.memory(space)
