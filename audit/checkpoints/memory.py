"""What the signer itself remembers of each log, in files outside the database: nobody who rewrites rows reaches it."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings

from audit import files
from audit.verify import merkle, notes
from audit.verify.chain import Chain


class Unreadable(RuntimeError):
    """A file of the signer's is damaged. It is not passed over: without it, a rewritten log could be signed."""


@dataclass(frozen=True)
class Signed:
    """The newest checkpoint of a log that was signed: where the log was, the generation of the key, and the note."""

    log: str
    size: int
    root: bytes
    leaf: bytes
    frontier: bytes
    generation: int
    at: datetime
    note: str

    def chain(self) -> Chain:
        """The log as far as it was signed, ready to take the events after it."""
        chain = Chain(self.log)
        chain.size, chain.leaf, chain.frontier = self.size, self.leaf, self.frontier
        return chain


def of(log: str) -> Signed | None:
    """None where nothing of this log was signed yet. Raises Unreadable."""
    path = _path(log)
    try:
        return _read(json.loads(path.read_bytes()), log)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise Unreadable(f"{path} is damaged or cannot be read ({type(error).__name__})") from error


def keep(signed: Signed) -> None:
    """Remember this as the newest of its log. It is on the disk when this returns."""
    content = asdict(signed) | {"at": signed.at.isoformat()}
    for name in ("root", "leaf", "frontier"):
        content[name] = content[name].hex()
    files.replace(_path(signed.log), json.dumps(content, indent=1).encode() + b"\n")


def set_aside(log: str, *, at: datetime) -> None:
    """Keep what was remembered of a log under another name, for whoever asks later."""
    path = _path(log)
    with suppress(FileNotFoundError):
        path.replace(path.with_name(f"{path.name}.{at:%Y%m%dT%H%M%S%fZ}.old"))


@contextmanager
def alone() -> Iterator[None]:
    """One signer at a time on this machine; the lock goes with its process, whatever ends it."""
    files.make_folder(folder())
    with (folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def folder() -> Path:
    return Path(settings.SIGNER_FOLDER)


def _path(log: str) -> Path:
    return folder() / f"{quote(log, safe='')}.json"


def _read(content: dict[str, Any], log: str) -> Signed:
    signed = Signed(
        log=content["log"],
        size=int(content["size"]),
        root=bytes.fromhex(content["root"]),
        leaf=bytes.fromhex(content["leaf"]),
        frontier=bytes.fromhex(content["frontier"]),
        generation=int(content["generation"]),
        at=datetime.fromisoformat(content["at"]),
        note=str(content["note"]),
    )
    told = notes.Checkpoint.parse(notes.Note.parse(signed.note.encode()).text)
    root = merkle.frontier_root(signed.frontier, signed.size)
    if signed.log != log or told != notes.Checkpoint(log, signed.size, signed.root) or root != signed.root:
        raise ValueError("not what was written")
    return signed
