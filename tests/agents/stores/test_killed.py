"""Whoever dies while sending leaves a store and a journal that agree once somebody went on, and no write done twice."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.agents.stores import saga

ROOT = Path(__file__).resolve().parents[3]
BEFORE = {"/a.md": "a\n", "/b.md": "b\n", "/c.md": "c\n"}
AFTER = {"/a.md": "a2\n", "/moved.md": "b\n", "/new.md": "new\n"}


class Killed(BaseException):
    """As if the process ended here: nobody catches it."""


@pytest.mark.django_db
@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("step", saga.STEPS)
def test_a_visit_that_breaks_off_at_any_step_is_gone_on_with(remote, monkeypatch, step, number):
    remote.set_up(BEFORE)
    saga.change(remote)
    before, left = len(remote.platform.versions_of(remote.place)), [number]

    def die():
        left[0] -= 1
        if left[0] < 0:
            raise Killed

    with monkeypatch.context() as patch:
        saga.die_at(step, die, patch.setattr)
        with pytest.raises(Killed):
            remote.visit()
    remote.visit()

    assert remote.theirs() == remote.ours() == AFTER
    assert len(remote.platform.versions_of(remote.place)) == before + 4
    assert (remote.conflicts(), remote.open_calls(), remote.told("memory.synced")) == ({}, 0, 0)
    assert remote.told("store.delivered") == 4


@pytest.fixture
def act(tmp_path):
    """Let a process of its own act on a database that outlives it."""
    environment = os.environ | {
        "LUCID_VAR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'killed.sqlite3'}",
        "NO_PROXY": "127.0.0.1,localhost",
    }

    def run(*arguments, expected=0):
        done = subprocess.run(
            [sys.executable, *arguments],
            check=False,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == expected, done.stderr[-2000:]
        return done.stdout

    run("manage.py", "migrate", "--verbosity", "0")
    return lambda *arguments, expected=0: run("-m", "tests.agents.stores.saga", *arguments, expected=expected)


@pytest.mark.slow
@pytest.mark.parametrize("step", saga.STEPS)
def test_a_process_that_is_killed_at_any_step_is_gone_on_with(act, platform_process, step):
    """It dies at its first call, again and again: what was sent is found and not sent twice."""
    store = platform_process.seed_store(memories=BEFORE)
    act("prepare", platform_process.url, platform_process.key, store)
    before = len(platform_process.versions_of(store=store))

    for hours in ("1", "2"):
        act("visit", step, hours, expected=-signal.SIGKILL)
    act("visit", "", "3")

    state = json.loads(act("look").splitlines()[-1])
    assert platform_process.memories_of(store=store) == AFTER
    assert len(platform_process.versions_of(store=store)) == before + 4
    assert state == {"ours": AFTER, "waiting": 0, "conflicts": 0, "open": 0, "told": 4}
