"""Private values: sealed under the key of whom they are about, and opened for those who may see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag

from audit import subjects
from audit.models import Private
from audit.verify.commitments import SALT_BYTES

_LOOK_UP = 500  # events in one query; SQLite takes 999 parameters


class Sealed(Exception):
    """The value cannot be read: its key was destroyed, or the row is not what was sealed."""


@dataclass(frozen=True)
class Opened:
    salt: bytes
    value: str


def seal(*, log: str, event: str, name: str, subject: str, salt: bytes, value: str) -> Private:
    """A row that is not stored yet. Raises keys.BadKey."""
    key = subjects.key_for(log=log, subject=subject)
    sealed = key.seal(salt + value.encode(), about=_about(log, event, name))
    return Private(log=log, event=event, name=name, subject=subject, key=key.id, sealed=sealed)


def open(row: Private) -> Opened:
    """Raises Sealed, keys.BadKey."""
    try:
        key = subjects.find(log=row.log, subject=row.subject, id=row.key)
        plain = key.open(bytes(row.sealed), about=_about(row.log, row.event, row.name))
    except (subjects.Gone, InvalidTag, ValueError) as closed:  # ValueError: too short to have been sealed
        raise Sealed(f"{row.name} of {row.event}") from closed
    return Opened(plain[:SALT_BYTES], plain[SALT_BYTES:].decode())


def of_events(events: Sequence[str]) -> Iterable[Private]:
    """The rows of these events, by their ids, as they are kept."""
    for start in range(0, len(events), _LOOK_UP):
        yield from Private.objects.filter(event__in=events[start : start + _LOOK_UP])


def _about(log: str, event: str, name: str) -> bytes:
    return f"{log}\0{event}\0{name}".encode()
