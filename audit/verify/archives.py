"""Reading a zip that may be hostile: one layout is taken, and every byte of it is accounted for.

Entries follow each other from the first byte, both headers of each say the same, nothing stands between them, before
or behind; what the format leaves to the writer has the one value that `packing` writes. Sizes are checked before
anything is unpacked and held to while unpacking.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from audit.verify import packs

PIECE = 1024 * 1024
STORED, DEFLATED = 0, 8
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_LOCAL_FORM = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL_FORM = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END_FORM = struct.Struct("<4sHHHHIIH")
_MADE_BY, _NEEDED, _TIME, _DATE, _REGULAR_FILE = 20 | 3 << 8, 20, 0, 0x21, 0o100644 << 16


class BadArchive(ValueError):
    """`reason` is `not-a-pack`, `zip`, `name` or `limit`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True)
class Entry:
    name: str
    method: int
    crc: int
    packed: int
    size: int
    start: int  # of the packed bytes


class Archive:
    """The entries of a zip by their names. Raises BadArchive."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = file.seek(0, 2)
        self.entries = {entry.name: entry for entry in self._entries()}
        _check_limits(list(self.entries.values()), self.size)

    def read(self, name: str) -> Iterator[bytes]:
        """The content in pieces of at most 1 MiB. Raises BadArchive when it is not what the headers say."""
        entry = self.entries[name]
        crc = size = 0
        for piece in self._stored(entry) if entry.method == STORED else self._inflated(entry):
            crc, size = zlib.crc32(piece, crc), size + len(piece)
            if size > entry.size:
                break
            yield piece
        if (crc, size) != (entry.crc, entry.size):
            raise BadArchive("zip", f"{name} is not what its header says")

    def read_whole(self, name: str, limit: int) -> bytes:
        if self.entries[name].size > limit:
            raise BadArchive("limit", f"{name} has more than {limit} bytes")
        return b"".join(self.read(name))

    def _entries(self) -> Iterator[Entry]:
        count, length, start = self._end()
        self._file.seek(start)
        directory = self._file.read(length)
        at = place = 0
        seen: set[str] = set()
        for _ in range(count):
            if len(directory) < at + _CENTRAL_FORM.size:
                raise BadArchive("zip", "the directory is cut short")
            fields = _CENTRAL_FORM.unpack_from(directory, at)
            at += _CENTRAL_FORM.size
            raw_name = directory[at : at + fields[10]]
            at += len(raw_name)
            entry = self._entry(fields, raw_name, place)
            if entry.name.lower() in seen:
                raise BadArchive("name", f"{entry.name} is there twice")
            seen.add(entry.name.lower())
            place = entry.start + entry.packed
            yield entry
        if at != length or place != start:
            raise BadArchive("zip", "bytes that belong to no entry")

    def _end(self) -> tuple[int, int, int]:
        self._file.seek(0)
        is_begun = self._file.read(4) in (_LOCAL, _END)
        self._file.seek(max(0, self.size - _END_FORM.size))
        tail = self._file.read(_END_FORM.size)
        is_ended = tail[:4] == _END
        if not is_ended or len(tail) < _END_FORM.size:
            raise BadArchive("zip" if is_begun else "not-a-pack", "it does not end as a zip does")
        _, disk, first_disk, here, count, length, start, comment = _END_FORM.unpack(tail)
        if (disk, first_disk, here, comment) != (0, 0, count, 0) or start + length + _END_FORM.size != self.size:
            raise BadArchive("zip", "its end does not say where its directory is")
        return count, length, start

    def _entry(self, fields: tuple[Any, ...], raw_name: bytes, place: int) -> Entry:
        sign, made_by, needed, flags, method, time, date, crc, packed, size, named, *rest, attributes, start = fields
        fixed = (sign, made_by, needed, flags, time, date, *rest, attributes)
        wanted = (_CENTRAL, _MADE_BY, _NEEDED, 0, _TIME, _DATE, 0, 0, 0, 0, _REGULAR_FILE)
        if fixed != wanted or method not in (STORED, DEFLATED) or start != place:
            raise BadArchive("zip", "an entry is not laid out as in a pack")
        local = _LOCAL_FORM.pack(_LOCAL, needed, flags, method, time, date, crc, packed, size, named, 0) + raw_name
        self._file.seek(place)
        if self._file.read(len(local)) != local:
            raise BadArchive("zip", "the two headers of an entry differ")
        try:
            name = raw_name.decode("ascii")
        except UnicodeDecodeError:
            name = ""
        if not packs.NAME.fullmatch(name):
            raise BadArchive("name", "a name that no file of a pack has")
        return Entry(name, method, crc, packed, size, place + len(local))

    def _packed(self, entry: Entry) -> Iterator[bytes]:
        at, end = entry.start, entry.start + entry.packed
        while at < end:
            self._file.seek(at)
            piece = self._file.read(min(PIECE, end - at))
            if not piece:
                raise BadArchive("zip", f"{entry.name} is cut short")
            at += len(piece)
            yield piece

    def _stored(self, entry: Entry) -> Iterator[bytes]:
        return self._packed(entry)

    def _inflated(self, entry: Entry) -> Iterator[bytes]:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for packed in self._packed(entry):
                while packed and not inflater.eof:
                    yield inflater.decompress(packed, PIECE)
                    packed = inflater.unconsumed_tail
                if inflater.unused_data or (inflater.eof and packed):
                    break
            while not inflater.eof and (piece := inflater.decompress(inflater.unconsumed_tail, PIECE)):
                yield piece
        except zlib.error:
            raise BadArchive("zip", f"{entry.name} cannot be unpacked") from None
        if not inflater.eof or inflater.unused_data:
            raise BadArchive("zip", f"{entry.name} is not packed to its end")


def _check_limits(entries: list[Entry], archive_size: int) -> None:
    total = sum(entry.size for entry in entries)
    if total > packs.MAX_TOTAL:
        raise BadArchive("limit", f"unpacked it would have {total} bytes")
    for entry in entries:
        if entry.size > packs.RATIO_FROM and entry.size > packs.MAX_RATIO * max(entry.packed, 1):
            raise BadArchive("limit", f"{entry.name} would grow more than {packs.MAX_RATIO} times")
    if total > packs.RATIO_FROM and total > packs.MAX_RATIO * archive_size:
        raise BadArchive("limit", f"it would grow more than {packs.MAX_RATIO} times")
