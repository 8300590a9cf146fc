"""Who works on a run: a worker holds it by a lease that it renews, and the fence in every write keeps others out."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

import structlog
from django.db import DatabaseError, connection
from django.db.models import Case, F, PositiveIntegerField, Value, When
from django.db.models.functions import Coalesce

from audit import trail
from dreaming.engines.protocol import EngineFailed
from dreaming.enums import TRANSITIONS, RunState
from dreaming.models import Run

LEASE = timedelta(seconds=60)
BEAT_SECONDS = 15
REPORT_SECONDS = 1.0

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]


class Taken(Exception):
    """The run is no longer ours: canceled, or given to another worker after the lease ran out."""


class IllegalState(RuntimeError):
    """A state that may not follow the present one; the table in `enums` says which may."""


@dataclass(slots=True)
class Lease:
    """A run that is ours until its fence moves."""

    run: Run
    clock: Clock
    _reported: tuple[str, float] = field(default=("", 0.0))

    def renew(self, **values: Any) -> None:
        """Hold the run for another while, and store the values. Raises Taken."""
        now = self.clock()
        held = Run.objects.of(self.run.team).filter(pk=self.run.pk, fence=self.run.fence, state=RunState.RUNNING)
        if not held.update(lease_until=now + LEASE, heartbeat_at=now, **values):
            raise Taken(self.run.public_id)
        for name, value in values.items():
            setattr(self.run, name, value)

    def report(self, stage: str, done: int, total: int) -> None:
        """Show how far the run is, at most once a second and stage. Raises Taken, and EngineFailed when time is up."""
        before, at = self._reported
        if stage == before and done < total and time.monotonic() - at < REPORT_SECONDS:
            return
        self._reported = (stage, time.monotonic())
        self.renew(stage=stage[:40], done=done, total=total)

    def locked(self) -> Run:
        """Our run, locked for the writing of its result. Raises Taken."""
        held = Run.objects.of(self.run.team).select_for_update()
        run = held.filter(pk=self.run.pk, fence=self.run.fence, state=RunState.RUNNING).first()
        if run is None:
            raise Taken(self.run.public_id)
        run.team, run.agent = self.run.team, self.run.agent
        return run

    def until(self, limit: datetime) -> Callable[[str, int, int], None]:
        """`report` with a limit in time."""

        def report(stage: str, done: int, total: int) -> None:
            if self.clock() > limit:
                raise EngineFailed("the run took longer than its settings allow")
            self.report(stage, done, total)

        return report


def claim(*, run_id: int, now: datetime, clock: Clock) -> Lease | None:
    """Take a run that waits, or whose lease ran out; None where somebody else has it."""
    with trail.unit_of_work(at=now) as unit:
        was_lost = When(state=RunState.RUNNING, then=F("attempts") + 1)
        taken = (
            Run.objects.across_teams()
            .claimable(now)
            .filter(pk=run_id)
            .update(
                state=RunState.RUNNING,
                fence=F("fence") + 1,
                lease_until=now + LEASE,
                heartbeat_at=now,
                resume_at=None,
                started_at=Coalesce("started_at", Value(now)),
                attempts=Case(was_lost, default=F("attempts"), output_field=PositiveIntegerField()),
            )
        )
        if not taken:
            return None
        run = Run.objects.across_teams().select_related("team", "agent__team").get(pk=run_id)
        data = {"agent": run.agent.public_id, "run": run.public_id, "engine": run.engine, "attempts": run.attempts}
        if run.fence == 1:
            unit.record("dream.started", target=run, by=trail.SYSTEM, data=data)
        else:
            unit.record("dream.resumed", target=run, by=trail.SYSTEM, data=data | {"fence": run.fence})
    return Lease(run, clock)


def give_back(*, lease: Lease, resume_at: datetime, attempts: int, at: datetime) -> None:
    """Let the run wait in the queue until a time; whoever is free then goes on with it. Raises Taken."""
    with trail.unit_of_work(at=at):
        run = lease.locked()
        run.resume_at, run.attempts = resume_at, attempts
        become(run, RunState.QUEUED, at=at)


def become(run: Run, state: RunState, *, at: datetime) -> None:
    """Move a locked run to a state by the table, and let go of it. Raises IllegalState."""
    if state not in TRANSITIONS[run.state]:
        raise IllegalState(f"{run.public_id}: {run.state} → {state}")
    run.state, run.lease_until = state, None
    if state not in (RunState.QUEUED, RunState.RUNNING):
        run.finished_at, run.resume_at = at, None
    run.save()


def seconds_of(run: Run, at: datetime) -> int:
    return math.ceil((at - (run.started_at or run.queued_at)).total_seconds())


@contextmanager
def heartbeat(lease: Lease) -> Iterator[None]:
    """Renew the lease from another thread, so that it holds through stages that report nothing for long."""
    done = Event()
    thread = Thread(target=_beat, args=(lease, done), name=f"heartbeat-{lease.run.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _beat(lease: Lease, done: Event) -> None:
    try:
        while not done.wait(BEAT_SECONDS):
            try:
                lease.renew()
            except Taken:
                return  # the next report, or the writing of the result, finds out as well
            except DatabaseError:
                log.warning("heartbeat_missed", run=lease.run.public_id)
    finally:
        connection.close()  # this thread's own
