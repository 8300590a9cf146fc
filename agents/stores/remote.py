"""What a store outside holds and answers, whichever kind it is."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Seen:
    """One memory as a store holds it now. `version` is the store's own name of this state, where it has one."""

    remote_id: str
    path: str
    sha256: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote a state, as the store tells it: the kind of actor and its id there."""

    kind: str = ""
    id: str = ""


@dataclass(slots=True)
class News:
    """What was written since a moment: whether there is any, who wrote which version, and how far it was read."""

    is_any: bool
    writers: dict[str, Writer] = field(default_factory=dict)
    through: datetime | None = None
    seen: list[str] = field(default_factory=list)


class Changed(Exception):
    """Something else stands there than was expected: nothing was written."""


class Gone(Exception):
    """Nothing stands there any more."""


class Taken(Exception):
    """Another memory of the store stands at the path. `remote_id` is that one."""

    def __init__(self, remote_id: str) -> None:
        super().__init__(remote_id)
        self.remote_id = remote_id


class Unfit(Exception):
    """What this store cannot hold or hand out; the message is for people."""


class Unusable(Exception):
    """The store as a whole cannot be used now; the message is for people."""


class Store(Protocol):
    """Guarded calls: each write says what it expects to find. `answered` is the request id of the last one.

    `most` is how many memories it holds.
    """

    most: int
    answered: str
    refused: list[tuple[str, str]]

    def close(self) -> None: ...

    def check(self, path: str, text: str) -> None: ...

    def news(self, *, since: datetime | None, known: Collection[str]) -> News: ...

    def listing(self) -> list[Seen]: ...

    def look(self, remote_id: str) -> Seen | None: ...

    def texts(self, wanted: Sequence[Seen]) -> Iterator[tuple[Seen, str]]: ...

    def created(self, *, path: str, sha256: str, since: datetime) -> Seen | None: ...

    def create(self, *, path: str, text: str) -> Seen: ...

    def change(self, was: Seen, *, path: str, text: str) -> Seen: ...

    def delete(self, was: Seen) -> None: ...

    def old(self, remote_id: str, hashes: Collection[str]) -> Iterator[str]: ...

    def redact(self, name: str) -> None: ...


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
