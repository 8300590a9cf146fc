"""Writing an evidence pack: a zip whose bytes depend on its content alone, streamed file by file.

Events are read once, and no file but the gaps is held in memory. The caller chooses what goes in and signs at the end.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO

from audit.verify import merkle, notes, packs

SPOOLED = 8 * 1024 * 1024
PIECE = 1024 * 1024
_DATE = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE = 0o100644 << 16
_UNIX = 3
_LEVEL = 1  # what fills a pack is hashes: more effort gains next to nothing

Leaf = tuple[bytes, bytes | None]


@dataclass(frozen=True)
class Limits:
    """What fits into a zip without Zip64 as Python writes it, and what a verifier reads."""

    files: int = packs.MAX_FILES
    file: int = 2**31 - 1
    packed: int = 2**31 - 2**25  # with room for what is still in the compressor, and for the directory
    total: int = packs.MAX_TOTAL


LIMITS = Limits()


class TooLarge(ValueError):
    """What is to go into one pack is more than fits. The message says which limit."""


def check_fits(*, files: int = 0, file: int = 0, packed: int = 0, total: int = 0) -> None:
    """Raises TooLarge. All but the number of files are bytes."""
    if files > LIMITS.files:
        raise TooLarge(f"more than {LIMITS.files:,} files")
    for what, size, most in (
        ("in one file", file, LIMITS.file),
        ("packed", packed, LIMITS.packed),
        ("unpacked", total, LIMITS.total),
    ):
        if size > most:
            raise TooLarge(f"more than {most:,} bytes {what}")


class Writer:
    """Writes one pack into a seekable binary file.

    Call `add_events` once, then `add_disclosures` and `add_redactions` where there are any, `add` and `add_blob` for
    everything else, and `finish` at the end. Raises TooLarge as soon as it is.
    """

    def __init__(self, out: IO[bytes], *, about: packs.About, checkpoints: Sequence[bytes]) -> None:
        """`checkpoints` are signed notes of this log; the largest seals the pack. Raises notes.BadNote."""
        self._about = about
        self._out, self._total = out, 0
        self._zip = zipfile.ZipFile(out, "w", allowZip64=False)
        self._files: dict[str, packs.File] = {}
        self._events = 0
        self._sizes: list[int] = []
        by_size = {notes.Checkpoint.parse(notes.Note.parse(raw).text).size: raw for raw in checkpoints}
        for size in sorted(by_size):
            self._sizes.append(size)
            self.add(packs.checkpoint_name(size), by_size[size])

    def add(self, name: str, content: bytes | Iterable[bytes]) -> packs.File:
        """Write one file, in pieces if it is large. Raises ValueError for a name twice or one no pack can have."""
        if not packs.NAME.fullmatch(name) or name in self._files or name in (packs.MANIFEST, packs.MANIFEST_NOTE):
            raise ValueError(f"a pack takes no file {name!r} (again)")
        self._files[name] = self._write(name, content)
        return self._files[name]

    def add_blob(self, text: bytes) -> str:
        """Write a text under its hash, once. Returns the hash."""
        sha256 = hashlib.sha256(text).hexdigest()
        if packs.BLOBS + sha256 not in self._files:
            self.add(packs.BLOBS + sha256, text)
        return sha256

    def add_events(self, leaves: Iterable[Leaf]) -> None:
        """All of the log from its first event on, up to the newest checkpoint at least: leaf hash and, of an event
        that the pack shows, its body; None for one that it leaves out."""
        with SpooledTemporaryFile(SPOOLED) as gaps:
            self.add(packs.EVENTS, self._split(leaves, gaps))
            gaps.seek(0)
            self.add(packs.GAPS, iter(lambda: gaps.read(PIECE), b""))

    def add_disclosures(self, disclosures: Iterable[packs.Disclosure]) -> None:
        """In the order of events, within one event in that of names; of events that the pack shows."""
        self.add(packs.DISCLOSURES, (one.encode() for one in disclosures))

    def add_redactions(self, bodies: Iterable[bytes]) -> None:
        """The bodies of the `audit.redacted` events that account for missing values. `add_events` shows them too."""
        self.add(packs.REDACTIONS, (body + b"\n" for body in bodies))

    def finish(self, sign: Callable[[str], bytes]) -> bytes:
        """Write the manifest and its note, which `sign` makes of a text. Returns the manifest."""
        for name in packs.REQUIRED:
            if name not in self._files:
                self.add(name, b"")
        manifest = packs.Manifest(self._about, self._events, self._files).encode()
        self._write(packs.MANIFEST, manifest)
        self._write(packs.MANIFEST_NOTE, sign(packs.manifest_text(log=self._about.log, manifest=manifest)))
        self._zip.close()
        return manifest

    def _split(self, leaves: Iterable[Leaf], gaps: IO[bytes]) -> Iterator[bytes]:
        """The lines of events, while what is left out goes to the gaps."""
        cuts, sealed = set(self._sizes), max(self._sizes, default=0)
        gap: merkle.Range | None = None
        for at, (leaf, body) in enumerate(leaves):
            if gap is not None and (body is not None or at in cuts):
                gaps.write(_closed(gap, sealed))
                gap = None
            if body is not None:
                self._events += 1
                yield body + b"\n"
            else:
                gap = gap or merkle.Range(at)
                gap.add(leaf)
        if gap is not None:
            gaps.write(_closed(gap, sealed))

    def _write(self, name: str, content: bytes | Iterable[bytes]) -> packs.File:
        info = zipfile.ZipInfo(name, _DATE)
        info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, _REGULAR_FILE, _UNIX
        info._compresslevel = _LEVEL  # type: ignore[attr-defined]  # no public way before Python 3.13
        digest, size = hashlib.sha256(), 0
        check_fits(files=len(self._zip.filelist) + 1)
        with self._zip.open(info, "w") as entry:
            for piece in _pieces(content):
                digest.update(piece)
                size += len(piece)
                entry.write(piece)
                check_fits(file=size, total=self._total + size, packed=self._out.tell())
        self._total += size
        return packs.File(digest.hexdigest(), size)


def _closed(gap: merkle.Range, sealed: int) -> bytes:
    return packs.Gap(gap.start + 1, gap.stop, gap.nodes if gap.stop <= sealed else ()).encode()


def _pieces(content: bytes | Iterable[bytes]) -> Iterator[bytes]:
    """In pieces of some size, so that a line does not cost a call of the compressor."""
    held = bytearray()
    for part in (content,) if isinstance(content, bytes) else content:
        held += part
        if len(held) >= PIECE:
            yield bytes(held)
            held.clear()
    yield bytes(held)
