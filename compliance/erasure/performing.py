"""Performing what two people agreed on: a tombstone first, then step by step, and on from there after a crash."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from agents import sessions
from agents.pulling import erased
from audit import trail
from compliance import tasks
from compliance.enums import ErasureKind, ErasureState
from compliance.erasure import needles, steps, tombstones, traces
from compliance.erasure.works import Work
from compliance.models import Erasure

LEASE = timedelta(minutes=10)


def wake_due(*, now: datetime) -> None:
    """Wake a worker for what is agreed on and lies still."""
    for pk in Erasure.objects.across_teams().claimable(now).values_list("pk", flat=True):
        tasks.wake_erasure(erasure_id=pk)


def perform_due(*, now: datetime) -> int:
    """Perform what is agreed on and nobody else is performing, oldest first; returns how many are done."""
    rows = Erasure.objects.across_teams().claimable(now).order_by("agreed_at", "pk").values_list("pk", flat=True)
    return sum(perform(erasure_id=pk, now=now) for pk in list(rows))


def perform(*, erasure_id: int, now: datetime, clock: Callable[[], datetime] = timezone.now) -> bool:
    """Erase from where it stopped; whether it is done now. False where another worker has it.

    `clock` says for how long it is kept from others: each piece renews that.
    """
    mine = Erasure.objects.across_teams().claimable(now).filter(pk=erasure_id)
    if not mine.update(lease_until=now + LEASE):
        return False
    row = Erasure.objects.across_teams().select_related("team").get(pk=erasure_id)
    work = work_of(row)
    tombstones.bury(work)
    traces.overwrite()
    everything = steps.ALL[row.kind]
    while row.step < len(everything):
        after = everything[row.step](work, row.after, now)
        row.step, row.after = (row.step + 1, 0) if after is None else (row.step, after)
        row.counts = dict(work.counts)
        row.lease_until = clock() + LEASE
        row.save(update_fields=["step", "after", "counts", "lease_until"])
    _finish(row, work, now)
    traces.sweep()
    return True


def work_of(row: Erasure) -> Work:
    is_session = row.kind == ErasureKind.SESSION
    return Work(
        id=row.public_id,
        team=row.team,
        kind=row.kind,
        subject=row.subject_id,
        basis=row.basis,
        finder=needles.read(row.needles),
        subjects=tuple(one["subject"] for one in row.subjects),
        keys={(one["log"], one["subject"]): one["key"] for one in row.subjects},
        at=row.agreed_at or row.at,
        sessions=sessions.ids_of_versions(row.team, row.subject_id) if is_session else (),
        pulled=erased.digests_of(row.team, row.subject_id) if is_session else (),
        counts=dict(row.counts),
    )


def _finish(row: Erasure, work: Work, now: datetime) -> None:
    row.state, row.done_at, row.needles, row.lease_until = ErasureState.DONE, now, [], None
    with trail.unit_of_work(at=now) as unit:
        row.save(update_fields=["state", "done_at", "needles", "lease_until"])
        forget(work)
        data = {"kind": row.kind, "basis": row.basis, "counts": work.counted}
        unit.record("erasure.done", target=row, by=trail.SYSTEM, data=data)


def forget(work: Work) -> None:
    """Other erasures of the team that were only looked at and hold the same words are dropped."""
    for row in Erasure.objects.of(work.team).filter(state=ErasureState.PREPARED):
        if any(work.finder.spans(words) for words in row.needles):
            Erasure.objects.of(work.team).filter(pk=row.pk).update(state=ErasureState.DROPPED, needles=[])
