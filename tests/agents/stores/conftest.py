import pytest

from tests.agents.stores import scene


@pytest.fixture
def folder(team, settings, tmp_path):
    """A namespace whose memory stands in a folder."""
    settings.STORE_ROOTS = [tmp_path]
    place = tmp_path / "memory"
    place.mkdir()
    return scene.FolderScene(team, place)


@pytest.fixture
def remote(team, platform):
    """A namespace whose memory stands in a memory store of the platform."""
    return scene.PlatformScene(team, platform)


@pytest.fixture(params=("folder", "remote"))
def stored(request):
    """Both."""
    return request.getfixturevalue(request.param)
