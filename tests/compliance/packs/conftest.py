import pytest


@pytest.fixture(autouse=True)
def _own_folders(signs, settings):
    settings.EXPORT_FOLDER = signs / "exports"


@pytest.fixture(autouse=True)
def _asleep(monkeypatch):
    """Messages wake nobody here; tests do the work themselves."""
    monkeypatch.setattr("compliance.tasks.wake_pack", lambda export_id: None)
