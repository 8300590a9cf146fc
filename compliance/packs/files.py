"""Where finished packs lie: a folder that the worker writes and the web processes read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings

_CHUNK = 1024 * 1024


def folder() -> Path:
    return Path(settings.EXPORT_FOLDER)


def path_of(export_id: str) -> Path:
    return folder() / f"{export_id}.zip"


@contextmanager
def fresh(export_id: str, fence: int) -> Iterator[IO[bytes]]:
    """A file to write, which gets its name once it is whole and on the disk. Each claim writes one of its own."""
    path = path_of(export_id)
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{fence}.part")
    try:
        with open(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    remove_unfinished(export_id)


def remove(export_id: str) -> None:
    """Take the file away, and what a killed worker left of it."""
    path_of(export_id).unlink(missing_ok=True)
    remove_unfinished(export_id)


def chunks(export_id: str) -> Iterator[bytes]:
    """Raises FileNotFoundError where the file is gone, before anything is sent."""
    file = path_of(export_id).open("rb")
    return _read(file)


def sha256_of(export_id: str) -> tuple[str, int]:
    """The hash (hex) and the size of a finished file."""
    digest = hashlib.sha256()
    for chunk in chunks(export_id):
        digest.update(chunk)
    return digest.hexdigest(), path_of(export_id).stat().st_size


def _read(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        yield from iter(lambda: file.read(_CHUNK), b"")


def remove_unfinished(export_id: str) -> None:
    """Take away what killed workers left."""
    for left in folder().glob(f"{export_id}.*.part"):
        left.unlink(missing_ok=True)
