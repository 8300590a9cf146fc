from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from agents import roster
from audit import trail
from dreaming import leases, runs, settings, ticking
from dreaming.enums import RunOrigin, RunState
from dreaming.models import Run, Schedule
from tests import recipes
from tests.dreaming import scenes
from tests.dreaming.scenes import AT, dream, finds

LATER = AT + timedelta(hours=3)


@pytest.fixture
def agent(team):
    agent = scenes.agent_that_writes(team.row)
    settings.set_(agent=agent, values={"frequency": "hourly", "minute": 30}, by=trail.SYSTEM, at=AT)
    return agent


def test_tick_starts_one_run_for_all_times_that_were_missed(agent, team):
    started = ticking.start_due(now=LATER)

    assert [(run.agent, run.origin, run.state) for run in started] == [(agent, RunOrigin.SCHEDULE, RunState.QUEUED)]
    assert Schedule.objects.of(team.row).get().next_at == LATER + timedelta(minutes=30)
    assert ticking.start_due(now=LATER) == []


def test_tick_starts_nothing_before_its_time(agent):
    assert ticking.start_due(now=AT + timedelta(minutes=29)) == []


def test_agent_that_dreams_already_is_only_moved_on(agent, team):
    runs.queue(agent=agent, origin=RunOrigin.PERSON, by=team.lead, at=AT)

    assert ticking.start_due(now=LATER) == []
    assert Schedule.objects.of(team.row).get().next_at == LATER + timedelta(minutes=30)
    assert Run.objects.of(team.row).count() == 1


def test_agent_put_away_does_not_dream(agent):
    roster.archive_agent(agent=agent, archived=True, by=trail.SYSTEM, at=AT)

    assert ticking.start_due(now=LATER) == []


def test_run_is_woken_again_when_its_message_or_worker_is_lost(agent, team):
    run = runs.queue(agent=agent, origin=RunOrigin.PERSON, by=team.lead, at=AT)
    assert ticking.forgotten(now=AT) == []
    assert ticking.forgotten(now=AT + timedelta(seconds=30)) == [run.pk]

    lease = leases.claim(run_id=run.pk, now=AT, clock=lambda: AT)
    assert ticking.forgotten(now=AT + timedelta(seconds=60)) == []
    assert ticking.forgotten(now=AT + timedelta(seconds=61)) == [run.pk]

    late = leases.Lease(lease.run, lambda: AT + timedelta(seconds=45))
    late.renew()
    assert ticking.forgotten(now=AT + timedelta(seconds=61)) == []


@pytest.fixture
def locks(transactional_db):
    """Threads with a transaction each, on a database where one waits for the other."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory refuses where PostgreSQL waits; set DATABASE_URL")


def _together(*acts):
    """Run the acts in threads of their own, started at one moment."""
    start = Barrier(len(acts))

    def run(act):
        start.wait()
        try:
            act()
        finally:
            connection.close()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_ticks_start_one_run(locks):
    people = recipes.people_of_a_team("north")
    agent = scenes.agent_that_writes(people.row)
    settings.set_(agent=agent, values={"frequency": "hourly"}, by=trail.SYSTEM, at=AT)
    started = []

    _together(*[lambda: started.extend(ticking.start_due(now=LATER))] * 2)

    assert len(started) == Run.objects.of(people.row).count() == 1


def test_two_people_ask_for_one_run(locks):
    people = recipes.people_of_a_team("north")
    agent = scenes.agent_that_writes(people.row)
    refused = []

    def ask():
        try:
            runs.queue(agent=agent, origin=RunOrigin.PERSON, by=people.lead, at=AT)
        except runs.AlreadyDreaming as busy:
            refused.append(busy.run)

    _together(ask, ask)

    assert refused == list(Run.objects.of(people.row))


def test_two_workers_claim_one_run(locks):
    people = recipes.people_of_a_team("north")
    agent = scenes.agent_that_writes(people.row)
    run = runs.queue(agent=agent, origin=RunOrigin.PERSON, by=people.lead, at=AT)
    claimed = []

    _together(*[lambda: claimed.append(leases.claim(run_id=run.pk, now=AT, clock=lambda: AT))] * 2)

    assert sorted(lease is None for lease in claimed) == [False, True]


def test_settings_and_a_tick_wait_for_each_other_without_harm(locks):
    people = recipes.people_of_a_team("north")
    agent = scenes.agent_that_writes(people.row)
    settings.set_(agent=agent, values={"frequency": "hourly"}, by=trail.SYSTEM, at=AT)

    _together(
        lambda: ticking.start_due(now=LATER),
        lambda: settings.set_(agent=agent, values={"frequency": "daily"}, by=trail.SYSTEM, at=LATER),
    )

    assert settings.of(agent).frequency == "daily"
    assert Schedule.objects.of(people.row).get().next_at > LATER


def test_heartbeat_holds_the_lease_through_a_long_stage(locks, monkeypatch):
    people = recipes.people_of_a_team("north")
    agent = scenes.agent_that_writes(people.row)
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.01)
    beats = []

    def clock():
        beats.append(AT + timedelta(seconds=len(beats)))
        return beats[-1]

    def act(snapshot, report, journal):
        before = len(beats)
        while len(beats) < before + 5:  # only the heartbeat reads the clock now
            pass
        return finds().act(snapshot, report, journal)

    run = dream(agent, engine=scenes.Engine(act), clock=clock)

    assert run.state == RunState.NO_CHANGE
