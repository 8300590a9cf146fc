"""Sizes and roots of a log that are kept outside its database: what a rewritten log is found out by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from audit.checkpoints import directory, memory
from audit.verify import notes
from audit.verify.notes import PublicKey


class NotRead(Exception):
    """What is kept outside is there and cannot be used, and why."""


@dataclass(frozen=True)
class Anchor:
    size: int
    root: bytes
    place: str


def known(log: str, *, place: Path | None = None, keys: Iterable[PublicKey] = ()) -> list[Anchor]:
    """What the signer remembers here, and the notes in a folder where one is given. Raises NotRead."""
    return remembered(log) + (kept(place, log, keys=keys) if place else [])


def remembered(log: str) -> list[Anchor]:
    """What the signer remembers on this machine; none where it signed nothing here. Raises NotRead."""
    try:
        signed = memory.of(log)
    except memory.Unreadable as error:
        raise NotRead(str(error)) from error
    return [Anchor(signed.size, signed.root, "the signer's memory")] if signed else []


def kept(place: Path, log: str, *, keys: Iterable[PublicKey]) -> list[Anchor]:
    """The notes of a log in the folder of a directory sink that these keys signed. Raises NotRead.

    A note that is no note is a file that a kill left torn: the whole one lies beside it.
    """
    keys = tuple(keys)
    found = []
    try:
        files = directory.notes_in(place, log)
    except OSError as error:
        raise NotRead(f"{place}: {error.strerror}") from error
    for raw in files:
        try:
            note = notes.Note.parse(raw)
        except notes.BadNote:
            continue
        found.append(_anchor(note, log, place, keys))
    return found


def _anchor(note: notes.Note, log: str, place: Path, keys: Iterable[PublicKey]) -> Anchor:
    try:
        checkpoint = notes.verified_checkpoint(note.encode(), keys)
    except (notes.Unsigned, notes.Forged, notes.BadNote) as error:
        raise NotRead(f"a note of {log} in {place}: {error}") from error
    if checkpoint.origin != log:
        raise NotRead(f"a note of {checkpoint.origin} lies in {place} among those of {log}")
    return Anchor(checkpoint.size, checkpoint.root, str(place))
