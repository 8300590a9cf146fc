import hashlib
import io
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit import keys, trail
from audit.models import Event

SQLITE = connection.vendor == "sqlite"
only_sqlite = pytest.mark.skipif(not SQLITE, reason="copies a SQLite database")
only_postgresql = pytest.mark.skipif(SQLITE, reason="dumps a PostgreSQL database")


def back_up(path):
    """What the command prints, and its exit code."""
    out = io.StringIO()
    try:
        call_command("backup", str(path), stdout=out)
    except CommandError as error:
        return str(error), error.returncode
    return out.getvalue(), 0


def manage(folder, *arguments):
    """The command line on a restored database, as an operator would run it."""
    env = {**os.environ, "DATABASE_URL": f"sqlite:///{folder}/lucid.sqlite3", "LUCID_VAR": str(folder)}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], env=env, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_restored_backup_holds_the_rows_and_verifies(tmp_path, team, happen):
    happen("team.created", "team.changed", private={"name": "North"})
    printed, code = back_up(tmp_path / "lucid.backup")
    assert code == 0, printed

    (tmp_path / "lucid.backup").rename(tmp_path / "lucid.sqlite3")
    without_keys = manage(tmp_path, "audit", "verify")
    shutil.copytree(keys.folder(), tmp_path / "keys")
    migrated = manage(tmp_path, "migrate", "--check")
    verified = manage(tmp_path, "audit", "verify", "--json")

    assert (without_keys.returncode, "its key is gone" in without_keys.stdout) == (1, True)
    assert migrated.returncode == 0, migrated.stdout + migrated.stderr
    assert verified.returncode == 0, verified.stderr
    logs = {log["log"]: (log["size"], log["ok"]) for log in json.loads(verified.stdout)["logs"]}
    assert logs == {team.row.trail_log: (2, True)}


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_backup_is_one_file_for_its_owner_and_an_event(tmp_path, team):
    path = tmp_path / "lucid.backup"

    printed, code = back_up(path)

    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (code, os.listdir(tmp_path)) == (0, ["lucid.backup"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert digest in printed
    assert "SECRET_KEY" in printed
    made = Event.objects.get(log=trail.INSTALLATION, type="backup.made")
    assert made.content()["data"] == {"bytes": path.stat().st_size, "sha256": digest, "database": "sqlite"}


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_rows_and_their_guards_are_in_the_backup(tmp_path, happen):
    happen("team.created")
    back_up(tmp_path / "lucid.backup")

    copy = sqlite3.connect(tmp_path / "lucid.backup")
    assert copy.execute("SELECT count(*) FROM audit_event").fetchone() == (1,)
    with pytest.raises(sqlite3.Error):
        copy.execute("DELETE FROM audit_event")
    copy.close()


def test_backup_overwrites_nothing(tmp_path, db):
    path = tmp_path / "lucid.backup"
    path.write_text("earlier")

    printed, code = back_up(path)

    assert (code, path.read_text()) == (1, "earlier")
    assert "is there already" in printed
    assert not Event.objects.filter(type="backup.made").exists()


def test_backup_into_a_missing_folder_says_so(tmp_path, db):
    printed, code = back_up(tmp_path / "none" / "lucid.backup")

    assert code == 1
    assert "No such file or directory" in printed


@only_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(shutil.which("pg_dump") is None, reason="there is no pg_dump")
def test_dump_of_postgresql_lists_the_log(tmp_path, team, happen):
    happen("team.created")

    printed, code = back_up(tmp_path / "lucid.dump")

    assert code == 0, printed
    listed = subprocess.run(
        ["pg_restore", "--list", tmp_path / "lucid.dump"], capture_output=True, text=True, check=True
    )
    assert "TABLE DATA public audit_event" in listed.stdout


@only_postgresql
def test_command_to_run_is_said_where_there_is_no_pg_dump(tmp_path, db, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    printed, code = back_up(tmp_path / "lucid.dump")

    assert code == 1
    assert f"pg_dump --format=custom --file={tmp_path}/lucid.dump" in printed
    assert os.listdir(tmp_path) == []
