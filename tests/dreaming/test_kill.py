"""`kill -9` of a worker in the middle of a run: the run is resumed or marked, never lost, never doubled."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def _run(environment, *arguments):
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def act(transactional_db, tmp_path):
    """Let a process of its own act on a database that outlives it."""
    environment = os.environ | {"LUCID_VAR": str(tmp_path)}
    if connection.vendor == "postgresql":
        known = connection.settings_dict
        place = f"{known['HOST']}:{known['PORT'] or 5432}/{known['NAME']}"
        environment["DATABASE_URL"] = f"postgresql://{known['USER']}:{known['PASSWORD']}@{place}"
    else:
        environment["DATABASE_URL"] = f"sqlite:///{tmp_path / 'killed.sqlite3'}"
        assert _run(environment, "manage.py", "migrate", "--verbosity", "0").returncode == 0

    def one(*arguments, expected=0):
        done = _run(environment, "-m", "tests.dreaming.worker", *arguments)
        assert done.returncode == expected, done.stderr
        return json.loads(done.stdout) if done.stdout else None

    one("prepare")
    return one


@pytest.mark.parametrize("death", ["dreaming", "storing"])
def test_killed_run_is_resumed_and_proposes_once(act, death):
    act("work", death, "0", expected=-signal.SIGKILL)
    assert act("look") == {"state": "running", "fence": 1, "attempts": 0, "error": "", "changes": 0, "reads": 0}

    act("work", "", "0")  # its lease still holds: nobody else may touch it
    assert act("look")["fence"] == 1

    act("work", "", "1")
    act("work", "", "2")
    ended = {"state": "completed", "fence": 2, "attempts": 1, "error": "", "changes": 1, "reads": 1}
    assert act("look") == ended


def test_run_that_kills_every_worker_is_marked(act):
    for leases in ("0", "1", "2"):
        act("work", "dreaming", leases, expected=-signal.SIGKILL)

    act("work", "dreaming", "3")

    error = "its worker was lost 3 times"
    assert act("look") == {"state": "failed", "fence": 4, "attempts": 3, "error": error, "changes": 0, "reads": 0}
