"""Dream runs: queue, perform, cancel. The row is the truth; a message only wakes a worker."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import structlog
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import Team
from agents.models import Agent
from agents.search import indexing
from agents.snapshot import Snapshot
from audit import trail
from audit.trail import Actor, HasActor
from dreaming import building, leases, manifests, results, settings, snapshots
from dreaming.engines.protocol import OUTSIDE, Engine, EngineFailed, EngineWaits
from dreaming.enums import RunOrigin, RunState
from dreaming.journals import RunJournal
from dreaming.leases import Clock, Lease
from dreaming.making import Making
from dreaming.models import DreamSettings, Run

MOST_ATTEMPTS = 3
TRY_AGAIN = timedelta(seconds=30)  # after the first failure that may pass, twice that after the second
TRANSIENT = (OperationalError, InterfaceError)

log = structlog.get_logger(__name__)


class AlreadyDreaming(ValueError):
    """The agent has a run that waits or works; `run` is it."""

    def __init__(self, run: Run) -> None:
        super().__init__(f"run {run} is on its way")
        self.run = run


def queue(
    *, agent: Agent, origin: RunOrigin, by: Actor | HasActor, at: datetime, engine: str = "", wake: bool = True
) -> Run:
    """Ask for a run of an agent, with its settings as they are now. Raises AlreadyDreaming."""
    actor = by if isinstance(by, Actor) else by.trail_actor
    try:
        with trail.unit_of_work(at=at) as unit:
            Team.objects.select_for_update(no_key=True).get(pk=agent.team_id)  # numbers runs, one at a time
            _refuse_second(agent)
            chosen = settings.ensure(agent=agent, at=at)
            run = Run.objects.create(
                team=agent.team,
                number=(Run.objects.of(agent.team).aggregate(last=Max("number"))["last"] or 0) + 1,
                agent=agent,
                settings_version=chosen.version,
                engine=engine or chosen.engine,
                origin=origin,
                asked_by_type=actor.type,
                asked_by_id=actor.id,
                queued_at=at,
            )
            data = {"agent": agent.public_id, "run": run.public_id, "engine": run.engine, "origin": str(origin)}
            unit.record("dream.queued", target=run, by=actor, data=data | {"settings": run.settings_version})
            if wake:
                transaction.on_commit(partial(_wake, run.pk))
    except IntegrityError as clash:
        _refuse_second(agent)
        raise clash from None
    return run


def perform(*, run_id: int, now: datetime, engine: Engine | None = None, clock: Clock = timezone.now) -> Run | None:
    """Do a run, or go on with it; None where another worker has it. Harmless to ask for twice.

    A failure that may pass gives the run back to the queue; any other ends it with the reason on the row, and one that
    nobody expected goes up as well.
    """
    lease = leases.claim(run_id=run_id, now=now, clock=clock)
    return None if lease is None else _carry_out(lease, engine)


def perform_here(
    *,
    agent: Agent,
    origin: RunOrigin,
    by: Actor | HasActor,
    at: datetime,
    engine: str = "",
    clock: Clock = timezone.now,
) -> Run:
    """Queue a run and do it at once; no worker can get in between. Raises AlreadyDreaming."""
    with trail.unit_of_work(at=at):
        run = queue(agent=agent, origin=origin, by=by, at=at, engine=engine, wake=False)
        lease = leases.claim(run_id=run.pk, now=at, clock=clock)
    assert lease is not None  # noqa: S101  (it was made in the same transaction)
    return _carry_out(lease, None)


def cancel(*, run: Run, by: Actor | HasActor, at: datetime) -> Run:
    """Stop a run that waits or works; its worker finds out at its next report, and stores nothing."""
    with trail.unit_of_work(at=at) as unit:
        run = Run.objects.of(run.team).select_for_update().select_related("team").get(pk=run.pk)
        if run.is_active:
            leases.become(run, RunState.CANCELED, at=at)
            unit.record("dream.canceled", target=run, by=by, data={"run": run.public_id})
    return run


def _carry_out(lease: Lease, engine: Engine | None) -> Run:
    run = lease.run
    try:
        _refuse_hopeless(run)
        with leases.heartbeat(lease):
            run = _dream(lease, engine)
    except leases.Taken:
        log.info("run_taken_away", run=run.public_id)
    except EngineWaits as waits:
        _give_back(lease, resume_at=waits.until, attempts=run.attempts)
    except EngineFailed as failed:
        _fail(lease, str(failed))
    except TRANSIENT as broken:
        _try_again(lease, str(broken))
    except Exception as broken:
        _fail(lease, f"{type(broken).__name__}: {broken}")
        raise
    return Run.objects.of(run.team).select_related("team", "agent").get(pk=run.pk)


def _refuse_hopeless(run: Run) -> None:
    if run.attempts >= MOST_ATTEMPTS:
        raise EngineFailed(f"its worker was lost {run.attempts} times")


def _dream(lease: Lease, engine: Engine | None) -> Run:
    run = lease.run
    chosen = settings.as_of(agent=run.agent, version=run.settings_version)
    engine = engine or building.engine_of(run.engine, Making(run.agent, chosen, lease.clock, run))
    report = lease.until(lease.clock() + timedelta(minutes=chosen.max_minutes))  # waiting for an engine does not count
    report("snapshot", 0, 1)
    snapshot = _snapshot(lease, chosen)
    result = engine.dream(snapshot, chosen.curation, report, RunJournal(run, lease.clock))
    report("proposal", 0, 1)
    indexing.index_due(now=lease.clock())  # checks find by the index what live memory says
    return results.store(lease=lease, snapshot=snapshot, result=result, at=lease.clock())


def _snapshot(lease: Lease, chosen: DreamSettings) -> Snapshot:
    """The snapshot of the run's manifest; where that gives another one by now, a new manifest and a new start."""
    run = lease.run
    if run.manifest:
        snapshot = snapshots.take(agent=run.agent, manifest=run.manifest)
        if snapshot.digest() == run.digest:
            return snapshot
        run.journal.exclude(key__startswith=OUTSIDE).delete()
    manifest = manifests.manifest_of(run.agent, chosen, lease.clock())
    snapshot = snapshots.take(agent=run.agent, manifest=manifest)
    lease.renew(manifest=manifest, digest=snapshot.digest())
    return snapshot


def _give_back(lease: Lease, *, resume_at: datetime, attempts: int) -> None:
    try:
        leases.give_back(lease=lease, resume_at=resume_at, attempts=attempts, at=lease.clock())
    except leases.Taken:
        log.info("run_taken_away", run=lease.run.public_id)


def _try_again(lease: Lease, reason: str) -> None:
    attempts = lease.run.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        _fail(lease, reason)
        return
    log.warning("run_tries_again", run=lease.run.public_id, attempts=attempts)
    _give_back(lease, resume_at=lease.clock() + TRY_AGAIN * attempts, attempts=attempts)


def _fail(lease: Lease, reason: str) -> None:
    at = lease.clock()
    try:
        with trail.unit_of_work(at=at) as unit:
            run = lease.locked()
            run.error = reason.replace("\0", "")[:2000]
            leases.become(run, RunState.FAILED, at=at)
            data = {"run": run.public_id, "agent": run.agent.public_id, "attempts": run.attempts}
            unit.record("dream.failed", target=run, by=trail.SYSTEM, data=data, private={"error": run.error})
    except leases.Taken:
        log.info("run_taken_away", run=lease.run.public_id)


def _refuse_second(agent: Agent) -> None:
    active = Run.objects.of(agent.team).active().filter(agent=agent).first()
    if active is not None:
        raise AlreadyDreaming(active)


def _wake(run_id: int) -> None:
    from dreaming import tasks

    tasks.perform_run.delay(run_id=run_id)
