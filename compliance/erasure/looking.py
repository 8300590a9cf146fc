"""What an erasure would reach, before anybody agrees to it: counted by table, and listed where people would look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from agents.models import Memory, MemoryVersion, Session, SessionEvent, StorePush
from audit.models import Blob, Private
from compliance.enums import ErasureKind, HoldScope
from compliance.erasure import copies, leaving, needles, places, steps
from compliance.erasure.works import Work
from compliance.packs import jobs
from reviews.models import Change, Evidence, EvidenceLink, RevisionTarget

LISTED = 100


def look(work: Work) -> dict[str, Any]:
    """`tables` counts rows by what they are; `memories`, `changes` and `sessions` are public ids, the first hundred.

    `elsewhere` counts rows that hold the words of one value and are not reached. `touched` are all ids that a legal
    hold may name, by its scope.
    """
    found = _Found()
    if work.kind == ErasureKind.VALUE:
        _value(work, found)
    else:
        _values(work, found)
    if work.kind == ErasureKind.SESSION:
        _session(work, found)
    elif work.kind != ErasureKind.VALUE:
        _texts(work, found)
    if work.kind == ErasureKind.PERSON:
        _columns(work, found)
    pushed = StorePush.objects.of(work.team).filter(version__memory__public_id__in=found.memories).count()
    found.tables["stored packs"] = jobs.holding_texts(work.team).count()
    found.tables = +found.tables  # what is there none of is not said
    beyond = {"exports": leaving.count(work), "delivered": pushed}
    return found.as_json() | beyond | {"touched": _touched(work, found)}


class _Found:
    def __init__(self) -> None:
        self.tables: Counter[str] = Counter()
        self.memories: set[str] = set()
        self.changes: set[str] = set()
        self.sessions: set[str] = set()
        self.elsewhere: Counter[str] = Counter()

    def as_json(self) -> dict[str, Any]:
        lists = {"memories": self.memories, "changes": self.changes, "sessions": self.sessions}
        counts = {f"{name}_count": len(ids) for name, ids in lists.items()}
        tables = {"tables": dict(self.tables), "elsewhere": dict(self.elsewhere)}
        return tables | counts | {name: sorted(ids)[:LISTED] for name, ids in lists.items()}


def _touched(work: Work, found: _Found) -> dict[str, list[str]]:
    sessions, memories = Session.objects.of(work.team), Memory.objects.of(work.team)
    return {
        HoldScope.SESSION: sorted(found.sessions),
        HoldScope.AGENT: _once(sessions, found.sessions, "agent__public_id"),
        HoldScope.NAMESPACE: _once(memories, found.memories, "namespace__public_id"),
    }


def _once(rows: QuerySet[Any], ids: set[str], name: str) -> list[str]:
    """The different values of a column in the rows of these ids, however many they are."""
    wanted = sorted(ids)
    pieces = (wanted[start : start + steps.AT_ONCE] for start in range(0, len(wanted), steps.AT_ONCE))
    return sorted({one for piece in pieces for one in rows.filter(public_id__in=piece).values_list(name, flat=True)})


def _values(work: Work, found: _Found) -> None:
    rows = Private.objects.filter(log__in=work.logs()).order_by("pk")
    found.tables["private values"] = sum(steps.goes(work, row) for row in rows.iterator(500))


def _value(work: Work, found: _Found) -> None:
    found.tables["private values"] = len(copies.values(work))
    reached = list(copies.rows(work))
    for copy in reached:
        found.tables[copy.place.title] += 1
        _name(work, copy.place, [copy.pk], found)
    _elsewhere(work, found, {(copy.place, copy.pk) for copy in reached})


def _elsewhere(work: Work, found: _Found, reached: set[tuple[places.Place, int]]) -> None:
    """The same words said on another occasion or within a longer text, where they are enough to be found by."""
    try:
        finder = needles.read([copies.words(work)])
    except needles.TooShort:
        return
    if finder.is_empty:
        return
    blobs = Blob.objects.filter(log=work.log, erased_at=None).order_by("pk").values_list("text", flat=True)
    found.elsewhere["texts"] = sum(bool(finder.spans(text)) for text in blobs.iterator(500))
    gone = {row.pk for row in copies.values(work)}
    others = Private.objects.filter(log=work.log).exclude(pk__in=gone).order_by("pk")
    found.elsewhere["private values"] = sum(bool(finder.spans(copies.opened(row))) for row in others.iterator(500))
    for place in places.all_places():
        pieces = place.pieces(work.team)
        hits = [pk for piece in pieces for pk, *row in piece if any(finder.in_json(value) != value for value in row)]
        found.elsewhere[place.title] += sum((place, pk) not in reached for pk in hits)
    found.elsewhere = +found.elsewhere


def _texts(work: Work, found: _Found) -> None:
    for blob in Blob.objects.filter(log=work.log, erased_at=None).order_by("pk").iterator(500):
        if blob.sha256 == work.subject or work.finder.spans(blob.text):
            versions = MemoryVersion.objects.of(work.team).filter(blob=blob)
            found.tables["texts"] += 1
            found.memories |= set(versions.values_list("memory__public_id", flat=True))
            origins = [id for ids in versions.values_list("origin_ids", flat=True) for id in ids]
            targets = RevisionTarget.objects.of(work.team).filter(base__blob=blob)
            found.changes |= {*origins, *targets.values_list("revision__change__public_id", flat=True)}
    for memory in Memory.objects.of(work.team).order_by("pk").iterator(500):
        if work.finder.spans(memory.path):
            found.memories.add(memory.public_id)


def _columns(work: Work, found: _Found) -> None:
    for place in places.all_places():
        pks = [pk for piece in place.pieces(work.team) for pk, *row in piece if _any(work, row)]
        if pks:
            found.tables[place.title] += len(pks)
            _name(work, place, pks, found)


def _any(work: Work, row: Iterable[Any]) -> bool:
    return any(work.finder.in_json(value) != value for value in row)


def _name(work: Work, place: places.Place, pks: list[int], found: _Found) -> None:
    if path := copies.TO_CHANGE.get(place.label):
        for start in range(0, len(pks), steps.AT_ONCE):
            ids = place.rows(work.team).filter(pk__in=pks[start : start + steps.AT_ONCE]).values(path)
            changes = Change.objects.of(work.team).filter(pk__in=ids)
            found.changes |= set(changes.values_list("public_id", flat=True))
    elif place.model in (Session, SessionEvent):
        field = "session__public_id" if place.model is SessionEvent else "public_id"
        for start in range(0, len(pks), steps.AT_ONCE):
            rows = place.rows(work.team).filter(pk__in=pks[start : start + steps.AT_ONCE])
            found.sessions |= set(rows.values_list(field, flat=True))


def _session(work: Work, found: _Found) -> None:
    events = SessionEvent.objects.of(work.team).filter(session__public_id__in=work.sessions)
    quotes = Evidence.objects.of(work.team).filter(session__public_id__in=work.sessions)
    found.sessions |= set(work.sessions)
    found.tables["session events"] = events.exclude(text="").count()
    found.tables["quotes"] = quotes.count()
    found.changes |= set(quotes.values_list("change__public_id", flat=True))
    targets = RevisionTarget.objects.of(work.team).filter(
        revision__in=EvidenceLink.objects.of(work.team).filter(evidence__in=quotes).values("revision")
    )
    found.memories |= set(targets.exclude(memory=None).values_list("memory__public_id", flat=True))
