"""A state of memory as a zip: the files as they were, and a manifest that says what each is and who decided on it.

The bytes depend on the state alone, so that the same question gives the same hash later, but for texts erased since.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from accounts.models import Team, User
from audit.entries import time_text
from compliance.packs import limiting
from compliance.past import telling
from compliance.past.state import ORDER, Question
from compliance.past.telling import Told

VERSION = 1
KIND = "lucid.memory-state"
_AT_ONCE = 200
_SPOOLED = 8 * 1024 * 1024
_DATE = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE = 0o100644 << 16


@dataclass(frozen=True)
class Archive:
    file: IO[bytes]
    name: str
    sha256: str
    size: int
    memories: int


def make(question: Question, *, teams: Sequence[Team], by: User, at: datetime) -> Archive:
    """Write the state into a file and record that it was handed out, with its hash. `teams` are all of the person's.

    Raises limiting.TooMany, which is recorded as well.
    """
    archive = _written(question)
    data = {
        "what": "memory",
        "format": "zip",
        "rows": archive.memories,
        "sha256": archive.sha256,
        "bytes": archive.size,
        **_asked(question),
    }
    try:
        limiting.record_export(question.team, teams, data, by=by, at=at)
    except limiting.TooMany:
        archive.file.close()
        raise
    return archive


def _written(question: Question) -> Archive:
    file = SpooledTemporaryFile(max_size=_SPOOLED)  # noqa: SIM115  (whoever takes the archive closes it)
    rows = []
    with zipfile.ZipFile(file, "w") as bundle:
        for told in _told(question):
            row = _row(told)
            if not told.is_erased:
                row["file"] = f"memory/{told.page.namespace}{told.page.path}"
                _add(bundle, row["file"], told.page.text)
            rows.append(row)
        manifest = {"kind": KIND, "version": VERSION, **_about(question), "memories": rows}
        _add(bundle, "manifest.json", json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    size = file.tell()
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return Archive(file, _name(question), sha256, size, len(rows))


def _told(question: Question) -> Iterator[Told]:
    versions = question.versions().order_by(*ORDER).iterator(chunk_size=_AT_ONCE)
    while some := list(islice(versions, _AT_ONCE)):
        yield from telling.tell(question.team, some)


def _row(told: Told) -> dict[str, Any]:
    version = told.version
    return {
        "namespace": told.page.namespace,
        "path": told.page.path,
        "memory": version.memory.public_id,
        "version": version.public_id,
        "number": version.number,
        "cause": version.cause,
        "sha256": version.blob.sha256,
        "bytes": version.blob.size,
        "erased_at": time_text(version.blob.erased_at) if version.blob.erased_at else None,
        "written_at": time_text(version.at),
        "written_by": version.actor_id,
        "changes": [change.public_id for change in told.changes],
        "approved_by": [id for id, _name in told.approved_by],
        "event": told.event.public_id if told.event else None,
        "seq": told.event.seq if told.event else None,
    }


def _about(question: Question) -> dict[str, Any]:
    grants = [
        {
            "agent": grant.agent.public_id,
            "namespace": grant.namespace.public_id,
            "slug": grant.namespace.slug,
            "mode": grant.mode,
            "since": time_text(grant.since),
        }
        for grant in question.grants
    ]
    return {"log": question.team.trail_log, "zone": question.team.time_zone, "access": grants, **_asked(question)}


def _asked(question: Question) -> dict[str, str]:
    about = {"agent": question.agent} if question.agent else {"namespace": question.namespace}
    ids = {name: row.public_id for name, row in about.items() if row}
    return {"moment": time_text(question.at), "seen": str(question.seen), **ids}


def _name(question: Question) -> str:
    about = question.agent or question.namespace
    assert about is not None  # noqa: S101  (a question is about one of the two)
    return f"{question.team.slug}-{about.slug}-{question.at:%Y%m%dT%H%M%SZ}-{question.seen}.zip"


def _add(bundle: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, _REGULAR_FILE, 3
    bundle.writestr(entry, text.encode())
