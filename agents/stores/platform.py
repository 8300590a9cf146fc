"""The store that is a memory store on the Claude platform. Each call is made once: a 409 is an answer."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import anthropic
from django.utils.translation import gettext as _

from agents.stores.remote import Changed, Gone, News, Seen, Taken, Unusable, Writer

AT_ONCE, FULL_AT_ONCE = 100, 20
ONE_BY_ONE = 40  # more texts than that are read by the page
MOST = 2_000
OVERLAP = timedelta(minutes=2)  # versions that were stored late, or by a clock that is behind
PATIENCE = 30.0
PRECONDITION, PATH_TAKEN = "memory_precondition_failed_error", "memory_path_conflict_error"
LISTINGS = 2  # a cursor may die half-way: the listing begins once more


class PlatformStore:
    most = MOST

    def __init__(self, client: anthropic.Anthropic, store: str) -> None:
        self.answered = ""
        self.refused: list[tuple[str, str]] = []
        self._client, self._store = client.with_options(timeout=PATIENCE), store

    def close(self) -> None:
        self._client.close()

    def check(self, path: str, text: str) -> None:
        """What fits in Lucid fits there: the rules of paths and sizes are the same."""

    def news(self, *, since: datetime | None, known: Collection[str]) -> News:
        """Whether a version is told of that is not among the known ones; the first time there always is."""
        from_when: Any = anthropic.omit if since is None else since - OVERLAP
        found = News(is_any=since is None, through=since)
        versions = self._versions.list(self._store, created_at_gte=from_when, limit=AT_ONCE)
        rows = [(one.created_at, one.id, one.created_by) for one in versions]
        newest = max((at for at, *_rest in rows), default=since)
        for at, id, by in rows:
            found.is_any = found.is_any or id not in known
            found.writers[id] = _writer(by)
            if newest is not None and at >= newest - OVERLAP:
                found.seen.append(id)
        found.through = newest
        return found

    def listing(self) -> list[Seen]:
        for left in reversed(range(LISTINGS)):
            try:
                found = list(self._memories.list(self._store, limit=AT_ONCE))
                return [_seen(one) for one in found if one.type == "memory"]
            except anthropic.BadRequestError:
                if not left:
                    raise
        raise AssertionError  # the last one returns or raises

    def look(self, remote_id: str) -> Seen | None:
        try:
            return _seen(self._memories.retrieve(remote_id, memory_store_id=self._store, view="basic"))
        except anthropic.NotFoundError:
            self._must_be_there()
            return None

    def texts(self, wanted: Sequence[Seen]) -> Iterator[tuple[Seen, str]]:
        """What stands there now of these; what went meanwhile is left out. Many are read by the page."""
        left = {one.remote_id for one in wanted}
        if len(left) > ONE_BY_ONE:
            yield from self._by_page(left)
        for id in sorted(left):
            with suppress(anthropic.NotFoundError):
                found = self._memories.retrieve(id, memory_store_id=self._store, view="full")
                yield _seen(found), found.content

    def _by_page(self, left: set[str]) -> Iterator[tuple[Seen, str]]:
        """Takes what it finds out of `left`; stops where the cursor dies."""
        with suppress(anthropic.BadRequestError):
            for one in self._memories.list(self._store, view="full", limit=FULL_AT_ONCE):
                if one.type == "memory" and one.id in left:
                    left.discard(one.id)
                    yield _seen(one), one.content

    def created(self, *, path: str, sha256: str, since: datetime) -> Seen | None:
        """What a create left behind whose answer was lost."""
        versions = self._versions.list(self._store, operation="created", created_at_gte=since - OVERLAP, limit=AT_ONCE)
        for one in versions:
            if (one.path, one.content_sha256) == (path, sha256):
                there = self.look(one.memory_id)
                if there is not None:
                    return there
        return None

    def create(self, *, path: str, text: str) -> Seen:
        """Raises Taken."""
        try:
            made = self._memories.create(self._store, path=path, content=text)
        except anthropic.ConflictError as clash:
            raise self._told(clash) from clash
        return self._answer(made)

    def change(self, was: Seen, *, path: str, text: str) -> Seen:
        """Raises Changed, Gone, Taken."""
        moved: dict[str, Any] = {"path": path} if path != was.path else {}
        try:
            made = self._memories.update(
                was.remote_id,
                memory_store_id=self._store,
                content=text,
                precondition={"type": "content_sha256", "content_sha256": was.sha256},
                **moved,
            )
        except anthropic.ConflictError as clash:
            raise self._told(clash) from clash
        except anthropic.NotFoundError:
            self._must_be_there()
            raise Gone from None
        return self._answer(made)

    def delete(self, was: Seen) -> None:
        """Raises Changed, Gone."""
        try:
            gone = self._memories.delete(was.remote_id, memory_store_id=self._store, expected_content_sha256=was.sha256)
        except anthropic.ConflictError as clash:
            raise self._told(clash) from clash
        except anthropic.NotFoundError:
            self._must_be_there()
            raise Gone from None
        self.answered = gone._request_id or ""

    def old(self, remote_id: str, hashes: Collection[str]) -> Iterator[str]:
        """The versions of a memory that hold these texts still."""
        for one in self._versions.list(self._store, memory_id=remote_id, limit=AT_ONCE):
            if one.content_sha256 in hashes and one.redacted_at is None:
                yield one.id

    def redact(self, name: str) -> None:
        self.answered = self._versions.redact(name, memory_store_id=self._store)._request_id or ""

    @property
    def _memories(self) -> Any:
        return self._client.beta.memory_stores.memories

    @property
    def _versions(self) -> Any:
        return self._client.beta.memory_stores.memory_versions

    def _answer(self, made: Any) -> Seen:
        self.answered = made._request_id or ""
        return _seen(made)

    def _must_be_there(self) -> None:
        """A memory that is not found may be one of a store that is not found. Raises Unusable."""
        try:
            self._client.beta.memory_stores.retrieve(self._store)
        except anthropic.NotFoundError:
            raise Unusable(_("The memory store is not there any more.")) from None

    def _told(self, clash: anthropic.ConflictError) -> Exception:
        self.answered = clash.request_id or ""
        if clash.type == PRECONDITION:
            return Changed()
        if clash.type == PATH_TAKEN:
            error = clash.body.get("error", {}) if isinstance(clash.body, dict) else {}
            return Taken(str(error.get("conflicting_memory_id", "")))
        return clash


def stores_of(client: anthropic.Anthropic, most: int = 500) -> list[tuple[str, str]]:
    """Id and name of the memory stores of a workspace."""
    found: list[tuple[str, str]] = []
    for store in client.beta.memory_stores.list(limit=AT_ONCE):
        found.append((store.id, store.name))
        if len(found) == most:
            break
    return found


def _seen(one: Any) -> Seen:
    return Seen(one.id, one.path, one.content_sha256, one.memory_version_id)


def _writer(by: Any) -> Writer:
    names = ("session_id", "api_key_id", "user_id", "service_account_id")
    ids = [getattr(by, name, None) for name in names]
    return Writer(by.type, next((id for id in ids if id), "")) if by is not None else Writer()
