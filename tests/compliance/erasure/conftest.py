import pytest


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """Keys and tombstones of this test alone."""
    settings.KEY_FOLDER = tmp_path / "keys"
    settings.KEYS_GIVEN = {}
    return settings.KEY_FOLDER
