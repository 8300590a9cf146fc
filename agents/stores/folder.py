"""The store that is a folder of Markdown files, such as Claude Code's memory folder or one with a CLAUDE.md.

Each way goes from the folder's own descriptor down, one name at a time, and follows no link: what is a link is not
there. Files are written beside their place and put there at once.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from agents.memory import MAX_BYTES
from agents.stores.remote import Changed, Gone, News, Seen, Taken, Unfit, Unusable, hash_of
from agents.text.paths import BadPath, check_path

SUFFIX = ".md"
TRASH, HALF = ".lucid-trash", ".lucid-half-"
MOST = 5_000  # files that one folder may hold
INDEXES = ("CLAUDE.md", "MEMORY.md")
LOADED_LINES, LOADED_BYTES = 200, 25 * 1024
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def place_of(path: str) -> str:
    """The folder as it is kept. Raises Unfit where no setting allows it, or a link is on the way."""
    given = Path(path)
    if not given.is_absolute() or ".." in given.parts or "\0" in path:
        raise Unfit(_("Name the folder from the root of the server on, without “..”."))
    roots = [root for root in settings.STORE_ROOTS if given.is_relative_to(root)]
    if not roots:
        raise Unfit(_("No setting allows this folder: LUCID_STORE_ROOTS lists those that may be used."))
    if not given.is_dir() or given.resolve() != given:
        raise Unfit(_("There is no such folder, or a link leads to it."))
    return str(given)


def index_note(path: str, text: str) -> str:
    """Why an agent does not read all of an index: Claude Code loads its beginning only."""
    lines, size = text.count("\n"), len(text.encode())
    if path.rsplit("/", 1)[-1] not in INDEXES or (lines <= LOADED_LINES and size <= LOADED_BYTES):
        return ""
    words = _("%(path)s has %(lines)s lines and %(size)s bytes. Agents load its first 200 lines or 25 KB.")
    return words % {"path": path, "lines": lines, "size": size}


class Folder:
    """A folder that was opened; `refused` are files that no memory can be, with the reason."""

    most = MOST

    def __init__(self, place: str) -> None:
        self.answered = ""
        self.refused: list[tuple[str, str]] = []
        try:
            self._root = os.open(place_of(place), _FOLDER)
        except OSError as wrong:
            raise Unusable(_("The folder cannot be opened: %(why)s.") % {"why": wrong.strerror}) from wrong
        except Unfit as unfit:
            raise Unusable(str(unfit)) from unfit

    def close(self) -> None:
        os.close(self._root)

    def check(self, path: str, text: str) -> None:
        """Raises Unfit where no file can be this memory."""
        names = path.strip("/").split("/")
        if not names[-1].endswith(SUFFIX):
            raise Unfit(_("A folder holds files that end in .md only."))
        if any(len(name.encode()) > 240 for name in names):
            raise Unfit(_("A part of the path is too long for the name of a file."))
        if any(name == TRASH or name.startswith(HALF) for name in names):
            raise Unfit(_("Lucid needs this name for itself."))

    def news(self, *, since: datetime | None, known: Collection[str]) -> News:
        return News(is_any=True)

    def listing(self) -> list[Seen]:
        found: list[Seen] = []
        self.refused = []
        for path in self._paths():
            try:
                check_path(path)
                self.check(path, "")
                found.append(self._seen(path, self._read(path)))
            except Gone:
                continue
            except (BadPath, Unfit) as wrong:
                self.refused.append((path.encode(errors="replace").decode(), str(wrong)))
            if len(found) > MOST:
                raise Unusable(_("The folder holds more than %(most)s files.") % {"most": MOST})
        return found

    def look(self, remote_id: str) -> Seen | None:
        for path in self._paths():
            if _id(path) == remote_id:
                with suppress(Gone):
                    return self._seen(path, self._read(path))
        return None

    def texts(self, wanted: Sequence[Seen]) -> Iterator[tuple[Seen, str]]:
        """What stands there now of these; what went meanwhile is left out."""
        for one in wanted:
            with suppress(Gone, Unfit):
                text = self._read(one.path)
                yield self._seen(one.path, text), text

    def created(self, *, path: str, sha256: str, since: datetime) -> Seen | None:
        try:
            there = self._seen(path, self._read(path))
        except (Gone, Unfit):
            return None
        return there if there.sha256 == sha256 else None

    def create(self, *, path: str, text: str) -> Seen:
        """Raises Taken, Unfit."""
        with self._parent(path, make=True) as (folder, name), _half(folder, text) as half:
            try:
                os.link(half, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
            except FileExistsError:
                raise Taken(_id(path)) from None
            os.fsync(folder)
        return Seen(_id(path), path, hash_of(text))

    def change(self, was: Seen, *, path: str, text: str) -> Seen:
        """Raises Changed, Gone, Taken, Unfit."""
        if path != was.path:
            self._expect(was)
            made = self._create_again(path, text)
            self._remove(was)
            return made
        with self._parent(path) as (folder, name), _half(folder, text) as half:
            self._expect(was)
            os.rename(half, name, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)
        return Seen(was.remote_id, path, hash_of(text))

    def _create_again(self, path: str, text: str) -> Seen:
        """Harmless where this very text stands there: a move that was cut short left it."""
        try:
            return self.create(path=path, text=text)
        except Taken:
            with suppress(Gone, Unfit):
                there = self._seen(path, self._read(path))
                if there.sha256 == hash_of(text):
                    return there
            raise

    def delete(self, was: Seen) -> None:
        """Into the trash of the folder. Raises Changed, Gone."""
        trash = self._open_folder(self._root, TRASH, make=True)
        try:
            with self._parent(was.path) as (folder, name):
                self._expect(was)
                kept = f"{was.sha256}-{secrets.token_hex(4)}"
                os.rename(name, kept, src_dir_fd=folder, dst_dir_fd=trash)
                os.fsync(folder)
        finally:
            os.close(trash)

    def old(self, remote_id: str, hashes: Collection[str]) -> Iterator[str]:
        """What the trash holds of these texts."""
        with suppress(Gone):
            trash = self._open_folder(self._root, TRASH)
            try:
                yield from [name for name in os.listdir(trash) if name.partition("-")[0] in hashes]
            finally:
                os.close(trash)

    def redact(self, name: str) -> None:
        trash = self._open_folder(self._root, TRASH)
        try:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=trash)
        finally:
            os.close(trash)

    def _expect(self, was: Seen) -> None:
        if hash_of(self._read(was.path)) != was.sha256:
            raise Changed

    def _remove(self, was: Seen) -> None:
        with self._parent(was.path) as (folder, name):
            self._expect(was)
            os.unlink(name, dir_fd=folder)
            os.fsync(folder)

    def _paths(self) -> Iterator[str]:
        for here, folders, files, _fd in os.fwalk(".", dir_fd=self._root, follow_symlinks=False):
            folders[:] = sorted(name for name in folders if name != TRASH)
            for name in sorted(files):
                if name.endswith(SUFFIX) and not name.startswith(HALF):
                    yield f"{here[1:]}/{name}"

    def _read(self, path: str) -> str:
        with self._parent(path) as (folder, name):
            try:
                file = os.open(name, _FILE, dir_fd=folder)
            except OSError as wrong:
                raise Gone from wrong
            with open(file, "rb") as opened:
                if not stat.S_ISREG(os.fstat(file).st_mode):
                    raise Gone
                raw = opened.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise Unfit(_("It is larger than a memory may be."))
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise Unfit(_("It is no text in UTF-8.")) from None

    def _seen(self, path: str, text: str) -> Seen:
        return Seen(_id(path), path, hash_of(text))

    @contextmanager
    def _parent(self, path: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        """The descriptor of the folder that a file is in, and the file's name. Raises Gone."""
        *names, last = path.strip("/").split("/")
        here = os.dup(self._root)
        try:
            for name in names:
                below = self._open_folder(here, name, make=make)
                os.close(here)
                here = below
            yield here, last
        finally:
            os.close(here)

    def _open_folder(self, above: int, name: str, *, make: bool = False) -> int:
        if make:
            with suppress(FileExistsError):
                os.mkdir(name, dir_fd=above)
        try:
            return os.open(name, _FOLDER, dir_fd=above)
        except FileNotFoundError as gone:
            raise Gone from gone
        except OSError as wrong:
            if make:
                raise Unfit(_("A file or a link stands where a folder is needed.")) from wrong
            raise Gone from wrong


@contextmanager
def _half(folder: int, text: str) -> Iterator[str]:
    """A file beside the one that is written; it is gone afterwards where nobody put it in place."""
    name = HALF + secrets.token_hex(8)
    file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644, dir_fd=folder)
    try:
        with open(file, "wb") as opened:
            opened.write(text.encode())
            opened.flush()
            os.fsync(file)
        yield name
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)


def _id(path: str) -> str:
    return hash_of(path)
