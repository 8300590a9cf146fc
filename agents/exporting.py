"""Writing memories as files. Nothing is ever written outside of the folder that was asked for."""

from __future__ import annotations

from pathlib import Path

from agents import reading
from agents.models import Memory


class NotWritten(OSError):
    """A memory that cannot become a file here; `str()` names it and says why."""

    def __init__(self, memory: Memory, reason: str) -> None:
        super().__init__(f"{memory.namespace.slug}{memory.path}: {reason}")


def write(memory: Memory, folder: Path) -> Path:
    """Write the head of a memory below the folder, byte for byte. Raises NotWritten."""
    root = folder.resolve()
    target = root / memory.namespace.slug / memory.path.lstrip("/")
    if ".." in target.parts or not target.parent.resolve().is_relative_to(root):
        raise NotWritten(memory, "its path leads out of the folder")
    if target.is_symlink():
        raise NotWritten(memory, "a link stands there")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(reading.text_of(memory).encode())
    except OSError as fault:
        raise NotWritten(memory, fault.strerror or "it cannot be written") from fault
    return target
