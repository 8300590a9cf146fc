"""A consistent copy of the database while it is in use."""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from audit import trail

_CHUNK = 1024 * 1024


class NotMade(Exception):
    """There is no backup, and why."""


@dataclass(frozen=True)
class Backup:
    path: Path
    database: str
    bytes: int
    sha256: str


def make(*, path: Path, by: trail.Actor, at: datetime) -> Backup:
    """Copy the database to a new file and record that in the log of the installation. Raises NotMade."""
    with _fresh(path) as unfinished:
        if connection.vendor == "sqlite":
            _copy_sqlite(unfinished)
        else:
            _dump_postgresql(unfinished)
    made = Backup(path, connection.vendor, path.stat().st_size, _sha256(path))
    data = {"bytes": made.bytes, "sha256": made.sha256, "database": made.database}
    with trail.unit_of_work(at=at) as unit:
        target = trail.Target("installation", trail.INSTALLATION)
        unit.record("backup.made", target=target, by=by, log=trail.INSTALLATION, data=data)
    return made


@contextmanager
def _fresh(path: Path) -> Iterator[Path]:
    """A file to write that gets the name `path` once it is whole. The name is taken first; nothing is overwritten."""
    unfinished = path.with_name(path.name + ".part")
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise NotMade(f"{path} is there already; a backup overwrites nothing") from None
    except OSError as error:
        raise NotMade(f"{path}: {error.strerror}") from error
    try:
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600, exist_ok=False)
        yield unfinished
        _keep(unfinished)
        os.replace(unfinished, path)
    except BaseException as error:
        path.unlink(missing_ok=True)
        unfinished.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise NotMade(f"{path}: {error.strerror}") from error
        raise


def _copy_sqlite(path: Path) -> None:
    connection.validate_no_atomic_block()  # SQLite would wait for the transaction of this very connection, for ever
    connection.ensure_connection()
    try:
        with closing(sqlite3.connect(path)) as copy:
            connection.connection.backup(copy)
            found = copy.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.Error as error:
        raise NotMade(f"SQLite could not copy the database: {error}") from error
    if found != "ok":
        raise NotMade(f"the copy is damaged: {found}")


def _dump_postgresql(path: Path) -> None:
    """By pg_dump, which sees one moment of the database. The password goes by the environment, never as an argument."""
    (_psql, *where), env = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    command = ["pg_dump", "--format=custom", f"--file={path}", *where]
    if shutil.which(command[0]) is None:
        wanted = shlex.join(["pg_dump", "--format=custom", f"--file={path.with_suffix('')}", *where])
        raise NotMade(f"pg_dump is not installed here. Run this where it is:\n  {wanted}")
    done = subprocess.run(command, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=False)  # noqa: S603  (no shell, and every argument is from the settings)
    if done.returncode:
        raise NotMade(f"pg_dump failed: {done.stderr.strip()}")


def _keep(path: Path) -> None:
    """Wait until the bytes are on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
