"""Small files that have to be whole and still there after a power cut; what is written is its owner's to read only."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def create(path: Path, content: bytes) -> None:
    """Write a file that must not be there yet. Raises FileExistsError, and never leaves half a file under the name."""
    with _unfinished(path, content) as whole:
        os.link(whole, path)
    keep_names(path.parent)


def replace(path: Path, content: bytes) -> None:
    """Write a file in place of what is there, at once: a reader sees all of the old or all of the new."""
    with _unfinished(path, content) as whole:
        whole.replace(path)
    keep_names(path.parent)


def remove(path: Path) -> None:
    """Take a file away for good; one that is gone already is no error."""
    path.unlink(missing_ok=True)
    keep_names(path.parent)


def make_folder(path: Path) -> None:
    """A folder of the owner's own, with those above it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def _unfinished(path: Path, content: bytes) -> Iterator[Path]:
    make_folder(path.parent)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)


def keep_names(folder: Path) -> None:
    """Have the names in a folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
