"""One thing that a store holds, against ours: known, a version of its own, or a conflict."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from agents import memory as memories
from agents.enums import Cause, StoreAct
from agents.memory import BadMemory, PathTaken, Writing
from agents.models import Memory, MemoryVersion, StoreCall, StoredMemory, StoreLink
from agents.stores import conflicts, journal
from agents.stores.remote import Seen, Writer
from agents.text.paths import BadPath
from audit import blobs, shapes, trail


class Left(Exception):
    """What stays in the store alone; the message says why."""


@dataclass(frozen=True, slots=True)
class Absorber:
    """`first` while a link is read for the first time, `into_nothing` where there was no memory before."""

    link: StoreLink
    first: bool = False
    into_nothing: bool = False
    listed: frozenset[str] = frozenset()

    def absorb(self, seen: Seen, text: str, writer: Writer, *, at: datetime) -> str:
        """Returns what it came to: known, matched, ours, new, synced or conflict. Raises Left."""
        try:
            with trail.unit_of_work(at=at) as unit:
                memories.lock(self.link.namespace)
                return self._absorb(seen, text, writer, at, unit)
        except (BadPath, BadMemory) as wrong:
            raise Left(f"{seen.path}: {wrong}") from wrong
        except blobs.Erased as erased:
            raise Left("A text was written to the store that was erased here.") from erased

    def _absorb(self, seen: Seen, text: str, writer: Writer, at: datetime, unit: trail.Unit) -> str:
        held = self._rows().filter(remote_id=seen.remote_id).first()
        is_new = held is None
        if held is None:
            memory = self._at(seen.path)
            if memory is None:
                return self._create(seen, text, writer, at, unit)
            held = self._taken_over(memory, seen)
        head = _head(held.memory)
        if is_as(head, seen):
            was_known = held.version_id == head.pk
            agree(held, seen, at=at, unit=unit)
            return "known" if was_known and not is_new else "matched"
        begun = journal.open_of(self.link, held.memory)
        if begun is not None and not held.conflict and _left(begun, seen):
            held.version = begun.push.version
            conflicts.note(held, seen, at=at)
            held.save()
            return "ours"
        if not held.conflict and (held.version_id == head.pk or (self.first and is_new)):
            with suppress(PathTaken):
                return self._write(held, seen, text, writer, at, unit)
        if held.pk and held.conflict and held.outside and (held.outside.sha256, held.outside_path) == _state(seen):
            return "known"
        conflicts.mark(held, seen, text, at=at, unit=unit)
        return "conflict"

    def absorb_gone(self, held: StoredMemory, *, at: datetime) -> str:
        """It is not in the store any more. Returns known, ours, synced or conflict."""
        with trail.unit_of_work(at=at) as unit:
            memories.lock(self.link.namespace)
            held = self._rows().get(pk=held.pk)
            head = _head(held.memory)
            if held.conflict and held.outside is None:
                return "known"
            begun = journal.open_of(self.link, held.memory)
            if begun is not None and begun.act == StoreAct.DELETE:
                journal.close(self.link, held.memory, at=at)
                held.gone_at = at
                held.save(update_fields=["gone_at"])
                return "ours"
            if not head.archived and (held.conflict or held.version_id != head.pk):
                conflicts.mark(held, None, "", at=at, unit=unit)
                return "conflict"
            if not head.archived:
                writing = Writing(text=head.text, path=head.path, archived=True)
                version = memories.write(
                    memory=held.memory, writing=writing, cause=Cause.SYNC, by=trail.SYSTEM, at=at, unit=unit
                )
                _tell(version, Writer(), unit)
            _told_delivered(held.memory, at, unit, tell=head.archived)
            held.gone_at, held.conflict, held.outside = at, "", None
            held.save()
            return "known" if head.archived else "synced"

    def _rows(self) -> QuerySet[StoredMemory]:
        rows = StoredMemory.objects.of(self.link.team).filter(link=self.link, gone_at=None)
        return rows.select_related("memory__namespace", "memory__head__blob", "outside", "link")

    def _at(self, path: str) -> Memory | None:
        rows = Memory.objects.of(self.link.team).live().with_text()
        return rows.filter(namespace=self.link.namespace, path=path).first()

    def _taken_over(self, memory: Memory, seen: Seen) -> StoredMemory:
        """The row of our memory at that path, which the store knows by another id now, or did not know."""
        held: StoredMemory | None = self._rows().filter(memory=memory).first()
        if held is None:
            return StoredMemory(team_id=self.link.team_id, link=self.link, memory=memory, remote_id=seen.remote_id)
        if held.remote_id in self.listed:
            raise Left(f"{seen.path}: another memory stands at this path here.")
        held.remote_id = seen.remote_id
        return held

    def _create(self, seen: Seen, text: str, writer: Writer, at: datetime, unit: trail.Unit) -> str:
        cause = Cause.IMPORT if self.into_nothing else Cause.SYNC
        writing = Writing(text=text, path=seen.path)
        version = memories.create(
            namespace=self.link.namespace, writing=writing, cause=cause, by=trail.SYSTEM, at=at, unit=unit
        )
        if cause == Cause.SYNC:
            _tell(version, writer, unit)
        held = StoredMemory(team_id=self.link.team_id, link=self.link, memory=version.memory, version=version)
        conflicts.note(held, seen, at=at)
        held.save()
        conflicts.delivered(version.memory, at=at)
        return "new"

    def _write(self, held: StoredMemory, seen: Seen, text: str, writer: Writer, at: datetime, unit: trail.Unit) -> str:
        head = _head(held.memory)
        writing = Writing(text=text, path=seen.path, edits=memories.diff_edits(head.text, text))
        version = memories.write(
            memory=held.memory, writing=writing, cause=Cause.SYNC, by=trail.SYSTEM, at=at, unit=unit
        )
        _tell(version, writer, unit)
        held.version = version
        conflicts.note(held, seen, at=at)
        held.save()
        conflicts.delivered(held.memory, at=at)
        return "synced"


def agree(held: StoredMemory, seen: Seen, *, at: datetime, unit: trail.Unit) -> None:
    """The store holds our head: whatever was on its way is there. The caller holds the namespace's lock."""
    held.version, held.conflict, held.outside, held.outside_path = held.memory.head, "", None, ""
    conflicts.note(held, seen, at=at)
    held.save()
    _told_delivered(held.memory, at, unit)


def agree_gone(memory: Memory, held: StoredMemory | None, *, at: datetime, unit: trail.Unit) -> None:
    """The store holds nothing of a memory that is archived here."""
    if held is not None:
        held.gone_at = at
        held.save(update_fields=["gone_at"])
        journal.close(held.link, memory, at=at)
    _told_delivered(memory, at, unit)


def is_as(head: MemoryVersion, seen: Seen) -> bool:
    return not head.archived and (head.blob.sha256, head.path) == _state(seen)


def _left(begun: StoreCall, seen: Seen) -> bool:
    """Whether this is what the call wrote."""
    return begun.sha256 == seen.sha256 and begun.push.version.path == seen.path


def _state(seen: Seen) -> tuple[str, str]:
    return seen.sha256, seen.path


def _head(memory: Memory) -> MemoryVersion:
    assert memory.head is not None  # noqa: S101  a memory is made with its first version
    return memory.head


def _told_delivered(memory: Memory, at: datetime, unit: trail.Unit, *, tell: bool = True) -> None:
    if conflicts.delivered(memory, at=at) and tell:
        head = _head(memory)
        data = {"number": head.number, "store": memory.namespace.store}
        unit.record("store.delivered", target=memory, by=trail.SYSTEM, data=data)


def _tell(version: MemoryVersion, writer: Writer, unit: trail.Unit) -> None:
    data = {
        "path": version.path,
        "number": version.number,
        "version": version.public_id,
        "sha256": version.blob.sha256,
    }
    if shapes.CODE.holds(writer.kind) and shapes.CODE.holds(writer.id):  # the store's words, not ours
        data |= {"writer_kind": writer.kind, "writer": writer.id}
    unit.record("memory.synced", target=version.memory, by=trail.SYSTEM, data=data)
