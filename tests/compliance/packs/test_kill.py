"""`kill -9` of a worker while it makes a pack: the next one makes the same bytes, once."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.slow


def _run(environment, *arguments):
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture
def act(tmp_path):
    """Let a process of its own act on a database and folders that outlive it."""
    database = f"sqlite:///{tmp_path / 'killed.sqlite3'}"
    environment = os.environ | {"LUCID_VAR": str(tmp_path), "DATABASE_URL": database}
    assert _run(environment, "manage.py", "migrate", "--verbosity", "0").returncode == 0

    def one(*arguments, expected=0):
        done = _run(environment, "-m", "tests.compliance.packs.worker", *map(str, arguments))
        assert done.returncode == expected, done.stderr
        return json.loads(done.stdout) if done.stdout else None

    one("prepare")
    return one


def test_a_killed_pack_is_made_by_the_next_worker_and_made_again_is_the_same(act):
    act("work", 3, 0, expected=-signal.SIGKILL)  # within the making: the plan stands
    first = act("look")
    assert (first["state"], first["fence"], first["events"]) == ("running", 1, 0)
    assert first["plan"]

    act("work", 0, 0)  # its lease still holds: nobody else may touch it
    assert act("look")["fence"] == 1

    act("work", 6, 1, expected=-signal.SIGKILL)
    assert act("look")["left"] == [".part", ".part"]
    act("work", 0, 2)
    ready = act("look")
    assert (ready["state"], ready["plan"], ready["faults"], ready["events"]) == ("ready", first["plan"], [], 1)
    assert ready["left"] == [".zip"]

    act("again")
    assert act("look")["sha256"] == ready["sha256"]
