"""A batch as lines at the end of a file in the folder that the installation allows, one folder for each team.

The file is opened for each batch, so that one that was moved away is followed by a new one. A line that a crash left
torn is ended, never taken back: its event follows whole.
"""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path

from django.utils.translation import gettext as _

from accounts import reaching
from audit import files
from compliance.streaming import addresses
from compliance.streaming.batches import Batch
from compliance.streaming.wires import NotDelivered

_TRIES = 3


def send(address: str, batch: Batch) -> None:
    """Raises NotDelivered."""
    try:
        path = place(address, batch.log)
        files.make_folder(path.parent)
        for _again in range(_TRIES):
            if _append(path, batch.body()):
                return
    except reaching.BadAddress as refused:
        raise NotDelivered(str(refused)) from refused
    except OSError as failure:
        raise NotDelivered(f"{failure.filename or address}: {failure.strerror}") from failure
    raise NotDelivered(_("The file is moved away again and again while it is written."))


def place(address: str, log: str) -> Path:
    """Raises reaching.BadAddress."""
    return addresses.folder() / log / addresses.file(address)


def _append(path: Path, lines: bytes) -> bool:
    """Whether the lines are on the disk in the file that has this name now."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with open(os.open(path, flags, 0o640), "r+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise NotDelivered(_("%(path)s is no plain file.") % {"path": path})
        torn = found.st_size and os.pread(file.fileno(), 1, found.st_size - 1) != b"\n"
        rest = memoryview(b"\n" + lines if torn else lines)
        while rest:
            rest = rest[os.write(file.fileno(), rest) :]
        os.fsync(file.fileno())
        files.keep_names(path.parent)
        return _is_there(path, found)


def _is_there(path: Path, found: os.stat_result) -> bool:
    try:
        return os.path.samestat(path.stat(), found)
    except FileNotFoundError:
        return False
