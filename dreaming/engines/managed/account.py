"""What the journal holds of the dreams of one reading: written before each step outside, and read after a crash.

Ids, hashes, counts and times only: no text of a memory or of a session.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from dreaming.engines.protocol import OUTSIDE, Journal
from dreaming.engines.spending import Tokens

KEY = f"{OUTSIDE}managed/"  # and the digest of the reading
CURRENT = f"{OUTSIDE}managed-now"  # the digest of the account that a run is at
CLEARED = f"{OUTSIDE}cleared/"

PLANNED, ASKED, FOLLOWED, STOPPING, DONE, SPLIT = "planned", "asked", "followed", "stopping", "done", "split"


class Held(msgspec.Struct):
    """A reservation of the budget."""

    id: str
    tokens: dict[str, int]


class Part(msgspec.Struct):
    """One dream. `known` are earlier ones of the same sessions, `reads` how often its usage was read unchanged.

    `why` says why it was stopped.
    """

    sessions: list[str]
    state: str = PLANNED
    asked_at: str = ""
    dream: str = ""
    session: str = ""
    output: str = ""
    known: list[str] = []
    held: list[Held] = []
    usage: dict[str, int] = {}
    is_settled: bool = False
    reads: int = 0
    polls: int = 0
    tries: int = 0
    why: str = ""
    is_over_budget: bool = False


class Account(msgspec.Struct):
    """`store` is the input; `name` is that of one that was made for the purpose, empty where it is the namespace's.

    `odd` are the paths that the input store holds otherwise than the snapshot, with the hash that they had, "" for
    none. `left` are stores that are ours to delete.
    """

    connection: str
    digest: str
    model: str
    base: str = ""
    sizes: dict[str, int] = {}
    store: str = ""
    name: str = ""
    asked_at: str = ""
    is_filled: bool = False
    odd: dict[str, str] | None = None
    parts: list[Part] = []
    left: list[str] = []
    failures: int = 0
    clear_at: str = ""
    clear_tries: int = 0

    @property
    def is_made_for_it(self) -> bool:
        return bool(self.name)


class Book:
    """An account and the journal that it is written to."""

    def __init__(self, journal: Journal, account: Account) -> None:
        self.journal, self.account = journal, account

    def save(self) -> None:
        self.journal.put(KEY + self.account.digest, plain(self.account))

    def leave(self, store: str) -> None:
        """Note that a store is ours and has to go; never the namespace's own."""
        account = self.account
        own = account.store if not account.is_made_for_it else ""
        if store and store != own and store not in account.left:
            account.left.append(store)
        self.save()


def plain(account: Account) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(account)
    return found


def of(value: Any) -> Account:
    return msgspec.convert(value, Account)


def tokens_of(usage: Mapping[str, int]) -> Tokens:
    """A dream tells what it wrote to caches and not for how long: booked as written for five minutes, the less."""
    return Tokens(
        input=usage.get("input_tokens", 0),
        output=usage.get("output_tokens", 0),
        cache_read=usage.get("cache_read_input_tokens", 0),
        cache_write_5m=usage.get("cache_creation_input_tokens", 0),
    )
