"""How versions came to be: each held against its event in the trail, and its change against the votes told there.

Rows of votes are not asked: whoever writes past the product could write those as well. The trail is append-only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Min

from accounts.models import Team
from agents.enums import Cause, Tier
from agents.models import MemoryVersion
from audit import blobs
from audit.models import Event
from reviews.drift.pieces import pieces
from reviews.drift.speaking import Speaking
from reviews.enums import Came, Verdict
from reviews.models import Baseline

_HASHES = ("revision", "base", "proposed", "requirement", "evidence")
_VOTING = ("change.voted", "change.vote_withdrawn")
_TYPES = (*_VOTING, "change.opened", "change.approved", "change.applied", "change.auto_applied", "change.glass_broken")


@dataclass(frozen=True, slots=True)
class Origin:
    """How a version came to be, and the public id of the change that decides about it."""

    came: Came
    change: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it is needed here."""

    type: str
    seq: int
    at: datetime
    actor: str
    by_person: bool
    data: dict[str, Any]


def read(versions: Sequence[MemoryVersion], *, team: Team) -> dict[int, Origin]:
    """The origin of each version by primary key, in a fixed number of queries for each 400 memories. Versions come
    with their memory and their blob.
    """
    written = written_of(team, {version.memory.public_id for version in versions})
    changes = _changes(team, {one for version in versions for one in version.origin_ids})
    signed = _first_signed(team, {version.memory.namespace_id for version in versions})
    found = {}
    for version in versions:
        told = written.get(version.public_id)
        if told is None:
            found[version.pk] = Origin(Came.UNTOLD)
        elif not is_as_told(version, told):
            found[version.pk] = Origin(Came.ALTERED)
        else:
            found[version.pk] = _by_cause(version, changes, signed.get(version.memory.namespace_id))
    return found


def written_of(team: Team, memories: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What the trail tells of the versions of these memories, by public id of the version; the last written of each
    memory comes last.
    """
    return {
        str(told.data.get("version", "")): told.data | {"memory": target}
        for target, told in _told(team, memories, ("memory.written",))
    }


def is_as_told(version: MemoryVersion, told: dict[str, Any]) -> bool:
    """Whether the row, and its text, are what the event says was written. An erased text is known by its name alone."""
    says = {
        "memory": version.memory.public_id,
        "number": version.number,
        "sha256": version.blob.sha256,
        "path": version.path,
        "archived": version.archived,
        "cause": version.cause,
        "change": version.origin_ids,
    }
    return all(told.get(name, value) == value for name, value in says.items()) and has_its_text(version)


def has_its_text(version: MemoryVersion) -> bool:
    return version.blob.erased_at is not None or blobs.name_of(version.blob.text) == version.blob.sha256


def _by_cause(version: MemoryVersion, changes: dict[str, Came], signed: datetime | None) -> Origin:
    if version.cause == Cause.ERASURE:
        return Origin(Came.ERASURE)
    if version.cause == Cause.SYNC or not version.reviewed:
        return Origin(Came.SYNC)
    if version.cause == Cause.IMPORT:
        is_first = version.number == 1 and (signed is None or version.at <= signed)
        return Origin(Came.IMPORT if is_first else Came.LATE_IMPORT)
    came = {one: changes.get(one, Came.UNVOTED) for one in version.origin_ids}
    for worst in (Came.UNVOTED, Came.EMERGENCY, Came.RULE, Came.DECIDED):
        blamed = next((one for one, how in came.items() if how == worst), None)
        if blamed is not None:
            return Origin(worst, blamed)
    return Origin(Came.UNVOTED)


def _first_signed(team: Team, namespaces: Iterable[int]) -> dict[int, datetime]:
    """Since when the memory of each namespace is watched: what was imported before belongs to its setting up."""
    rows = Baseline.objects.of(team).filter(namespace__in=list(namespaces)).order_by().values("namespace")
    return dict(rows.annotate(first=Min("at")).values_list("namespace", "first"))


def _changes(team: Team, ids: set[str]) -> dict[str, Came]:
    by_change: dict[str, list[Told]] = defaultdict(list)
    for change, told in _told(team, ids, _TYPES):
        by_change[change].append(told)
    applied = {change: _last(events, "change.applied") for change, events in by_change.items()}
    revisions = {str(one.data["revision"]) for one in applied.values() if one}
    people = {told.actor for events in by_change.values() for told in events if told.type in _VOTING and told.by_person}
    speaking = Speaking(team, revisions, people)
    return {change: _came(events, applied[change], speaking) for change, events in by_change.items()}


def _came(events: Sequence[Told], applied: Told | None, speaking: Speaking) -> Came:
    if _last(events, "change.auto_applied"):
        return Came.RULE
    if _last(events, "change.glass_broken"):
        return Came.EMERGENCY
    if applied is None:
        return Came.UNVOTED
    before = [told for told in events if told.seq < applied.seq]
    approved, opened = _last(before, "change.approved"), _last(before, "change.opened")
    revision = str(applied.data["revision"])
    people, sole = _approvers(before, applied), bool(approved and approved.data.get("sole_reviewer"))
    if revision not in speaking.written:
        return Came.UNVOTED
    people -= frozenset() if sole else speaking.written[revision].contributors
    tier = str(opened.data["tier"]) if opened else str(Tier.CRITICAL)
    enough = speaking.suffices(revision, people, tier=tier, seq=applied.seq, at=applied.at, sole=sole)
    return Came.DECIDED if enough else Came.UNVOTED


def _approvers(events: Sequence[Told], applied: Told) -> set[str]:
    """The people whose last word on the applied revision was yes, to exactly what was applied."""
    words: dict[str, dict[str, Any]] = {}
    for told in events:
        if told.type in _VOTING and told.by_person:
            words[told.actor] = told.data if told.type == "change.voted" else {}
    return {
        person
        for person, word in words.items()
        if word.get("verdict") == Verdict.APPROVE and all(word.get(name) == applied.data[name] for name in _HASHES)
    }


def _told(team: Team, targets: Iterable[str], types: Sequence[str]) -> Iterator[tuple[str, Told]]:
    """Events about these things, oldest first."""
    for some in pieces(targets):
        rows = Event.objects.of_log(team.trail_log).filter(type__in=types, target_id__in=some).oldest_first()
        for event in rows.iterator(2000):
            by = event.actor_id, event.actor_type == "person"
            yield event.target_id, Told(event.type, event.seq, event.at, *by, event.content()["data"])


def _last(events: Sequence[Told], type: str) -> Told | None:
    return next((told for told in reversed(events) if told.type == type), None)
