"""Many processes write into two logs, take back what they wrote, and are killed: no gap, no fork, one head."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(transactional_db, tmp_path):
    """Of processes on a database that outlives them."""
    found = os.environ | {"LUCID_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}
    if connection.vendor == "postgresql":
        known = connection.settings_dict
        place = f"{known['HOST']}:{known['PORT'] or 5432}/{known['NAME']}"
        return found | {"DATABASE_URL": f"postgresql://{known['USER']}:{known['PASSWORD']}@{place}"}
    found["DATABASE_URL"] = f"sqlite:///{tmp_path / 'killed.sqlite3'}"
    subprocess.run([sys.executable, "manage.py", "migrate", "audit", "-v0"], check=True, cwd=ROOT, env=found)
    return found


def run(environment, *arguments):
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.parametrize(("writers", "events"), [(4, 40), (32, 500)])
def test_writers_that_are_killed_leave_no_gap_no_fork_and_one_head(environment, writers, events):
    wrote = run(environment, "-m", "tests.audit.writers", writers, events, 2 / events)

    found = run(environment, "manage.py", "audit", "verify", "--json")
    assert (wrote.returncode, found.returncode) == (0, 0), wrote.stderr[-2000:] + found.stdout[-2000:]
    assert int(wrote.stdout) > 0
