"""A data key for each subject, kept in files beside the database and not in it: destroying one reaches into backups.

A data key is wrapped (AES-256-GCM) by the installation's key `private` (`audit.keys`). Nobody here knows what a
subject is: its opaque id and the log that it is in name the file.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit import files, keys

WRAPPED_BY = "private"
KEY_BYTES = 32
NONCE_BYTES = 12
_VERSION = 1


class Gone(LookupError):
    """The key was destroyed: what it sealed cannot be read any more."""


@dataclass(frozen=True)
class DataKey:
    """`id` names this very key: a subject that was erased gets another one when it is spoken of again."""

    id: str
    secret: bytes = field(repr=False)

    def seal(self, plain: bytes, *, about: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self.secret).encrypt(nonce, plain, about)

    def open(self, sealed: bytes, *, about: bytes) -> bytes:
        """Raises InvalidTag where the bytes were sealed otherwise, or about something else."""
        return AESGCM(self.secret).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about)


def new_secret() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def key_for(*, log: str, subject: str) -> DataKey:
    """The key to seal with; made where there is none. Raises keys.BadKey."""
    path = _path(log, subject)
    try:
        return _read(path)
    except Gone:
        return _make(path)


def find(*, log: str, subject: str, id: str) -> DataKey:
    """The key that sealed something. Raises Gone, keys.BadKey."""
    found = _read(_path(log, subject))
    if found.id != id:
        raise Gone(id)
    return found


def current(*, log: str, subject: str) -> str:
    """The id of the key that a subject has now; empty where it has none. Raises keys.BadKey."""
    try:
        return _read(_path(log, subject)).id
    except Gone:
        return ""


def destroy(*, log: str, subject: str, id: str) -> bool:
    """Destroy this key of a subject, and not one that came after it; whether it was there. Raises keys.BadKey."""
    path = _path(log, subject)
    if not id or current(log=log, subject=subject) != id:
        return False
    with path.open("r+b") as file:  # what a journaling disk keeps of the old bytes is wrapped
        file.write(secrets.token_bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    files.remove(path)
    return True


def _path(log: str, subject: str) -> Path:
    name = hashlib.sha256(f"{log}\0{subject}".encode()).hexdigest()
    return keys.folder() / "subjects" / name[:2] / name


def _read(path: Path) -> DataKey:
    try:
        found = path.stat()
    except FileNotFoundError:
        raise Gone(path.name) from None
    return _unwrapped(path, found.st_ino, found.st_mtime_ns)


@lru_cache(maxsize=4096)
def _unwrapped(path: Path, _inode: int, _written: int) -> DataKey:
    """Kept in memory for as long as the file is the same one."""
    try:
        row = json.loads(path.read_bytes())
        wrapping = keys.of_generation(WRAPPED_BY, row["generation"])
        secret = DataKey("", wrapping.material).open(bytes.fromhex(row["wrapped"]), about=row["id"].encode())
        return DataKey(row["id"], secret)
    except FileNotFoundError:
        raise Gone(path.name) from None
    except InvalidTag:
        raise keys.BadKey(f"{path} was wrapped by another key {WRAPPED_BY} than the one that is here") from None
    except keys.NoKey as missing:
        raise keys.BadKey(f"{path} cannot be opened: {missing}") from missing
    except (ValueError, KeyError, TypeError) as broken:
        raise keys.BadKey(f"{path} is damaged: put it back from the copy of the folder of keys") from broken


def _make(path: Path) -> DataKey:
    """Of several processes the first one's stays, and the others read it."""
    wrapping = keys.ensure(WRAPPED_BY, new_secret)
    fresh = DataKey(secrets.token_hex(16), new_secret())
    row = {
        "version": _VERSION,
        "id": fresh.id,
        "generation": wrapping.generation,
        "wrapped": DataKey("", wrapping.material).seal(fresh.secret, about=fresh.id.encode()).hex(),
    }
    with suppress(FileExistsError):
        files.create(path, json.dumps(row).encode())
    return _read(path)
