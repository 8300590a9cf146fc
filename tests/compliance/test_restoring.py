"""The story of a restore on PostgreSQL: a real dump, acts after it, a real restore, and everything verifies again."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from audit import trail
from audit.checkpoints import signer
from tests.compliance.erasure import scenes
from tests.recipes import now

TOOLS = ("pg_dump", "pg_restore")
NAME = "lucid_test_restored"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="restores a dump of PostgreSQL"),
    pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason="there is no pg_dump or no pg_restore"),
]


@contextmanager
def database():
    """An empty database beside that of the tests; its URL."""
    known = connection.settings_dict
    where = {"user": known["USER"], "password": known["PASSWORD"], "host": known["HOST"], "port": known["PORT"] or 5432}
    drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(NAME))
    with psycopg.connect(dbname="postgres", autocommit=True, **where) as admin:
        admin.execute(drop)
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
        try:
            yield f"postgresql://{where['user']}:{where['password']}@{where['host']}:{where['port']}/{NAME}"
        finally:
            admin.execute(drop)


def manage(url, folder, *arguments):
    """The command line on the restored database, as an operator would run it."""
    env = {**os.environ, "DATABASE_URL": url, "LUCID_VAR": str(folder)}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_a_restored_dump_verifies_once_its_erasures_are_replayed_and_its_signer_restarted(signs, team):
    logs = [trail.INSTALLATION, team.row.trail_log]
    scene = scenes.build(team)
    signer.sign_each(logs, at=now())
    call_command("backup", str(signs / "lucid.dump"))
    scenes.erase(scene)
    assert signer.sign_each(logs, at=now()) == []

    by = team.admin.email
    with database() as url:
        subprocess.run(
            ["pg_restore", "--no-privileges", "--no-owner", f"--dbname={url}", signs / "lucid.dump"], check=True
        )
        assert manage(url, signs, "migrate", "--check").returncode == 0
        before = manage(url, signs, "audit", "verify")
        replayed = manage(url, signs, "audit", "replay-erasures")
        restarted = [
            manage(url, signs, "audit", "checkpoint", "--log", log, "--restart", "restored", "--by", by) for log in logs
        ]
        after = manage(url, signs, "audit", "verify", "--json")

    assert (before.returncode, "its key is gone" in before.stdout) == (1, True)
    assert "the log ends at" in before.stdout
    assert replayed.returncode == 0, replayed.stderr
    assert [one.returncode for one in restarted] == [0, 0], [one.stderr for one in restarted]
    assert after.returncode == 0, after.stdout
    assert {one["log"]: one["ok"] for one in json.loads(after.stdout)["logs"]} == dict.fromkeys(logs, True)
