"""The distance of a namespace from its baseline, day by day: past days from versions, today from what stands there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Subquery

from accounts.models import Team
from agents.models import Memory, MemoryVersion
from agents.text import distance
from agents.text.distance import Counted, Distance
from audit import trail
from audit.models import Blob
from reviews.drift import crediting
from reviews.drift.pieces import pieces
from reviews.models import Baseline, DriftDay, Watch

LONGEST = 400  # days that are told one by one

State = dict[int, int]
"""The blob of each live memory, both by primary key."""


@dataclass(slots=True)
class Replay:
    """The memories of a namespace that were written since its baseline: where they stood, and each version since."""

    base: State
    since: list[MemoryVersion]
    heads: State

    def states(self, days: Sequence[date], zone: ZoneInfo) -> dict[date, State]:
        """What stood there at the end of each day but the last, and on the last what stands there now."""
        waiting = list(self.since)
        state, found = dict(self.base), {}
        for day in days[:-1]:
            while waiting and waiting[0].at.astimezone(zone).date() <= day:
                step(state, waiting.pop(0))
            found[day] = dict(state)
        return found | {days[-1]: self.heads}


def step(state: State, version: MemoryVersion) -> None:
    """Take in one later version."""
    if version.archived:
        state.pop(version.memory_id, None)
    else:
        state[version.memory_id] = version.blob_id


def replay(baseline: Baseline) -> Replay:
    """The memories that were touched since, in three queries."""
    team, signed = baseline.namespace.team, set(baseline.versions)
    own = MemoryVersion.objects.of(team).filter(memory__namespace=baseline.namespace).select_related("blob")
    rows = own.defer("blob__text", "edits")
    since = list(rows.filter(pk__gt=baseline.last_version).order_by("at", "pk"))
    live = Memory.objects.of(team).live().filter(namespace=baseline.namespace, head__isnull=False)
    heads = list(live.values_list("pk", "head__blob", "head__public_id"))
    touched = {one.memory_id for one in since} | {pk for pk, _, public_id in heads if public_id not in signed}
    before: dict[int, MemoryVersion] = {}
    for version in rows.filter(memory__in=touched, pk__lte=baseline.last_version).order_by("number"):
        if version.public_id in signed:
            before[version.memory_id] = version
    known = {version.memory_id: _still_there(version, since) for version in before.values()}
    return Replay(known, since, {pk: blob for pk, blob, _ in heads if pk in touched})


def _still_there(base: MemoryVersion, since: Sequence[MemoryVersion]) -> int:
    """An erasure is no drift: where the text that was signed off is gone, what took its place is held against."""
    own = [base, *(one for one in since if one.memory_id == base.memory_id)]
    return next((one.blob_id for one in own if one.blob.erased_at is None), base.blob_id)


def measure(base: State, now: State, counted: Mapping[int, Counted]) -> Distance:
    moved = {memory for memory in base.keys() | now.keys() if base.get(memory) != now.get(memory)}
    return distance.between(
        {memory: counted[base[memory]] for memory in moved if memory in base},
        {memory: counted[now[memory]] for memory in moved if memory in now},
    )


def count(team: Team, blobs: Iterable[int]) -> dict[int, Counted]:
    """The statements of each of these texts."""
    found: dict[int, Counted] = {}
    for some in pieces(set(blobs)):
        rows = Blob.objects.filter(log=team.trail_log, pk__in=some)
        found |= {pk: distance.count(text) for pk, text in rows.values_list("pk", "text").iterator(50)}
    return found


def fill(*, baseline: Baseline, at: datetime) -> DriftDay:
    """Write the distance of each day since the last one that is known, and of today; returns today's."""
    namespace, zone = baseline.namespace, ZoneInfo(baseline.namespace.team.time_zone)
    found = replay(baseline)
    days = _missing(baseline, at.astimezone(zone).date(), zone)
    states = found.states(days, zone)
    counted = count(namespace.team, _moved_blobs(found.base, states.values()))
    distances = {day: measure(found.base, state, counted) for day, state in states.items()}
    credit = crediting.read(baseline, found.since, distances.values())
    rows = [_row(baseline, day, one, credit) for day, one in distances.items()]
    last = max((one.pk for one in found.since), default=baseline.last_version)
    with trail.unit_of_work(at=at):  # counted before: nobody waits for it, and a write meanwhile is counted next time
        DriftDay.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=("namespace", "day"),
            update_fields=("baseline", "statements", "added", "changed", "gone", "parts"),
        )
        Watch.objects.of(namespace.team).filter(namespace=namespace).update(counted=last, counted_day=days[-1])
    return rows[-1]


def latest(team: Team, signed: Iterable[Baseline]) -> dict[int, DriftDay]:
    """The newest known distance from each of these baselines, by primary key of the namespace."""
    own = DriftDay.objects.filter(team=team, namespace=OuterRef("namespace")).order_by("-day")
    rows = DriftDay.objects.of(team).filter(baseline__in=list(signed), pk=Subquery(own.values("pk")[:1]))
    return {row.namespace_id: row for row in rows.select_related("baseline")}


@dataclass(slots=True)
class Sum:
    """The distance of several namespaces together on one day."""

    day: date
    statements: int = 0
    added: int = 0
    changed: int = 0
    gone: int = 0

    @property
    def size(self) -> int:
        return self.added + self.changed + self.gone


def series(team: Team, namespaces: Iterable[int], *, until: date, length: int) -> list[Sum]:
    """The last days in order, each the sum over the namespaces; one that has no row of a day is as far as before."""
    rows = DriftDay.objects.of(team).filter(namespace__in=list(namespaces), day__lte=until)
    known: dict[int, DriftDay] = {}
    by_day: dict[date, list[DriftDay]] = defaultdict(list)
    for row in rows.order_by("day", "pk").defer("parts"):
        by_day[row.day].append(row)
    first = until - timedelta(days=length - 1)
    for day in sorted(by_day):
        if day < first:
            known |= {row.namespace_id: row for row in by_day[day]}
    found = []
    for day in (first + timedelta(days=n) for n in range(length)):
        known |= {row.namespace_id: row for row in by_day.get(day, ())}
        total = Sum(day)
        for row in known.values():
            for name in ("statements", "added", "changed", "gone"):
                setattr(total, name, getattr(total, name) + getattr(row, name))
        found.append(total)
    return found


def _missing(baseline: Baseline, today: date, zone: ZoneInfo) -> list[date]:
    """The days to write: the last known one again, as it went on after it was written, and those after it."""
    signed = min(baseline.at.astimezone(zone).date(), today)
    known = DriftDay.objects.of(baseline.namespace.team).filter(baseline=baseline, day__lte=today).order_by("-day")
    last = known.values_list("day", flat=True).first()
    first = max(last or signed, today - timedelta(days=LONGEST))
    return [first + timedelta(days=n) for n in range((today - first).days + 1)]


def _moved_blobs(base: State, states: Iterable[State]) -> set[int]:
    moved = set()
    for state in states:
        for memory in base.keys() | state.keys():
            if base.get(memory) != state.get(memory):
                moved |= {blob for blob in (base.get(memory), state.get(memory)) if blob is not None}
    return moved


def _row(baseline: Baseline, day: date, found: Distance, credit: crediting.Credit) -> DriftDay:
    return DriftDay(
        team_id=baseline.team_id,
        namespace=baseline.namespace,
        day=day,
        baseline=baseline,
        statements=max(0, baseline.statements + len(found.added) - len(found.gone)),
        added=len(found.added),
        changed=len(found.changed),
        gone=len(found.gone),
        parts=credit.parts(found),
    )
