import json
from datetime import timedelta

import pytest
from django.db import OperationalError

from audit.models import Event
from dreaming import runs, settings, ticking
from dreaming.engines.protocol import EngineFailed, EngineWaits
from dreaming.enums import RunOrigin, RunState
from dreaming.models import Pattern, Run, SessionRead
from reviews.enums import State
from reviews.models import Change, Evidence, Proposal
from tests import agent_recipes
from tests.dreaming import scenes
from tests.dreaming.scenes import AT, adds, dream, edits, finds, pattern, perform, quote, raises
from tests.reviews import scenes as desk


@pytest.fixture
def agent(team):
    return scenes.agent_that_writes(team.row, memories={"/a.md": "- one\n- two\n"})


def events(kind):
    return [json.loads(event.body)["data"] for event in Event.objects.filter(type=kind).order_by("seq")]


def test_run_stores_patterns_a_proposal_and_what_it_read(agent):
    session = agent_recipes.session(agent, texts=("The ledger was locked again",))
    found = adds(agent.space, "/new.md", "- new\n", quotes=(quote(session),), pattern="k")

    run = dream(agent, engine=finds(found, patterns=[pattern(session)]))

    assert (run.state, run.error, run.attempts, run.fence) == (RunState.COMPLETED, "", 0, 1)
    kept = Pattern.objects.of(agent.team).get()
    assert (kept.run, kept.support, kept.session_ids) == (run, 1, [session.public_id])
    proposal = Proposal.objects.of(agent.team).get()
    assert (proposal.origin_kind, proposal.origin_id, proposal.public_id) == ("dream", run.public_id, run.proposal_id)
    assert proposal.summary == "The dream read 1 session (1 for the first time) and 1 memory."
    change = proposal.changes.get()
    assert (change.pattern_id, change.pattern["support"]) == (kept.public_id, 1)
    assert change.evidence.get().status == "verified"
    read = SessionRead.objects.of(agent.team).get()
    assert (read.session, read.events, read.run) == (session, session.event_count, run)
    assert [one["state"] for one in events("dream.finished")] == ["completed"]


def test_run_that_finds_nothing_says_so(agent):
    run = dream(agent, engine=finds())

    assert (run.state, run.proposal_id) == (RunState.NO_CHANGE, "")
    assert not Proposal.objects.of(agent.team).exists()


def test_second_run_of_an_agent_is_refused(agent, team):
    first = runs.queue(agent=agent, origin=RunOrigin.PERSON, by=team.lead, at=AT)

    with pytest.raises(runs.AlreadyDreaming) as refused:
        runs.queue(agent=agent, origin=RunOrigin.PERSON, by=team.lead, at=AT)

    assert refused.value.run == first


def test_run_asked_for_twice_is_done_once(agent):
    engine = finds(adds(agent.space, "/new.md", "- new\n"))
    run = runs.queue(agent=agent, origin=RunOrigin.SCHEDULE, by=scenes.trail.SYSTEM, at=AT)

    perform(run, engine=engine)
    assert perform(run, engine=engine) is None

    assert engine.dreams == 1
    assert Proposal.objects.of(agent.team).count() == 1


def test_engine_that_waits_gives_the_run_back_without_counting_a_failure(agent):
    until = AT + timedelta(hours=1)

    run = dream(agent, engine=raises(EngineWaits(until)))

    assert (run.state, run.resume_at, run.lease_until, run.attempts) == (RunState.QUEUED, until, None, 0)
    assert ticking.forgotten(now=until - timedelta(seconds=1)) == []
    assert ticking.forgotten(now=until) == [run.pk]
    assert perform(run, at=until, engine=finds()).state == RunState.NO_CHANGE
    assert [one["fence"] for one in events("dream.resumed")] == [2]


def test_engine_that_fails_ends_the_run_with_its_reason(agent):
    run = dream(agent, engine=raises(EngineFailed("the budget is spent")))

    assert (run.state, run.error) == (RunState.FAILED, "the budget is spent")
    assert run.finished_at is not None


def test_unexpected_error_stands_on_the_row_and_goes_up(agent):
    with pytest.raises(ZeroDivisionError):
        dream(agent, engine=raises(ZeroDivisionError("by zero")))

    run = Run.objects.of(agent.team).get()
    assert (run.state, run.error) == (RunState.FAILED, "ZeroDivisionError: by zero")


def test_failure_that_may_pass_is_tried_three_times(agent):
    broken = raises(OperationalError("the server closed the connection"))
    run = dream(agent, engine=broken)
    states = [(run.state, run.attempts)]

    for _ in range(2):
        run = perform(run, at=run.resume_at, engine=broken)
        states.append((run.state, run.attempts))

    assert states == [(RunState.QUEUED, 1), (RunState.QUEUED, 2), (RunState.FAILED, 2)]
    assert "closed the connection" in run.error


def test_canceled_run_stores_nothing(agent, team):
    def act(snapshot, report, journal):
        runs.cancel(run=Run.objects.of(agent.team).get(), by=team.lead, at=AT)
        report("patterns", 1, 2)
        raise AssertionError

    run = dream(agent, engine=scenes.Engine(act))

    assert run.state == RunState.CANCELED
    assert not SessionRead.objects.of(agent.team).exists()


def test_run_taken_by_another_worker_stores_nothing_here(agent):
    late = AT + timedelta(minutes=2)
    second = finds(adds(agent.space, "/new.md", "- by the second\n"))

    def act(snapshot, report, journal):
        run = Run.objects.of(agent.team).get()
        perform(run, at=late, engine=second)
        return finds(adds(agent.space, "/late.md", "- by the first\n")).act(snapshot, report, journal)

    run = dream(agent, engine=scenes.Engine(act))

    assert (run.state, run.fence, run.attempts) == (RunState.COMPLETED, 2, 1)
    assert [change.title for change in Change.objects.of(agent.team)] == ["Add /new.md"]


def test_run_whose_worker_is_lost_three_times_is_marked(agent):
    run = runs.queue(agent=agent, origin=RunOrigin.SCHEDULE, by=scenes.trail.SYSTEM, at=AT)
    Run.objects.of(agent.team).filter(pk=run.pk).update(
        state=RunState.RUNNING, fence=3, attempts=2, started_at=AT, lease_until=AT
    )

    run = perform(run, at=AT + timedelta(minutes=5), engine=finds())

    assert (run.state, run.error) == (RunState.FAILED, "its worker was lost 3 times")


def test_run_that_takes_too_long_ends(agent, team):
    settings.set_(agent=agent, values={"max_minutes": 1}, by=team.admin, at=AT)
    times = iter([AT, AT, AT, AT, AT + timedelta(minutes=2)])

    def act(snapshot, report, journal):
        for _ in range(50):
            report("patterns", 50, 50)
        raise AssertionError

    run = dream(agent, engine=scenes.Engine(act), clock=lambda: next(times, AT + timedelta(minutes=2)))

    assert (run.state, run.error) == (RunState.FAILED, "the run took longer than its settings allow")


def test_resumed_run_dreams_over_the_same_snapshot(agent):
    agent_recipes.session(agent)
    digests = []

    def act(snapshot, report, journal):
        digests.append(snapshot.digest())
        journal.put("step", {"n": len(digests)})
        if len(digests) == 1:
            raise EngineWaits(AT)
        return finds().act(snapshot, report, journal)

    engine = scenes.Engine(act)
    run = dream(agent, engine=engine)
    agent_recipes.session(agent)  # arrives too late for this run
    run = perform(run, engine=engine)

    assert run.state == RunState.NO_CHANGE
    assert digests[0] == digests[1]
    assert SessionRead.objects.of(agent.team).count() == 1


def test_resumed_run_starts_over_where_people_decided_meanwhile(agent, team):
    desk.propose(team.row, desk.edit(agent.space.memories.get(), "- one\n- 2\n"), by=team.lead)
    change = Change.objects.of(team.row).get()
    seen = []

    def act(snapshot, report, journal):
        seen.append(([one.id for one in snapshot.open_changes], journal.get("step")))
        journal.put("step", 1)
        if len(seen) == 1:
            raise EngineWaits(AT)
        return finds().act(snapshot, report, journal)

    engine = scenes.Engine(act)
    run = dream(agent, engine=engine)
    change.become(State.REJECTED, at=AT)
    perform(run, engine=engine)

    assert seen == [([change.public_id], None), ([], None)]


def test_change_of_a_memory_that_moved_meanwhile_is_left_out(agent, team):
    memory = agent.space.memories.select_related("head", "namespace").get()
    found = [edits(memory, 0, "- 1\n"), adds(agent.space, "/new.md", "- new\n")]

    def act(snapshot, report, journal):
        desk.propose(team.row, desk.edit(memory, "- one\n- 2\n"), by=team.second)
        desk.vote(Change.objects.of(team.row).get(), team.lead)
        desk.apply(agent.space)
        return finds(*found).act(snapshot, report, journal)

    session = agent_recipes.session(agent)
    run = dream(agent, engine=scenes.Engine(act))

    assert (run.state, run.funnel["dropped_base_moved"], run.funnel["changes"]) == (RunState.PARTIAL, 1, 1)
    assert "left out" in run.error
    assert not SessionRead.objects.of(team.row).filter(session=session).exists()


def test_change_that_others_proposed_meanwhile_is_not_proposed_twice(agent, team):
    found = [adds(agent.space, "/a1.md", "- a\n", fingerprint="f" * 64), adds(agent.space, "/b.md", "- b\n")]

    def act(snapshot, report, journal):
        desk.propose(team.row, desk.add(agent.space, "/a1.md", "- a\n", fingerprint="f" * 64), by=team.lead)
        return finds(*found).act(snapshot, report, journal)

    run = dream(agent, engine=scenes.Engine(act))

    assert (run.state, run.funnel["dropped_already_proposed"]) == (RunState.COMPLETED, 1)
    assert [change.title for change in Change.objects.of(team.row).filter(proposal__public_id=run.proposal_id)] == [
        "Add /b.md"
    ]


def test_changes_that_do_not_go_together_are_sorted_out(agent):
    found = [
        adds(agent.space, "/x.md", "- a\n", fingerprint="1" * 64),
        adds(agent.space, "/x.md", "- b\n", fingerprint="2" * 64),
    ]

    run = dream(agent, engine=finds(*found))

    assert (run.state, run.funnel["dropped_unsound"], run.funnel["changes"]) == (RunState.PARTIAL, 1, 1)


def test_evidence_joins_an_open_change_once(agent, team):
    session = agent_recipes.session(agent, texts=("The ledger was locked again",))
    desk.propose(team.row, desk.add(agent.space, "/new.md", "- new\n"), by=team.lead)
    change = Change.objects.of(team.row).get()
    quotes = (quote(session, words="ledger was locked"), quote(session, words="again", stance="against"))
    before = desk.seat(change).bound

    first = dream(agent, engine=finds(joins={change.public_id: quotes[:1]}))
    assert (first.state, first.funnel["joined"]) == (RunState.COMPLETED, 1)
    assert desk.seat(change).bound == before

    second = dream(agent, engine=finds(joins={change.public_id: quotes[:1]}))
    assert (second.state, second.funnel["joined"]) == (RunState.NO_CHANGE, 0)

    dream(agent, engine=finds(joins={change.public_id: quotes}))
    assert desk.seat(change).bound != before
    assert [(one["stance"], one["added"]) for one in events("change.evidence_joined")] == [("for", 1), ("against", 1)]
    assert Evidence.objects.of(team.row).filter(change=change).count() == 2


def test_perform_here_leaves_no_gap_for_a_worker(agent):
    run = runs.perform_here(agent=agent, origin=RunOrigin.COMMAND, by=scenes.trail.SYSTEM, at=AT, clock=lambda: AT)

    assert (run.state, run.fence) == (RunState.NO_CHANGE, 1)
