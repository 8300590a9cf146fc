"""An event before it has its number: everything of its record but the two values that the end of its log decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from audit.verify import canonical

_TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
_NUMBERS = 64 + 16  # digits of the leaf before, and of the largest number


@dataclass(frozen=True)
class Secret:
    name: str
    salt: bytes
    value: str
    subject: str
    commitment: str


class Entry(NamedTuple):
    """`around` are the bytes of the record before, between and after the leaf before it and its number."""

    public_id: str
    log: str
    at: datetime
    type: str
    outcome: str
    actor: tuple[str, str]
    target: tuple[str, str]
    secrets: Sequence[Secret]
    around: tuple[bytes, bytes, bytes]

    def body(self, *, seq: int, prev: bytes) -> bytes:
        """The canonical record. It only joins, because the log is locked by now."""
        before, between, after = self.around
        return b"%b%b%b%d%b" % (before, prev.hex().encode(), between, seq, after)


def of(
    *,
    public_id: str,
    log: str,
    at: datetime,
    type: str,
    outcome: str,
    actor: tuple[str, str],
    target: tuple[str, str],
    data: Mapping[str, Any],
    secrets: Sequence[Secret],
) -> Entry:
    """The record is written here as RFC 8785 has it, its keys in order, and no object is built only to be written.

    Raises canonical.NotCanonical: here, where the verb can be seen that gave the data.
    """
    text = canonical.text
    private = {secret.name: secret.commitment for secret in secrets}
    around = (
        b'{"actor":{"id":%b,"type":%b},"data":%b,"id":%b,"log":%b,"outcome":%b,"prev":"'
        % (text(actor[1]), text(actor[0]), _dumps(data), text(public_id), text(log), text(outcome)),
        b'","private":%b,"seq":' % _dumps(private),
        b',"target":{"id":%b,"type":%b},"time":"%b","type":%b,"v":1}'
        % (text(target[1]), text(target[0]), time_text(at).encode(), text(type)),
    )
    size = sum(map(len, around)) + _NUMBERS
    if size > canonical.MAX_BYTES:
        raise canonical.NotCanonical(f"{size} bytes are more than {canonical.MAX_BYTES}")
    return Entry(public_id, log, at, type, outcome, actor, target, secrets, around)


@lru_cache(maxsize=64)  # the events of a unit have one time
def time_text(at: datetime) -> str:
    return at.astimezone(UTC).strftime(_TIME_FORMAT)


def _dumps(value: Mapping[str, Any]) -> bytes:
    """As deep as it will stand in the record."""
    return canonical.dumps({"": dict(value)}, limit=None)[4:-1] if value else b"{}"
