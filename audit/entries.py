"""An event before it has its number: everything of its record but the two values that the end of its log decides.

msgspec writes here what `audit.verify.canonical` would: it is quicker, and what verifies needs no packages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from audit.verify import canonical

_TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
_NUMBERS = 64 + 16  # digits of the leaf before, and of the largest number
_ENCODER = msgspec.json.Encoder(order="deterministic")  # with the keys in order


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
    data: dict[str, Any],
    secrets: Sequence[Secret],
) -> Entry:
    """Its record is written here as RFC 8785 has it, in the pieces around what the end of its log decides.

    Raises canonical.NotCanonical: here, where the verb can be seen that gave the data.
    """
    canonical.check(data, depth=1)
    private = {secret.name: secret.commitment for secret in secrets}
    before = {"actor": _who(actor), "data": data, "id": public_id, "log": log, "outcome": outcome, "prev": ""}
    after = {"target": _who(target), "time": time_text(at), "type": type, "v": 1}
    head = _dumps(before)[: -len(b'"}')]
    middle = b'","private":%b,"seq":' % (_dumps(private) if private else b"{}")
    tail = b",%b" % _dumps(after)[len(b"{") :]
    size = len(head) + len(middle) + len(tail) + _NUMBERS
    if size > canonical.MAX_BYTES:
        raise canonical.NotCanonical(f"{size} bytes are more than {canonical.MAX_BYTES}")
    around = (head, middle, tail)
    return Entry(public_id, log, at, type, outcome, actor, target, secrets, around)


@lru_cache(maxsize=64)  # the events of a unit have one time
def time_text(at: datetime) -> str:
    return at.astimezone(UTC).strftime(_TIME_FORMAT)


def _who(one: tuple[str, str]) -> dict[str, str]:
    return {"id": one[1], "type": one[0]}


def _dumps(value: dict[str, Any]) -> bytes:
    try:
        return _ENCODER.encode(value)
    except (TypeError, UnicodeEncodeError):  # a subclass of str, which it does not know, or what has no canonical form
        return canonical.dumps(value, limit=None)
