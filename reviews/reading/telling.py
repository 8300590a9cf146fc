"""What a change says and takes out, and what memory says beside it, as statements.

Memories are read once: their statements are kept in this process by the hash of their text.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock

from django.db.models import Q, QuerySet

from accounts.models import Team
from agents.models import Memory, MemoryVersion, NamespaceAccess
from agents.text import lines as text_lines
from agents.text import neighbours
from agents.text.lines import Edit
from agents.text.neighbours import Told
from reviews import hunks
from reviews.models import Change, Inverse, RevisionTarget

MOST_KNOWN = 50_000  # statements kept
PIECE = 1_000  # memories in one query


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement stands: in a memory, or in another change."""

    label: str
    memory: str = ""
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a revision says anew, what it takes out, and what stays in the memories that it touches, by path."""

    fresh: list[Told] = field(default_factory=list)
    gone: list[Told] = field(default_factory=list)
    stays: list[tuple[Told, Source]] = field(default_factory=list)
    memories: set[int] = field(default_factory=set)


class Kept:
    """Documents as they were read, by the SHA-256 of their text; the ones used longest ago go first."""

    def __init__(self, most: int) -> None:
        self._most, self._held, self._lock = most, 0, Lock()
        self._read: OrderedDict[str, tuple[Told, ...]] = OrderedDict()

    def get(self, sha256: str) -> tuple[Told, ...] | None:
        with self._lock:
            if sha256 in self._read:
                self._read.move_to_end(sha256)
            return self._read.get(sha256)

    def put(self, sha256: str, read: tuple[Told, ...]) -> None:
        with self._lock:
            self._held += len(read) - len(self._read.pop(sha256, ()))
            self._read[sha256] = read
            while self._held > self._most and len(self._read) > 1:
                self._held -= len(self._read.popitem(last=False)[1])

    def __len__(self) -> int:
        return self._held


kept = Kept(MOST_KNOWN)


def said(change: Change) -> Said:
    """Statements that only move are neither new nor gone."""
    rows = RevisionTarget.objects.of(change.team).filter(revision=change.head_id).select_related("base__blob")
    found = Said()
    for target in rows.defer("rows").order_by("position"):
        if target.memory_id:
            found.memories.add(target.memory_id)
        _take_in(found, target)
    if change.applied_at:
        found.memories.update(_wrote(change))
    old, new = {one.normal for one in found.gone}, {one.normal for one in found.fresh}
    fresh = [one for one in found.fresh if one.normal not in old]
    return Said(fresh, [one for one in found.gone if one.normal not in new], found.stays, found.memories)


def _wrote(change: Change) -> QuerySet[MemoryVersion, int]:
    """The memories that an applied change wrote, what it added among them."""
    stored = Inverse.objects.of(change.team).filter(change=change).values_list("targets", flat=True)
    ids = [target["version"] for targets in stored for target in targets]
    return MemoryVersion.objects.of(change.team).filter(public_id__in=ids).values_list("memory", flat=True)


def _take_in(found: Said, target: RevisionTarget) -> None:
    before = text_lines.split(target.base.text) if target.base else []
    if target.path_after is None:
        found.gone.extend(neighbours.told("".join(before)))
        return
    edits = [Edit(hunk.start, hunk.end, hunk.after) for hunk in hunks.read(target.hunks)]
    changed = {line for edit in edits for line in range(edit.start, edit.end)}
    found.gone.extend(one for one in neighbours.told("".join(before)) if _touches(one, changed))
    added = set(_added(edits))
    for one in neighbours.told("".join(text_lines.apply(before, edits))):
        if _touches(one, added):
            found.fresh.append(one)
        else:
            found.stays.append((one, Source(target.path_after)))


def _touches(told: Told, lines: set[int]) -> bool:
    return any(line in lines for line in range(told.start, told.end))


def _added(edits: Iterable[Edit]) -> Iterator[int]:
    """The lines of the text after that the edits wrote."""
    shift = 0
    for edit in edits:
        yield from range(edit.start + shift, edit.start + shift + len(edit.lines))
        shift += len(edit.lines) - (edit.end - edit.start)


def standing(change: Change, said: Said) -> Iterator[tuple[Told, Source]]:
    """The statements of all that the namespace's agents read, as they are once the change is applied."""
    found = within_reach(change).exclude(pk__in=said.memories).order_by("pk")
    places = list(found.values_list("pk", "public_id", "path", "namespace__name", "head__blob__sha256"))
    read = _read(change.team, [(pk, sha256) for pk, _id, _path, _name, sha256 in places])
    for pk, public_id, path, name, _sha256 in places:
        source = Source(f"{name} · {path}", memory=public_id)
        for told in read[pk]:
            yield told, source
    yield from said.stays


def _read(team: Team, wanted: Sequence[tuple[int, str]]) -> dict[int, tuple[Told, ...]]:
    """The statements of memories by primary key; texts are fetched for those only that this process has not read."""
    found = {pk: read for pk, sha256 in wanted if (read := kept.get(sha256)) is not None}
    missing = [pk for pk, _sha256 in wanted if pk not in found]
    for start in range(0, len(missing), PIECE):
        for memory in Memory.objects.of(team).filter(pk__in=missing[start : start + PIECE]).with_text():
            blob = memory.head.blob  # type: ignore[union-attr]
            found[memory.pk] = neighbours.told(blob.text)
            kept.put(blob.sha256, found[memory.pk])
    return {pk: found.get(pk, ()) for pk, _sha256 in wanted}


def within_reach(change: Change) -> QuerySet[Memory]:
    """Live memories of every namespace that an agent of the change's namespace reads."""
    readers = NamespaceAccess.objects.of(change.team).filter(namespace=change.namespace_id).values("agent")
    spaces = NamespaceAccess.objects.of(change.team).filter(agent__in=readers).values("namespace")
    rows = Memory.objects.of(change.team).live().filter(head__isnull=False)
    return rows.filter(Q(namespace__in=spaces) | Q(namespace=change.namespace_id))
