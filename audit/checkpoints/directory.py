"""The sink that needs no service: a folder, meant to be a mount where files are written once and never changed."""

from __future__ import annotations

import os
from datetime import timedelta
from itertools import count
from pathlib import Path
from urllib.parse import quote

from django.conf import settings

from audit.checkpoints.sinks import NotTaken, Unreachable
from audit.models import Checkpoint


class Directory:
    """One file for each checkpoint, `<log>/<size>-<time>.note`. Nothing is ever written over.

    It only creates, writes and reads, no links or renames, as object stores that are mounted do.
    """

    name = "directory"
    every = timedelta(0)

    def takes(self, log: str) -> bool:
        return True

    def deliver(self, checkpoint: Checkpoint) -> None:
        note = checkpoint.note.encode()
        try:
            while not _is_kept(path := _free(checkpoint, note), note):
                _write(path, note)
        except OSError as error:
            raise Unreachable(f"{error.filename or folder()}: {error.strerror}") from error


def folder() -> Path:
    return Path(settings.CHECKPOINT_FOLDER)


def notes_in(place: Path, log: str) -> list[bytes]:
    """What is kept there of a log, by size and time; files that a kill left torn are among them. Raises OSError."""
    return [path.read_bytes() for path in sorted((place / quote(log, safe="")).glob("*.note"))]


def _free(checkpoint: Checkpoint, note: bytes) -> Path:
    """The name that this note has or may get: a torn file, which cannot be mended, is passed over."""
    place = folder() / quote(checkpoint.log, safe="")
    place.mkdir(mode=0o750, parents=True, exist_ok=True)
    for again in count():
        path = place / f"{checkpoint.size:012d}-{checkpoint.at:%Y%m%dT%H%M%S%fZ}{f'.{again}' if again else ''}.note"
        if not path.exists() or _is_kept(path, note):
            return path
        if not note.startswith(path.read_bytes()):
            raise NotTaken(f"{path} holds something else")
    raise AssertionError("numbers do not end")


def _is_kept(path: Path, note: bytes) -> bool:
    return path.exists() and path.read_bytes() == note


def _write(path: Path, note: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o440), "wb") as file:
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    names = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(names)
    finally:
        os.close(names)
