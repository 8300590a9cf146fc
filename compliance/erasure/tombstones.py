"""What was erased, remembered outside the database in a file that only grows: a restored database is held against it.

It holds opaque ids, ids of keys, keyed hashes of words, and hashes of the platform's ids: never what was erased. Each
line names the hash of the one before, so that a line taken out shows.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from accounts.models import Team
from audit import files, keys
from compliance.erasure import needles
from compliance.erasure.works import Work

_VERSION = 1
_FIRST = "0" * 64


class Damaged(RuntimeError):
    """The file of tombstones is not what was written; the message says from which line on."""


def path() -> Path:
    return keys.folder() / "erasures.jsonl"


def bury(work: Work) -> dict[str, Any]:
    """Write the tombstone of an erasure, once; it is on the disk when this returns. Raises Damaged, keys.BadKey."""
    files.make_folder(path().parent)
    with open(os.open(path(), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        known = list(_lines(file.read()))
        for row in known:
            if row["id"] == work.id:
                return row
        row = _row(work, prev=_hash(known[-1]) if known else _FIRST)
        file.write(_bytes(row) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return row


def all_() -> list[dict[str, Any]]:
    """Raises Damaged."""
    try:
        return list(_lines(path().read_bytes()))
    except FileNotFoundError:
        return []


def work_of(row: dict[str, Any], team: Team) -> Work:
    return Work(
        id=row["id"],
        team=team,
        kind=row["kind"],
        subject=row["subject"],
        basis=row["basis"],
        finder=needles.Finder(hashed=tuple(needles.Hashed(**one) for one in row["needles"])),
        subjects=tuple(row["subjects"]),
        keys={(log, subject): key for log, subject, key in row["keys"]},
        at=datetime.fromisoformat(row["at"]),
        sessions=tuple(row.get("sessions", [row["subject"]])),  # lines of before have neither
        pulled=tuple(row.get("pulled", ())),
    )


def _row(work: Work, *, prev: str) -> dict[str, Any]:
    return {
        "version": _VERSION,
        "id": work.id,
        "team": work.log,
        "kind": work.kind,
        "subject": work.subject,
        "basis": work.basis,
        "needles": [asdict(one) for one in needles.hashed(work.finder)],
        "subjects": list(work.subjects),
        "keys": [[log, subject, key] for (log, subject), key in sorted(work.keys.items())],
        "at": work.at.isoformat(),
        "sessions": list(work.sessions),
        "pulled": list(work.pulled),
        "prev": prev,
    }


def _lines(content: bytes) -> Iterator[dict[str, Any]]:
    prev = _FIRST
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            row = json.loads(line)
        except ValueError:
            row = {}
        if row.get("prev") != prev or row.get("version") != _VERSION:
            raise Damaged(f"{path()}, line {number}: this is not what was written; put the file back from its copy")
        yield row
        prev = _hash(row)


def _bytes(row: dict[str, Any]) -> bytes:
    return json.dumps(row, sort_keys=True, separators=(",", ":")).encode()


def _hash(row: dict[str, Any]) -> str:
    return hashlib.sha256(_bytes(row)).hexdigest()
