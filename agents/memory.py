"""Writing memory. Every writing makes a version, moves the records of its statements, and puts a push on the way.

Who may write, and why, is settled by the caller (`reviews.applying`, a first import): it opens the unit and records
what was decided. What is recorded here is that the text moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import Team
from agents import records
from agents.enums import Cause, SearchKind
from agents.models import Memory, MemoryVersion, Namespace, StorePush
from agents.search import due
from agents.text import lines as text_lines
from agents.text.paths import BadPath, check_path
from audit import blobs, trail
from audit.trail import Actor

MAX_BYTES = 102_400


class BadMemory(ValueError):
    """A text that no memory may hold; the message says why."""


class PathTaken(ValueError):
    """Another live memory stands at this path."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is taken by another memory")
        self.path = path


@dataclass(frozen=True, slots=True)
class Writing:
    """What one memory becomes. `edits` say how its lines came from the version before, without their text."""

    text: str
    path: str
    archived: bool = False
    edits: Sequence[dict[str, Any]] = ()
    origin_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    new: list[Memory] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def check_text(text: str) -> None:
    """Raises BadMemory where the text is too large or holds what PostgreSQL cannot."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise BadMemory(f"{size:,} bytes are more than a memory may hold ({MAX_BYTES:,})")
    if "\0" in text:
        raise BadMemory("a NUL character is no text")
    try:
        text.encode()
    except UnicodeEncodeError as wrong:
        raise BadMemory(f"character {wrong.start + 1} is half of a surrogate pair") from None


def lock(namespace: Namespace) -> Namespace:
    """Take the namespace's lock: writings of one namespace wait for each other."""
    return Namespace.objects.of(namespace.team).select_for_update(no_key=True).get(pk=namespace.pk)


def create(
    *, namespace: Namespace, writing: Writing, cause: Cause, by: Actor, at: datetime, unit: trail.Unit
) -> MemoryVersion:
    """Make a memory at a free path. Raises PathTaken, BadPath, BadMemory."""
    check_path(writing.path)
    if Memory.objects.of(namespace.team).live().filter(namespace=namespace, path=writing.path).exists():
        raise PathTaken(writing.path)
    memory = Memory(team=namespace.team, namespace=namespace, path=writing.path, created_at=at)
    memory.save()
    return write(memory=memory, writing=writing, cause=cause, by=by, at=at, unit=unit)


def write(
    *, memory: Memory, writing: Writing, cause: Cause, by: Actor, at: datetime, unit: trail.Unit
) -> MemoryVersion:
    """Make the next version of a memory; the caller holds the namespace's lock.

    Raises PathTaken, BadPath, BadMemory.
    """
    check_text(writing.text)
    _check_path_is_free(memory, writing)
    before = memory.head
    version = MemoryVersion.objects.create(
        team_id=memory.team_id,
        memory=memory,
        number=before.number + 1 if before else 1,
        blob=blobs.keep_one(log=memory.trail_log, text=writing.text, at=at),
        path=writing.path,
        archived=writing.archived,
        cause=cause,
        edits=list(writing.edits),
        origin_ids=list(writing.origin_ids),
        reviewed=cause != Cause.SYNC,
        actor_type=by.type,
        actor_id=by.id,
        at=at,
    )
    memory.head, memory.path, memory.archived = version, writing.path, writing.archived
    memory.save(update_fields=["head", "path", "archived"])
    if before is None:
        records.begin(memory=memory, text=writing.text, introduced_by=_single(writing.origin_ids), at=at)
    else:
        records.carry(memory=memory, text=writing.text, edits=writing.edits, at=at)
    StorePush.objects.create(team_id=memory.team_id, version=version, created_at=at)
    due.note(team_id=memory.team_id, kind=SearchKind.MEMORY, ids=[memory.public_id])
    unit.record(
        "memory.written",
        target=memory,
        by=by,
        data={
            "number": version.number,
            "version": version.public_id,
            "sha256": version.blob.sha256,
            "path": writing.path,
            "cause": str(cause),
            "archived": writing.archived,
            "change": list(writing.origin_ids),
        },
    )
    return version


def import_first(
    *, team: Team, namespace: Namespace, files: Iterable[tuple[str, str]], by: Actor, at: datetime
) -> ImportReport:
    """First import of texts to free paths. A path that holds the same text is unchanged; one that holds another is
    refused with the reason (it takes a proposal), and so is what no memory may hold; the rest goes on.
    """
    report = ImportReport()
    with trail.unit_of_work(at=at) as unit:
        lock(namespace)
        taken = {
            memory.path: memory.head.text if memory.head else ""
            for memory in Memory.objects.of(team).live().filter(namespace=namespace).with_text()
        }
        for path, text in files:
            _import_one(namespace, path, text, taken, report, by, at, unit)
        if report.new:
            unit.record("memory.imported", target=namespace, by=by, data={"memories": len(report.new)})
    return report


def _import_one(
    namespace: Namespace,
    path: str,
    text: str,
    taken: dict[str, str],
    report: ImportReport,
    by: Actor,
    at: datetime,
    unit: trail.Unit,
) -> None:
    try:
        check_path(path)
        check_text(text)
    except (BadPath, BadMemory) as wrong:
        report.refused.append((path, str(wrong)))
        return
    if path not in taken:
        writing = Writing(text=text, path=path)
        version = create(namespace=namespace, writing=writing, cause=Cause.IMPORT, by=by, at=at, unit=unit)
        report.new.append(version.memory)
        taken[path] = text
    elif taken[path] == text:
        report.unchanged.append(path)
    else:
        report.refused.append((path, "another text stands at this path; propose the change instead"))


def diff_edits(before: str, after: str) -> list[dict[str, Any]]:
    """Stored edits between two texts, for versions that no change made."""
    edits = text_lines.diff(text_lines.split(before), text_lines.split(after))
    return [{"start": edit.start, "end": edit.end, "count": len(edit.lines)} for edit in edits]


def _check_path_is_free(memory: Memory, writing: Writing) -> None:
    if writing.archived:
        return
    check_path(writing.path)
    others = Memory.objects.of(memory.team).live().filter(namespace_id=memory.namespace_id, path=writing.path)
    if others.exclude(pk=memory.pk).exists():
        raise PathTaken(writing.path)


def _single(origin_ids: Sequence[str]) -> str:
    return origin_ids[0] if len(origin_ids) == 1 else ""
