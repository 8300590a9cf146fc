"""Checking the team's log from its page, as long as that takes seconds; beyond, the command does it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Sum

from accounts.models import Team, User
from audit import checking, trail
from audit.checking import Report
from audit.checkpoints import anchors as outside
from audit.checkpoints.anchors import Anchor
from audit.models import Blob, Event, LogHead
from audit.verify.chain import Fault

ROWS = 50_000
BYTES = 200_000_000


class TooLong(Exception):
    """The log is longer than a page should read."""


def verify(*, team: Team, by: User, at: datetime) -> Report:
    """Check the whole log of a team, also against what the signer remembers where that is on this machine.

    Records that it was done, and with what result. Raises TooLong, NoLog, anchors.NotRead.
    """
    log = team.trail_log
    if _is_long(log):
        raise TooLong(log)
    return check(log, by=by, door="page", at=at, anchors=outside.remembered(log))


def check(
    log: str, *, by: trail.Actor | trail.HasActor, door: str, at: datetime, anchors: Sequence[Anchor] = ()
) -> Report:
    """Check a log, however long, and record that it was done, and with what result. Raises NoLog."""
    began = time.monotonic()
    report = checking.check(log, anchors=anchors)
    data = {
        "size": report.size,
        "root": report.root,
        "ok": report.is_sound,
        "faults": report.fault_count,
        "checked": dict(report.checked),
        "seconds": round(time.monotonic() - began),
        "door": door,
    }
    with trail.unit_of_work(at=at) as unit:
        outcome: trail.Outcome = "success" if report.is_sound else "failure"
        unit.record("audit.verified", target=trail.Target("log", log), by=by, log=log, data=data, outcome=outcome)
    return report


def placed(report: Report) -> list[tuple[Fault, str]]:
    """The faults, each with the id of the event it names, "" where there is none."""
    numbers = {fault.seq for fault in report.faults if fault.seq is not None}
    ids = dict(Event.objects.of_log(report.log).filter(seq__in=numbers).values_list("seq", "public_id"))
    return [(fault, ids.get(fault.seq, "") if fault.seq is not None else "") for fault in report.faults]


def _is_long(log: str) -> bool:
    size = LogHead.objects.filter(log=log).values_list("size", flat=True).first() or 0
    if size > ROWS:
        return True
    kept = Blob.objects.filter(log=log).aggregate(rows=Count("pk"), bytes=Sum("size"))
    return bool(size + kept["rows"] > ROWS or (kept["bytes"] or 0) > BYTES)
