"""The input store of a dream, and what an output store holds otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import anthropic

from dreaming.engines.managed.account import Account, Book
from dreaming.engines.managed.answers import patient
from dreaming.engines.managed.reading import Reading, sha256
from dreaming.engines.managed.workspace import Workspace
from dreaming.engines.protocol import EngineFailed, Report

AT_ONCE = 100
SKEW = timedelta(minutes=1)  # between our clock and the platform's


@dataclass(frozen=True, slots=True)
class Listed:
    """One memory of a store, without its text."""

    id: str
    sha256: str


def listing(client: anthropic.Anthropic, store: str) -> dict[str, Listed]:
    """What a store holds, by path."""
    found = client.beta.memory_stores.memories.list(store, view="basic", limit=AT_ONCE)
    return {one.path: Listed(one.id, one.content_sha256) for one in found if one.type == "memory"}


def texts(client: anthropic.Anthropic, store: str, wanted: Mapping[str, Listed], report: Report) -> dict[str, str]:
    """The texts of some memories of a store, by path. Raises EngineFailed where one is not what was listed."""
    found = {}
    for number, (path, one) in enumerate(wanted.items()):
        report("reading the dream", number, len(wanted))
        memory = client.beta.memory_stores.memories.retrieve(one.id, memory_store_id=store, view="full")
        text = memory.content or ""
        if sha256(text) != one.sha256:
            raise EngineFailed("The output store of the dream changed while it was read.")
        found[path] = text
    return found


def open_input(book: Book, workspace: Workspace, reading: Reading, report: Report) -> None:
    """Have the input store ready and know where it differs from the snapshot. Harmless to ask for twice."""
    if book.account.odd is not None:
        return
    with patient(book, workspace.clock):
        if reading.shelf.store:
            book.account.store = reading.shelf.store
            book.account.odd = _differences(reading, listing(workspace.client, reading.shelf.store))
        else:
            _make(book, workspace)
            _fill(book, workspace, reading, report)
            book.account.odd = {}
    book.save()


def _differences(reading: Reading, listed: Mapping[str, Listed]) -> dict[str, str]:
    """Paths at which the store and our rows are two: an edit on its way in or out. No dream is held against those."""
    held = reading.shelf.memories
    ours = {path: sha256(memory.text) for path, memory in held.items()}
    theirs = {path: one.sha256 for path, one in listed.items()}
    return {path: theirs.get(path, "") for path in {*ours, *theirs} if ours.get(path) != theirs.get(path)}


def _make(book: Book, workspace: Workspace) -> None:
    account, client = book.account, workspace.client
    if account.store:
        return
    if account.name:
        account.store = made(client, account)
    else:
        account.asked_at = workspace.clock().isoformat()
        account.name = f"Lucid dream {account.digest[:16]} {account.asked_at}"
        book.save()
    if not account.store:
        said = "A copy that Lucid made for one dream, and deletes when it was read."
        account.store = client.beta.memory_stores.create(name=account.name, description=said).id
    book.leave(account.store)


def made(client: anthropic.Anthropic, account: Account) -> str:
    """The store that was asked for by this name, where the platform made it; its name is like no other's."""
    since = datetime.fromisoformat(account.asked_at) - SKEW
    listed = client.beta.memory_stores.list(created_at_gte=since, limit=AT_ONCE)
    return next((store.id for store in listed if store.name == account.name), "")


def _fill(book: Book, workspace: Workspace, reading: Reading, report: Report) -> None:
    """Copy what is missing; nobody else writes there, so what a path has is what was copied to it."""
    account, client = book.account, workspace.client
    if account.is_filled:
        return
    held = reading.shelf.memories
    missing = sorted(held.keys() - listing(client, account.store).keys())
    for number, path in enumerate(missing):
        report("copying memory", number, len(missing))
        try:
            client.beta.memory_stores.memories.create(account.store, path=path, content=held[path].text)
        except anthropic.ConflictError as taken:
            if taken.type != "memory_path_conflict_error":
                raise
    account.is_filled = True


def delete(client: anthropic.Anthropic, store: str) -> None:
    with suppress(anthropic.NotFoundError):  # somebody else deleted it
        client.beta.memory_stores.delete(store)
