"""What the compliance tick looks for."""

from __future__ import annotations

from datetime import datetime

from compliance import tasks
from compliance.erasure import asking, performing
from compliance.packs import definitions, jobs
from compliance.retention import emptying
from compliance.sealing import alarms, daily, sealing
from compliance.streaming import delivering, destinations


def tick(*, now: datetime) -> None:
    if sealing.is_due(now=now):
        tasks.wake_seal()
    alarms.attend(now=now)
    if daily.due(now=now):
        tasks.wake_verify()
    definitions.start_due(now=now)
    jobs.expire_due(now=now)
    for export_id in jobs.forgotten(now=now):
        tasks.wake_pack(export_id)
    asking.drop_settled(now=now)
    performing.wake_due(now=now)
    for team in emptying.due(now=now):
        tasks.wake_emptying(team_id=str(team))
    destinations.drop_unconfirmed(now=now)
    delivering.wake_due(now=now)
