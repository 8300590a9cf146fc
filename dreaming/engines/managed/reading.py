"""What a dream is given: one store of memories, and the sessions of the platform that are new."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from agents.snapshot import MemoryText, SessionMark, Snapshot
from dreaming.engines.managed.workspace import Workspace
from dreaming.engines.protocol import EngineFailed

MOST_SESSIONS = 100  # of one dream
MOST_MEMORIES = 2_000  # of one store
MOST_INSTRUCTIONS = 4_096
LOCAL_WORKS = "The local engine reads these sessions without it."


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Shelf:
    """The memories that a dream may rework, by their paths in the input store.

    `store` is the namespace's own, or empty where one has to be made; in one made for several namespaces each has a
    folder of its own.
    """

    store: str
    namespaces: tuple[str, ...]
    memories: Mapping[str, MemoryText]

    def path_of(self, namespace: str, path: str) -> str:
        return f"/{namespace}{path}" if len(self.namespaces) > 1 else path

    def place_of(self, path: str) -> tuple[str, str]:
        """Namespace and path of what stands in the store; what is in no namespace's folder goes to the first."""
        if len(self.namespaces) > 1:
            for namespace in self.namespaces:
                if path.startswith(f"/{namespace}/"):
                    return namespace, path.removeprefix(f"/{namespace}")
        return self.namespaces[0], path


@dataclass(frozen=True, slots=True)
class Reading:
    """All that decides what a dream finds. `digest` names it: an equal one is never dreamt about twice.

    `base` names all of it but the sessions, `sizes` are how many events each of those has, by external id.
    """

    shelf: Shelf
    sessions: tuple[SessionMark, ...]
    sizes: Mapping[str, int]
    base: str

    @property
    def digest(self) -> str:
        return sha256(json.dumps([self.base, [(mark.id, self.sizes[mark.external_id]) for mark in self.sessions]]))

    @property
    def by_external_id(self) -> dict[str, SessionMark]:
        return {mark.external_id: mark for mark in self.sessions}

    def only(self, external_ids: Collection[str]) -> Reading:
        return replace(self, sessions=tuple(mark for mark in self.sessions if mark.external_id in external_ids))

    def parts(self) -> list[list[str]]:
        """External ids, as many together as one dream takes, the earliest first."""
        ids = [mark.external_id for mark in self.sessions]
        return [ids[start : start + MOST_SESSIONS] for start in range(0, len(ids), MOST_SESSIONS)]


def on_platform(snapshot: Snapshot, workspace: Workspace) -> tuple[SessionMark, ...]:
    return tuple(
        mark for mark in snapshot.sessions if mark.source == workspace.source and mark.external_id in workspace.sessions
    )


def read(snapshot: Snapshot, workspace: Workspace) -> Reading:
    """Raises EngineFailed where something is missing, and says what."""
    held = on_platform(snapshot, workspace)
    if not held:
        raise EngineFailed(
            "No session in scope is on the Claude platform: map the agent to its agent there, and pull its sessions."
            f" {LOCAL_WORKS}"
        )
    new = [mark for mark in held if mark.is_new and not mark.taint and mark.trust != "untrusted"]
    new.sort(key=lambda mark: (mark.started_at is None, mark.started_at or snapshot.taken_at, mark.external_id))
    shelf = _shelf(snapshot, workspace)
    rows = {mark.id: len(snapshot.events.rows_of(index)) for index, mark in enumerate(snapshot.sessions)}
    sizes = {mark.external_id: rows[mark.id] for mark in new}
    return Reading(shelf, tuple(new), sizes, _base(workspace, shelf))


def _shelf(snapshot: Snapshot, workspace: Workspace) -> Shelf:
    if not snapshot.namespaces:
        raise EngineFailed("The agent may write no namespace in scope, so a dream would have nowhere to propose to.")
    linked = [namespace for namespace in snapshot.namespaces if namespace in workspace.stores]
    if len({workspace.stores[namespace] for namespace in linked}) > 1:
        raise EngineFailed(
            f"{', '.join(linked)} are in several memory stores, and a dream reads one: choose one of them in the dream"
            " settings."
        )
    chosen = tuple(linked[:1] or snapshot.namespaces)
    shelf = Shelf(workspace.stores[linked[0]] if linked else "", chosen, {})
    own = {
        shelf.path_of(memory.namespace, memory.path): memory
        for memory in snapshot.memories
        if memory.namespace in chosen
    }
    if len(own) > MOST_MEMORIES and not linked:
        raise EngineFailed(
            f"The namespaces in scope hold {len(own)} memories, and a store holds {MOST_MEMORIES}: choose fewer of them"
            f" in the dream settings. {LOCAL_WORKS}"
        )
    return Shelf(shelf.store, chosen, own)


def _base(workspace: Workspace, shelf: Shelf) -> str:
    said = [
        shelf.store,
        shelf.namespaces,
        sorted((path, sha256(memory.text)) for path, memory in shelf.memories.items()),
        workspace.connection,
        workspace.model,
        workspace.instructions,
    ]
    return sha256(json.dumps(said))
