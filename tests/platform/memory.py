"""Memory stores themselves: memories by path, one version for each change, and what refuses a change."""

import hashlib
from dataclasses import dataclass, field

from tests.platform import paths
from tests.platform.errors import Refused, conflict, invalid, missing

MOST_BYTES, MOST_MEMORIES = 102_400, 2_000


@dataclass
class Memory:
    id: str
    path: str
    content: str
    created_at: str
    updated_at: str
    version: str = ""

    @property
    def sha256(self):
        return hashlib.sha256(self.content.encode()).hexdigest()


@dataclass
class Store:
    """Memories and versions by id; `platform` gives ids and times."""

    platform: object
    id: str
    name: str
    description: str
    metadata: dict
    created_at: str
    updated_at: str
    archived_at: str | None = None
    memories: dict = field(default_factory=dict)
    versions: dict = field(default_factory=dict)

    def at(self, path):
        return next((one for one in self.memories.values() if one.path == path), None)

    def memory(self, id):
        if id not in self.memories:
            raise missing("memory", id)
        return self.memories[id]

    def add(self, path, content, by):
        self.must_be_open()
        paths.check(path)
        _check_size(content)
        self._must_be_free(path)
        if len(self.memories) >= MOST_MEMORIES:
            raise invalid(f"the store holds {MOST_MEMORIES} memories already")
        at = self.platform.now()
        one = Memory(self.platform.new_id("mem"), path, content, at, at)
        self.memories[one.id] = one
        self._versioned(one, "created", by)
        return one

    def change(self, id, by, content=None, path=None, expected=None):
        """New content, a new path, or both; the same content and path make no version."""
        self.must_be_open()
        one = self.memory(id)
        _must_match(one, expected)
        if path is not None and path != one.path:
            paths.check(path)
            self._must_be_free(path)
        if content is not None:
            _check_size(content)
        new = (one.path if path is None else path, one.content if content is None else content)
        if new != (one.path, one.content):
            one.path, one.content = new
            one.updated_at = self.platform.now()
            self._versioned(one, "modified", by)
        return one

    def remove(self, id, by, expected=None):
        """Also out of an archived store."""
        one = self.memory(id)
        _must_match(one, expected)
        del self.memories[id]
        self._versioned(one, "deleted", by)
        return one

    def redact(self, id, by):
        if id not in self.versions:
            raise missing("memory version", id)
        version = self.versions[id]
        memory = self.memories.get(version["memory_id"])
        if memory is not None and memory.version == id:
            raise conflict("the current version of a live memory cannot be redacted")
        if version["redacted_at"] is None:
            emptied = dict.fromkeys(("path", "content", "content_size_bytes", "content_sha256"))
            version |= emptied | {"redacted_at": self.platform.now(), "redacted_by": by}
        return version

    def forget_versions(self):
        """All but the current ones are past their retention."""
        current = {one.version for one in self.memories.values()}
        self.versions = {id: one for id, one in self.versions.items() if id in current}

    def must_be_open(self):
        if self.archived_at is not None:
            raise invalid("the memory store is archived and read-only")

    def _must_be_free(self, path):
        if other := self.at(path):
            raise Refused(
                409,
                "memory_path_conflict_error",
                "a memory with this path exists",
                conflicting_memory_id=other.id,
                conflicting_path=other.path,
            )

    def _versioned(self, one, operation, by):
        gone = operation == "deleted"
        version = {
            "type": "memory_version",
            "id": self.platform.new_id("memver"),
            "memory_id": one.id,
            "memory_store_id": self.id,
            "operation": operation,
            "path": one.path,
            "content": None if gone else one.content,
            "content_size_bytes": None if gone else len(one.content.encode()),
            "content_sha256": None if gone else one.sha256,
            "created_at": self.platform.now(),
            "created_by": by,
            "redacted_at": None,
            "redacted_by": None,
        }
        self.versions[version["id"]] = version
        one.version = version["id"]


def _check_size(content):
    if len(content.encode()) > MOST_BYTES:
        raise invalid(f"content: must be at most {MOST_BYTES} bytes")


def _must_match(one, expected):
    if expected is not None and expected != one.sha256:
        raise Refused(409, "memory_precondition_failed_error", "the memory's content is not the expected one")
