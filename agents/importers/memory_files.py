"""Memory from files: a folder of Markdown, a CLAUDE.md or AGENTS.md, Claude Code's memory folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agents.importers.decoding import is_binary
from agents.text.paths import BadPath, check_path

MAX_BYTES = 102_400
_ENDINGS = (".md", ".markdown")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class MemoryFile:
    """One memory to be: its path in the namespace and its text, line endings as they were."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class BadMemory:
    """A file that cannot become a memory, and why; the other files go on."""

    path: str
    reason: str

    def __str__(self) -> str:
        shown = f"{self.path}: {self.reason}"
        return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in shown)


def read_memory(path: Path) -> list[MemoryFile | BadMemory]:
    """The memories of a file, or of all Markdown below a folder, by path. Hidden files and folders are left alone."""
    if path.is_file():
        return [_read("/" + path.name, path)]
    if not path.is_dir():
        return [BadMemory(str(path), "there is no such file or folder")]
    root = path.resolve()
    found = [_read_below(root, file) for file in _markdown(root)]
    return found or [BadMemory(str(path), "the folder holds no Markdown file")]


def memory_of(path: str, data: bytes) -> MemoryFile | BadMemory:
    """One memory from the bytes of a file, uploaded or read; `path` is where it shall stand in the namespace."""
    data = data.removeprefix(_BOM)
    try:
        check_path(path)
        text = data.decode()
    except BadPath as fault:
        return BadMemory(path, fault.reason)
    except UnicodeDecodeError as fault:
        if is_binary(data):
            return BadMemory(path, "the file is not text")
        line = data.count(b"\n", 0, fault.start) + 1
        return BadMemory(path, f"line {line}: byte {fault.start} is not UTF-8; save the file as UTF-8")
    if not text or text.isspace():
        return BadMemory(path, "the file is empty")
    if len(data) > MAX_BYTES:
        return BadMemory(path, f"the text has {len(data):,} bytes; a memory holds at most {MAX_BYTES:,}")
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        return BadMemory(path, f"line {line}: the text holds a NUL character")
    return MemoryFile(path, text)


def _markdown(root: Path) -> Iterator[Path]:
    """Markdown files and linked folders below a folder, in order of their names; links are never walked into."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        here = Path(folder)
        yield from (here / name for name in folders if (here / name).is_symlink())
        for name in sorted(files):
            if name.lower().endswith(_ENDINGS) and not name.startswith("."):
                yield here / name


def _read_below(root: Path, file: Path) -> MemoryFile | BadMemory:
    path = "/" + file.relative_to(root).as_posix()
    if file.is_symlink():
        try:
            target = file.resolve(strict=True)
        except (OSError, RuntimeError):
            return BadMemory(path, "the link leads nowhere")
        if not target.is_relative_to(root):
            return BadMemory(path, "the link leads out of the folder")
        if target.is_dir():
            return BadMemory(path, "links to folders are not followed")
    return _read(path, file)


def _read(path: str, file: Path) -> MemoryFile | BadMemory:
    try:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):
            return BadMemory(path, "it is no regular file")
        if found.st_size > MAX_BYTES + len(_BOM):
            return BadMemory(path, f"the text has {found.st_size:,} bytes; a memory holds at most {MAX_BYTES:,}")
        return memory_of(path, file.read_bytes())
    except OSError as fault:
        return BadMemory(path, fault.strerror or "it cannot be read")
