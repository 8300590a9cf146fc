"""What a change says, beside what memory says already and what is proposed or was turned down, each with a verdict.

Worked out anew from the head revision each time, so that an edit is judged as it reads now.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from agents.models import Memory, NamespaceAccess
from agents.text import diffs, neighbours, similarity, slots, support, verdicts, wording
from agents.text import lines as text_lines
from agents.text.lines import Edit
from agents.text.neighbours import Told
from agents.text.normalise import normalise
from agents.text.verdicts import Kind
from reviews import hunks
from reviews.enums import VOTABLE, State
from reviews.models import Change, RevisionTarget

SHOWN = 5
MOST_ASKED = 20  # statements of one change that are looked for
MOST_KNOWN = 50_000  # statements kept read in this process
PIECE = 1_000  # memories in one query
LATEST = 400  # memories of other changes
ALIKE = 0.8  # that alike are worth a look though they are two matters

SAID = {
    Kind.SAME: _("Says the same"),
    Kind.REINFORCES: _("Says it in other words"),
    Kind.EXTENDS: _("One says more than the other"),
    Kind.UPDATES: _("Says another value"),
    Kind.CONTRADICTS: _("Contradicts"),
    Kind.SCOPE_SPLIT: _("Holds under another condition"),
    Kind.DISTINCT: _("Reads alike, another matter"),
}
_RANK = {kind: rank for rank, group in enumerate(
    [(Kind.CONTRADICTS, Kind.UPDATES, Kind.SAME), (Kind.REINFORCES, Kind.EXTENDS, Kind.SCOPE_SPLIT), (Kind.DISTINCT,)]
) for kind in group}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement stands: in a memory, or in another change."""

    label: str
    memory: str = ""
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """A statement near one of the change's: what it is to it, how alike, and the way from it to what is proposed."""

    source: Source
    kind: Kind
    score: float
    rows: list[diffs.Row]

    @property
    def said(self) -> str:
        return str(SAID[self.kind])

    @property
    def percent(self) -> int:
        return int(100 * self.score)


@dataclass(frozen=True, slots=True)
class Found:
    """`removes` where the change says nothing new, and it is what it takes out that was looked for."""

    removes: bool
    asked: int
    known: int
    memories: list[Near]
    pending: list[Near]
    rejected: list[Near]


class _Kept:
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


kept = _Kept(MOST_KNOWN)


def read(change: Change) -> Found:
    team = change.team
    rows = RevisionTarget.objects.of(team).filter(revision=change.head_id).select_related("base__blob")
    targets = list(rows.defer("rows").order_by("position"))
    fresh, gone, stays = _said(targets)
    asked = (fresh or gone)[:MOST_ASKED]
    touched = {target.memory_id for target in targets}
    live = [*_live(change, touched), *((one, Source(path)) for path, read in stays for one in read)]
    other = list(_others(change))
    pending = [(told, source) for told, source in other if source.change and source.change.state in VOTABLE]
    rejected = [(told, source) for told, source in other if source.change and source.change.state not in VOTABLE]
    return Found(
        removes=not fresh and bool(gone),
        asked=len(asked),
        known=len(live),
        memories=_near(asked, live),
        pending=_near(asked, pending),
        rejected=_near(asked, rejected),
    )


def _said(targets: Sequence[RevisionTarget]) -> tuple[list[Told], list[Told], list[tuple[str, list[Told]]]]:
    """What a revision says anew, what it takes out, and by path what stays in the memories that it touches."""
    fresh: list[Told] = []
    gone: list[Told] = []
    stays: list[tuple[str, list[Told]]] = []
    for target in targets:
        before = text_lines.split(target.base.text) if target.base else []
        edits = [Edit(hunk.start, hunk.end, hunk.after) for hunk in hunks.read(target.hunks)]
        if target.path_after is None:
            gone += neighbours.told("".join(before))
            continue
        changed = {line for edit in edits for line in range(edit.start, edit.end)}
        gone += [one for one in neighbours.told("".join(before)) if _touches(one, changed)]
        after = neighbours.told("".join(text_lines.apply(before, edits)))
        added = set(_added(edits))
        fresh += [one for one in after if _touches(one, added)]
        stays.append((target.path_after, [one for one in after if not _touches(one, added)]))
    known = {one.normal for one in gone}
    new = [one for one in fresh if one.normal not in known]
    return new, gone, stays


def _touches(told: Told, lines: set[int]) -> bool:
    return any(line in lines for line in range(told.start, told.end))


def _added(edits: Iterable[Edit]) -> Iterator[int]:
    """The lines of the text after that the edits wrote."""
    shift = 0
    for edit in edits:
        yield from range(edit.start + shift, edit.start + shift + len(edit.lines))
        shift += len(edit.lines) - (edit.end - edit.start)


def _live(change: Change, touched: set[int | None]) -> Iterator[tuple[Told, Source]]:
    """The statements of all that the namespace's agents read, but for the memories that the change touches."""
    readers = NamespaceAccess.objects.of(change.team).filter(namespace=change.namespace_id).values("agent")
    spaces = NamespaceAccess.objects.of(change.team).filter(agent__in=readers).values("namespace")
    rows = Memory.objects.of(change.team).live().filter(Q(namespace__in=spaces) | Q(namespace=change.namespace_id))
    found = rows.filter(head__isnull=False).exclude(pk__in=[pk for pk in touched if pk]).order_by("pk")
    places = list(found.values_list("pk", "public_id", "path", "namespace__name", "head__blob__sha256"))
    read = _read(change.team, [(pk, sha256) for pk, _id, _path, _name, sha256 in places])
    for pk, public_id, path, name, _sha256 in places:
        source = Source(f"{name} · {path}", memory=public_id)
        for told in read[pk]:
            yield told, source


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


def _others(change: Change) -> Iterator[tuple[Told, Source]]:
    """What other changes of the namespace say that wait or were turned down, the latest of them."""
    rows = RevisionTarget.objects.of(change.team).filter(
        revision__change__namespace=change.namespace_id,
        revision__change__state__in=(*VOTABLE, State.REJECTED),
        revision__change__head=F("revision"),
    )
    rows = rows.exclude(revision__change=change.pk).select_related("revision__change__proposal__team")
    for target in rows.only(
        "hunks", "path_after", "revision__change__title", "revision__change__state", "revision__change__public_id",
        "revision__change__position", "revision__change__proposal__number", "revision__change__proposal__team",
    ).order_by("-pk")[:LATEST]:  # fmt: skip
        about = target.revision.change
        source = Source(about.title, change=about)
        for line in (line for hunk in hunks.read(target.hunks) for line in hunk.after):
            if support.claims(line):
                yield Told(line.strip(), normalise(line), support.words(line)), source


def _near(asked: Sequence[Told], known: Sequence[tuple[Told, Source]]) -> list[Near]:
    """The nearest of the known, each once and beside the statement that it is nearest to."""
    places = neighbours.nearest(asked, [told for told, _source in known])
    best: dict[int, tuple[tuple[float, ...], Near]] = {}
    for one, near in zip(asked, places, strict=True):
        for place in near:
            told, source = known[place]
            score = similarity.ratio(told.text, one.text)
            kind = verdicts.judge(_wording(told), _wording(one)).kind
            if kind == Kind.DISTINCT and score < ALIKE:
                continue
            rank = (_RANK[kind], -score)
            if place not in best or rank < best[place][0]:
                best[place] = rank, Near(source, kind, score, _rows(told.text, one.text))
    return [near for _rank, near in sorted(best.values(), key=lambda found: found[0])[:SHOWN]]


def _wording(told: Told) -> wording.Wording:
    return wording.read(told.text, slots.slots(told.text, told.heading))


def _rows(known: str, proposed: str) -> list[diffs.Row]:
    before, after = text_lines.split(f"{known}\n"), text_lines.split(f"{proposed}\n")
    edits = text_lines.diff(before, after)
    return diffs.rows(before, edits) if edits else []
