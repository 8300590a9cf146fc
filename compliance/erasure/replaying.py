"""Holding a database against the tombstones: one restored from before an erasure is erased again before it serves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import Team
from audit import trail
from audit.models import Event
from compliance.enums import ErasureState
from compliance.erasure import performing, steps, tombstones, traces
from compliance.erasure.works import Work
from compliance.models import Erasure

AFTER = ("erasure.done", "erasure.replayed")


class Behind(RuntimeError):
    """This database was restored from before an erasure that was not done to it again."""

    def __init__(self, ids: list[str]) -> None:
        super().__init__(
            f"this database is behind {len(ids)} erasure(s), the first is {ids[0]}: it was restored from a backup of"
            " before. Run manage.py audit replay-erasures; nothing is served until then"
        )
        self.ids = ids


def missing() -> list[dict[str, Any]]:
    """Tombstones that this database knows nothing of, oldest first. Raises tombstones.Damaged."""
    rows = tombstones.all_()
    ids = [row["id"] for row in rows]
    known = set(Event.objects.filter(target_id__in=ids, type__in=AFTER).values_list("target_id", flat=True))
    agreed = Erasure.objects.across_teams().filter(public_id__in=ids, state=ErasureState.AGREED)
    known |= set(agreed.values_list("public_id", flat=True))  # the worker goes on with these
    return [row for row in rows if row["id"] not in known]


def refuse_if_behind() -> None:
    """Raises Behind, tombstones.Damaged."""
    if rows := missing():
        raise Behind([row["id"] for row in rows])


def command(say: Callable[[str], None]) -> None:
    """`manage.py audit replay-erasures`."""
    done = replay(now=timezone.now())
    say(f"erased again: {', '.join(done)}" if done else "no erasure is missing in this database")


def replay(*, now: datetime) -> list[str]:
    """Do again what the tombstones say and this database does not know, and finish what it was amid; returns the ids.

    A team that the backup does not have yet has nothing to erase. Raises tombstones.Damaged.
    """
    done = []
    traces.overwrite()
    for row in missing():
        team = Team.objects.filter(pk=row["team"].removeprefix("team_")).first()
        if team is not None:
            _again(tombstones.work_of(row, team), now)
        done.append(row["id"])
    if done:
        traces.sweep()
    performing.perform_due(now=now)
    return done


def _again(work: Work, now: datetime) -> None:
    for step in steps.ALL[work.kind]:
        after: int | None = 0
        while after is not None:
            after = step(work, after, now)
    with trail.unit_of_work(at=now) as unit:
        waiting = Erasure.objects.of(work.team).filter(public_id=work.id)
        waiting.update(state=ErasureState.DONE, needles=[], done_at=now, lease_until=None)
        performing.forget(work)
        data = {"kind": work.kind, "basis": work.basis, "counts": work.counted}
        unit.record("erasure.replayed", target=work.target, by=trail.SYSTEM, log=work.log, data=data)
