"""Checking a log event by event: the numbers, the links, the hashes, and what they add up to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from audit.verify import canonical, merkle

NO_LEAF = bytes(merkle.HASH_BYTES)  # stands where the first event of a log names the leaf before it

_FIELDS = {
    "v": int,
    "log": str,
    "seq": int,
    "prev": str,
    "id": str,
    "time": str,
    "type": str,
    "outcome": str,
    "actor": dict,
    "target": dict,
    "data": dict,
    "private": dict,
}


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where: `seq` is None where it is the log as a whole."""

    seq: int | None
    reason: str
    detail: str


class Chain:
    """Takes the events of one log in their order and knows, after each, the size and root of what it has seen."""

    def __init__(self, log: str) -> None:
        self.log = log
        self.size = 0
        self.leaf: bytes | None = NO_LEAF  # None: not known, after a gap
        self.frontier = b""
        self.is_whole = True

    @property
    def root(self) -> bytes:
        return merkle.frontier_root(self.frontier, self.size)

    def skip(self, leaves: Sequence[bytes]) -> None:
        """Go on after events of which only the leaf hashes are left."""
        if leaves and self.is_whole:
            self.frontier = merkle.extend(self.frontier, self.size, leaves)
            self.size, self.leaf = self.size + len(leaves), leaves[-1]

    def take(self, *, seq: int, body: bytes, leaf: bytes) -> tuple[dict[str, Any] | None, list[Fault]]:
        """The content of the event, None where it cannot be read, and what is wrong with it."""
        faults = list(self._placed(seq))
        hashed = merkle.leaf_hash(body)
        if hashed != leaf:
            faults.append(Fault(seq, "leaf", "the stored leaf is not the hash of the body"))
        content, unreadable = read(seq, body)
        if content is None:
            faults += unreadable
        else:
            faults += self._linked(seq, content)
        if self.is_whole:
            self.frontier = merkle.extend(self.frontier, self.size, [hashed])
        self.size, self.leaf = seq, leaf
        return content, faults

    def _placed(self, seq: int) -> Iterator[Fault]:
        if seq != self.size + 1:
            yield Fault(seq, "gap", f"follows event {self.size}")
            self.is_whole, self.leaf = False, None

    def _linked(self, seq: int, content: dict[str, Any]) -> Iterator[Fault]:
        if content["log"] != self.log:
            yield Fault(seq, "log", f"the body belongs to the log {content['log']}")
        if content["seq"] != seq:
            yield Fault(seq, "seq", f"the body is event {content['seq']}")
        if self.leaf is not None and content["prev"] != self.leaf.hex():
            yield Fault(seq, "prev", "the body does not name the leaf of the event before it")


def read(seq: int, body: bytes) -> tuple[dict[str, Any] | None, list[Fault]]:
    """The content of an event of version 1; None and why where the bytes are none."""
    try:
        content = canonical.loads(body)
    except canonical.NotCanonical as error:
        return None, [Fault(seq, "canonical", str(error))]
    if not isinstance(content, dict) or content.keys() != _FIELDS.keys():
        return None, [Fault(seq, "schema", "the body has other fields than an event")]
    wrong = [name for name, kind in _FIELDS.items() if type(content[name]) is not kind]
    if wrong or content["v"] != 1:
        return None, [Fault(seq, "schema", f"the body is no event of version 1 ({', '.join(wrong) or 'v'})")]
    return content, []
