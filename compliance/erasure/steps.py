"""The steps of an erasure. Each does a piece in a unit of its own, and can be done again: it finds nothing then.

A step is called as step(work, after, at) and returns the key to go on after, or None where it is through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext

from agents import memory as memories
from agents.enums import Cause, SearchKind
from agents.models import Feedback, Memory, MemoryVersion, Outcome, SearchRow, Session, SessionEvent
from agents.pulling import erased
from agents.search import due
from agents.text.paths import MAX_BYTES as MAX_PATH
from audit import private, redactions, subjects, trail
from audit.models import Blob, Private
from compliance.enums import ErasureKind
from compliance.erasure import copies, needles, places, redacting
from compliance.erasure.works import Work, belongs_elsewhere
from compliance.packs import jobs
from dreaming.models import JournalEntry, SessionRead
from reviews import proposals, rebasing
from reviews.enums import VOTABLE, EvidenceStatus
from reviews.models import Change, Evidence, Inverse, RevisionTarget

Step = Callable[[Work, int, datetime], int | None]

AT_ONCE = 300
ERASED_TEXT = "- (erased)\n"
ERASER = trail.SYSTEM


def texts(work: Work, after: int, at: datetime) -> int | None:
    """Texts of memories: a live one gets a version without what is erased, then the old text goes for good."""
    blobs = list(Blob.objects.filter(log=work.log, erased_at=None, pk__gt=after).order_by("pk")[:AT_ONCE])
    for blob in blobs:
        if work.kind == ErasureKind.TEXT and blob.sha256 == work.subject:
            _erase_text(work, blob, ERASED_TEXT, at)
        elif work.finder.spans(blob.text):
            _erase_text(work, blob, _without(work, blob.text), at)
    return blobs[-1].pk if blobs else None


def _without(work: Work, text: str) -> str:
    covered = work.finder.covered(text)
    if len(covered.encode()) > memories.MAX_BYTES:
        return work.finder.covered(text, by=needles.COVER_ASCII)
    return covered


def _erase_text(work: Work, blob: Blob, text: str, at: datetime) -> None:
    with trail.unit_of_work(at=at) as unit:
        for memory in Memory.objects.of(work.team).filter(head__blob=blob).select_related("namespace"):
            memories.lock(memory.namespace)
            _rewrite(work, memory, text, unit, at)
        if work.kind == ErasureKind.TEXT and blob.sha256 == work.subject:
            _cover_changes(work, blob)
        Blob.objects.filter(pk=blob.pk, erased_at=None).update(text="", erased_at=at)
        unit.record(
            redactions.TYPE,
            target=work.target,
            by=ERASER,
            log=work.log,
            data={"blobs": [blob.sha256], "basis": work.basis, "erasure": work.id},
        )
    work.count("texts", 1)


def _rewrite(work: Work, memory: Memory, text: str, unit: trail.Unit, at: datetime) -> None:
    memory = Memory.objects.of(work.team).with_text().get(pk=memory.pk)
    before = memory.head.text if memory.head else ""
    writing = memories.Writing(
        text=text,
        path=_free_path(work, memory),
        archived=memory.archived,
        edits=[{**edit, "change": "", "proposal": ""} for edit in memories.diff_edits(before, text)],
    )
    version = memories.write(memory=memory, writing=writing, cause=Cause.ERASURE, by=ERASER, at=at, unit=unit)
    if work.kind != ErasureKind.TEXT:  # its lines are where they were
        standing = RevisionTarget.objects.of(work.team).filter(revision__change__state__in=VOTABLE)
        standing.filter(base__memory=memory, base__number=version.number - 1).update(base=version)
    work.count("memories", 1)


def _free_path(work: Work, memory: Memory) -> str:
    path = wanted = work.finder.covered(memory.path)
    if len(wanted.encode()) > MAX_PATH:
        path = wanted = work.finder.covered(memory.path, by=needles.COVER_ASCII)
    others = Memory.objects.of(work.team).live().filter(namespace=memory.namespace).exclude(pk=memory.pk)
    number = 2
    while others.filter(path=path).exists():
        path, number = f"{wanted}-{number}", number + 1
    return path


def _cover_changes(work: Work, blob: Blob) -> None:
    """The diffs to and from a text that goes, with what was kept to take them back."""
    versions = MemoryVersion.objects.of(work.team).filter(blob=blob)
    changes = {id for version in versions for id in version.origin_ids}
    mine = Q(base__blob=blob) | Q(revision__change__public_id__in=changes)
    for row in RevisionTarget.objects.of(work.team).filter(mine):
        RevisionTarget.objects.of(work.team).filter(pk=row.pk).update(
            hunks=[_cover_hunk(one) for one in row.hunks], rows=[]
        )
    inverses = Inverse.objects.of(work.team).filter(change__public_id__in=changes)
    inverses.update(targets=[], erased_at=work.at)


def _cover_hunk(hunk: dict[str, Any]) -> dict[str, Any]:
    names = ("before", "after", "above", "below")
    return {key: needles.cover_json(one) if key in names else one for key, one in hunk.items()}


def paths(work: Work, after: int, at: datetime) -> int | None:
    """Memories that only their path names, live or put away."""
    rows = list(Memory.objects.of(work.team).with_text().filter(pk__gt=after).order_by("pk")[:AT_ONCE])
    for memory in rows:
        if work.finder.spans(memory.path):
            with trail.unit_of_work(at=at) as unit:
                memories.lock(memory.namespace)
                _rewrite(work, memory, memory.head.text if memory.head else "", unit, at)
    return rows[-1].pk if rows else None


def tombstone(work: Work, after: int, at: datetime) -> int | None:
    """Have no pull bring a session of the platform again. Comes first, so that nothing comes in behind the erasure."""
    with trail.unit_of_work(at=at):
        erased.bury(team=work.team, session_ids=work.sessions, digests=work.pulled, at=at)
    return None


def transcript(work: Work, after: int, at: datetime) -> int | None:
    """All that a session says, and what was quoted of it. Its hashes stay, so that the same transcript stays known."""
    sessions = list(Session.objects.of(work.team).filter(public_id__in=work.sessions))
    with trail.unit_of_work(at=at):
        events = SessionEvent.objects.of(work.team).filter(session__in=sessions)
        work.count("events", events.exclude(text="").update(text="", speaker="", usage={}))
        Session.objects.of(work.team).filter(pk__in=[one.pk for one in sessions]).update(
            title="", task="", user_key="", agent_name="", usage={}, taint_reason=""
        )
        Outcome.objects.of(work.team).filter(session__in=sessions).update(detail="")
        Feedback.objects.of(work.team).filter(session__in=sessions).update(
            survey={}, corrected_output="", comment="", given_by=""
        )
        quotes = Evidence.objects.of(work.team).filter(session__in=sessions)
        for row in quotes.exclude(status=EvidenceStatus.PURGED):
            quotes.filter(pk=row.pk).update(quote=needles.cover(row.quote), status=EvidenceStatus.PURGED)
            work.count("quotes", 1)
        runs = SessionRead.objects.of(work.team).filter(session__in=sessions).values("run")
        work.count("journals", JournalEntry.objects.of(work.team).filter(run__in=runs).delete()[0])
        SearchRow.objects.of(work.team).filter(kind=SearchKind.SESSION, about__in=work.sessions).delete()
        due.note(team_id=work.team.pk, kind=SearchKind.SESSION, ids=[one.public_id for one in sessions])
    return None


def columns(work: Work, after: int, at: datetime) -> int | None:
    """Every column of the team that may hold words. `after` counts tables: each is gone through in pieces."""
    everything = places.all_places()
    if after >= len(everything):
        return None
    place = everything[after]
    for piece in place.pieces(work.team):
        changed = {pk: new for pk, *values in piece if (new := _covered(work, place, values))}
        if changed:
            with trail.unit_of_work(at=at):
                for pk, new in changed.items():
                    place.rows(work.team).filter(pk=pk).update(**new)
                _mark_touched(work, place, list(changed))
            work.count(place.label, len(changed))
    return after + 1


def _covered(work: Work, place: places.Place, values: Iterable[Any]) -> dict[str, Any]:
    new = {name: work.finder.in_json(value) for name, value in zip(place.fields, values, strict=True)}
    return {name: value for (name, value), old in zip(new.items(), values, strict=True) if value != old}


def _mark_touched(work: Work, place: places.Place, pks: Sequence[int]) -> None:
    """What lost words says so where it matters: quotes are purged, and what would be undone is so no more."""
    if place.model is Evidence:
        Evidence.objects.of(work.team).filter(pk__in=pks).update(status=EvidenceStatus.PURGED)
    elif place.model is Inverse:
        Inverse.objects.of(work.team).filter(pk__in=pks).update(erased_at=work.at)


def search(work: Work, after: int, at: datetime) -> int | None:
    """Rows of the search that hold words; they are made anew from what is left."""
    rows = list(SearchRow.objects.of(work.team).filter(pk__gt=after).order_by("pk")[:AT_ONCE])
    hit = [row for row in rows if work.finder.spans(f"{row.title}\n{row.text}")]
    if hit:
        with trail.unit_of_work(at=at):
            SearchRow.objects.of(work.team).filter(pk__in=[row.pk for row in hit]).delete()
            for kind in SearchKind:
                ids = sorted({row.about for row in hit if row.kind == kind})
                wanted = SearchKind.MEMORY if kind == SearchKind.STATEMENT else kind
                due.note(team_id=work.team.pk, kind=wanted, ids=ids)
        work.count("search rows", len(hit))
    return rows[-1].pk if rows else None


def standing_changes(work: Work, after: int, at: datetime) -> int | None:
    """Changes that are not settled: withdrawn where the text they build on is gone, else looked at again."""
    lost = MemoryVersion.objects.of(work.team).exclude(blob__erased_at=None).values("memory")
    purged = Evidence.objects.of(work.team).filter(status=EvidenceStatus.PURGED).values("change")
    touched = Q(revisions__targets__memory__in=lost) | Q(pk__in=purged)
    rows = Change.objects.of(work.team).filter(touched, state__in=VOTABLE, pk__gt=after).distinct().order_by("pk")
    found = list(rows.select_related("proposal", "head")[:AT_ONCE])
    for change in found:
        if _builds_on_what_is_gone(change):
            _withdraw(work, change, at)
        else:
            rebasing.refresh(team=work.team, change_id=change.pk, at=at)
    return found[-1].pk if found else None


def _builds_on_what_is_gone(change: Change) -> bool:
    bases = [target.base for target in change.head.targets.select_related("base")] if change.head else []
    return any(
        MemoryVersion.objects.of(change.team)
        .filter(memory=base.memory_id, number__gte=base.number)
        .exclude(blob__erased_at=None)
        .exists()
        for base in bases
        if base is not None
    )


def _withdraw(work: Work, change: Change, at: datetime) -> None:
    with trail.unit_of_work(at=at) as unit:
        locked = Change.objects.of(work.team).select_for_update(no_key=True).get(pk=change.pk)
        reason = gettext("The text it builds on was erased.")
        proposals.withdraw_change(change=locked, by=ERASER, reason=reason, at=at, unit=unit)
        proposals.close_if_done(proposal=change.proposal, by=ERASER, at=at, unit=unit)
    work.count("changes withdrawn", 1)


def stored_packs(work: Work, after: int, at: datetime) -> int | None:
    """Evidence packs that wait here for a download, or are being made, may hold what is erased. Comes last."""
    work.count("stored packs", jobs.take_back(team=work.team, erasure=work.id, at=at))
    return None


def account(work: Work, after: int, at: datetime) -> int | None:
    """The account itself, unless some team still has this person."""
    person = work.person()
    if person is None or belongs_elsewhere(person):
        return None
    with trail.unit_of_work(at=at):
        from allauth.account.models import EmailAddress

        EmailAddress.objects.filter(user=person).delete()
        person.email, person.name, person.is_active = f"erased-{person.public_id}@invalid.example", "", False
        person.set_unusable_password()
        person.save(update_fields=["email", "name", "is_active", "password"])
    work.count("accounts", 1)
    return None


def keys_(work: Work, after: int, at: datetime) -> int | None:
    """Destroy the keys of the subject, which reaches into every backup."""
    for (log, subject), id in work.keys.items():
        work.count("keys", int(subjects.destroy(log=log, subject=subject, id=id)))
    return None


def values(work: Work, after: int, at: datetime) -> int | None:
    """Private values of the subject, and those of others that hold a needle; the log says which are gone."""
    rows = list(Private.objects.filter(log__in=work.logs(), pk__gt=after).order_by("pk")[:AT_ONCE])
    _drop(work, [row for row in rows if goes(work, row)], at)
    return rows[-1].pk if rows else None


def value(work: Work, after: int, at: datetime) -> int | None:
    """One private value with all its copies, in one unit: it is what the copies are found by."""
    with trail.unit_of_work(at=at):
        for copy in list(copies.rows(work)):
            copy.place.rows(work.team).filter(pk=copy.pk).update(**copy.new)
            work.count(copy.place.label, 1)
        _drop(work, copies.values(work), at)
    return None


def _drop(work: Work, gone: Sequence[Private], at: datetime) -> None:
    if gone:
        redacting.drop(gone, target=work.target, about={"basis": work.basis, "erasure": work.id}, at=at)
        work.count("private values", len(gone))


def goes(work: Work, row: Private) -> bool:
    if row.key in work.keys.values():
        return True
    try:
        return bool(work.finder.spans(private.open(row).value))
    except private.Sealed:
        return False


ALL: dict[str, tuple[Step, ...]] = {
    ErasureKind.PERSON: (texts, paths, columns, search, standing_changes, account, keys_, values, stored_packs),
    ErasureKind.SESSION: (tombstone, transcript, standing_changes, values, stored_packs),
    ErasureKind.TEXT: (texts, standing_changes, stored_packs),
    ErasureKind.VALUE: (value, stored_packs),
}
