"""A request for changes on what a dream proposed: the next revision, or the reason why there is none."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agents.importers.records import EventRecord
from agents.text import diffs
from audit.models import Event
from dreaming import answering
from dreaming.engines.protocol import Decline, Revision
from dreaming.enums import AnswerState
from dreaming.models import Answer
from reviews import decisions, editing, revisions
from reviews.enums import RevisionOrigin, State, Verdict
from reviews.inbox import turns
from reviews.models import Change, Decision, EvidenceLink
from tests import agent_recipes, recipes
from tests.dreaming import scenes
from tests.dreaming.scenes import AT, call, dream
from tests.reviews import scenes as desk

LATER = AT + timedelta(minutes=5)
ERROR = "Error: the ledger is locked by another export"


def failing_session(agent, name):
    month = '{"month": "2026-03"}'
    events = [
        EventRecord("message", "user", "Export the ledger of March", "user_input"),
        *call("login", "{}", "ok"),
        *call("export_ledger", month, ERROR, is_error=True),
        *call("release_lock", "{}", "released"),
        *call("export_ledger", month, "done"),
    ]
    return agent_recipes.session(agent, external_id=name, events=events, at=AT)


@pytest.fixture
def agent(team):
    agent = scenes.agent_that_writes(team.row)
    for name in ("a", "b"):
        failing_session(agent, name)
    agent_recipes.session(agent, external_id="c", events=[*call("look", "{}", "ok")], at=AT)
    return agent


@pytest.fixture
def change(agent, team):
    dream(agent)
    return Change.objects.of(team.row).get()


def ask(change, person, words="Too broad: only for some work, please.", at=AT):
    desk.vote(change, person, Verdict.REQUEST_CHANGES, reason=words, at=at)


def answer_all(at=LATER, engine=None):
    answering.collect(now=at)
    return [
        answering.perform(answer_id=one, now=at, engine=engine, clock=lambda: at) for one in answering.waiting(now=at)
    ]


def now(change):
    return Change.objects.of(change.team).select_related("head", "team", "proposal__team").get(pk=change.pk)


def text_of(change):
    (target,) = now(change).head.targets.all()
    return "".join(line for hunk in target.hunks for line in hunk["after"])


class Told(scenes.Engine):
    """An engine whose answers are told."""

    def __init__(self, reply):
        self.reply = reply

    def answer(self, snapshot, request, report, journal):
        report("claims", 1, 1)
        self.request = request
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply


def test_a_request_gets_the_next_revision(client, agent, team, change):
    ask(change, team.lead)
    first = change.head

    (row,) = answer_all()

    found = now(change)
    assert (row.state, found.state, found.head.origin) == (AnswerState.ANSWERED, State.OPEN, RevisionOrigin.ANSWERED)
    assert (found.head.number, found.head.contributors, row.revision_id) == (2, [], found.head.public_id)
    assert "- Only where the work also calls `login`: before calling" in text_of(change)
    links = EvidenceLink.objects.of(team.row)
    assert set(links.filter(revision=first).values_list("evidence", flat=True)) == set(
        links.filter(revision=found.head).values_list("evidence", flat=True)
    )
    assert list(turns.your_turn(team.lead, team=team.row)) == [found.proposal]
    client.force_login(team.lead)
    page = client.get(found.proposal.get_absolute_url()).content.decode()
    assert "Revision 2 answers a request for changes. Only where the work also calls" in page
    assert "asked for this revision, and has to vote again" in page
    history = client.get(reverse("reviews:revisions", args=[team.slug, change.public_id])).content.decode()
    assert "Against revision 1" in history


def test_an_answer_is_no_vote_and_the_request_stands_until_its_author_votes_again(agent, team, change):
    ask(change, team.lead)
    answer_all()

    desk.vote(now(change), team.second, at=LATER)
    assert now(change).state == State.OPEN
    assert answer_all(at=LATER + timedelta(minutes=1)) == []

    desk.vote(now(change), team.lead, at=LATER)
    assert now(change).state == State.APPROVED


def test_three_rounds_at_most(client, agent, team, change):
    states = []
    for at in range(4):
        ask(now(change), team.lead, f"Still too broad, {at}.", at=AT + timedelta(hours=at))
        (row,) = answer_all(at=AT + timedelta(hours=at, minutes=5))
        states.append(row.state)

    assert states[-1] == AnswerState.DECLINED
    assert now(change).state == State.CHANGES_REQUESTED
    assert now(change).state_reason == row.reason
    client.force_login(team.lead)
    page = client.get(now(change).proposal.get_absolute_url()).content.decode()
    assert "No other version was found" in page
    assert "Please edit it, or decide on it as it is." in page
    assert answer_all(at=AT + timedelta(days=1)) == []


def test_words_of_the_person_who_asked_make_them_a_writer(agent, team, change):
    ask(change, team.lead, "Better say “Release the lock before you export a ledger.”")

    answer_all()

    assert "- Release the lock before you export a ledger.\n" in text_of(change)
    assert now(change).head.contributors == [team.lead.public_id]
    with pytest.raises(decisions.NotYours):
        desk.vote(now(change), team.lead, at=LATER)


def test_a_request_is_collected_once_and_the_last_one_of_each_change(agent, team, change):
    ask(change, team.lead)
    ask(change, team.second, "Narrower still.", at=AT + timedelta(seconds=1))

    assert (answering.collect(now=LATER), answering.collect(now=LATER)) == (1, 0)

    last = Decision.objects.of(team.row).get(by=team.second)
    assert list(Answer.objects.of(team.row).values_list("request_id", flat=True)) == [last.public_id]


@pytest.mark.parametrize("settle", ["withdraw", "dismiss", "reject", "edit"])
def test_what_people_did_meanwhile_comes_first(agent, team, change, settle):
    ask(change, team.lead)
    answering.collect(now=LATER)
    request = Decision.objects.of(team.row).get()
    if settle == "withdraw":
        decisions.withdraw(team=team.row, change_id=change.public_id, by=team.lead, at=LATER)
    elif settle == "dismiss":
        decisions.dismiss(team=team.row, decision_id=request.public_id, reason="No.", by=team.lead, at=LATER)
    elif settle == "reject":
        desk.vote(change, team.second, Verdict.REJECT, reason="no", reason_code="other", at=LATER)
    else:
        editing.edit(
            team=team.row, change_id=change.public_id, revision_id=change.head.public_id, texts={(0, 0): "- Mine.\n"},
            reason="", by=team.second, at=LATER,
        )  # fmt: skip

    (row,) = answer_all()

    assert row.state == (AnswerState.DECLINED if settle == "edit" else AnswerState.OVERTAKEN)
    assert now(change).head.origin != RevisionOrigin.ANSWERED


def test_a_revision_saved_while_the_engine_thinks_stands(agent, team, change):
    ask(change, team.lead)

    class Slow(Told):
        def answer(self, snapshot, request, report, journal):
            editing.edit(
                team=team.row, change_id=change.public_id, revision_id=change.head.public_id,
                texts={(0, 0): "- Mine.\n"}, reason="", by=team.second, at=LATER,
            )  # fmt: skip
            return self.reply

    operation = scenes.adds(agent.space, "/n.md", "- n\n")
    (row,) = answer_all(engine=Slow(Revision(operation, "Other.")))

    assert (row.state, text_of(change)) == (AnswerState.OVERTAKEN, "- Mine.\n")


def test_an_answer_keeps_off_the_lines_of_its_siblings(agent, team):
    memory = desk.memory(agent.space, "/two.md", "- one\n- two\n")
    memory.head.refresh_from_db()
    dream(agent, engine=scenes.finds(scenes.edits(memory, 0, "- 1\n"), scenes.edits(memory, 1, "- 2\n")))
    first, second = Change.objects.of(team.row).order_by("position")
    ask(first, team.lead)

    (row,) = answer_all(engine=Told(Revision(scenes.edits(memory, 1, "- zwei\n"), "The other line.")))

    assert row.state == AnswerState.DECLINED
    assert "touches /two.md where another change of the proposal does" in now(first).state_reason
    assert now(second).state == State.OPEN


def test_a_revision_is_shown_against_the_last_one_memory_by_memory(client, agent, team):
    one, two = (desk.memory(agent.space, path, "- one\n- two\n") for path in ("/1.md", "/2.md"))
    dream(agent, engine=scenes.finds(scenes.edits(one, 0, "- 1\n")))
    change = Change.objects.of(team.row).get()
    ask(change, team.lead)
    (target,) = scenes.edits(one, 1, "- 2\n").targets
    both = replace(scenes.edits(two, 0, "- zwei\n"), targets=(target, *scenes.edits(two, 0, "- zwei\n").targets))

    answer_all(engine=Told(Revision(both, "Both.")))

    first, second = now(change).revisions.order_by("number").prefetch_related("targets__base__blob")
    told = [(path, diffs.count(rows)) for path, rows in revisions.since(first, second)]
    assert told == [("/1.md", (2, 2)), ("/2.md", (1, 1))]


def test_revisions_take_the_same_queries_for_any_number_of_them(client, agent, team, change):
    client.force_login(team.lead)
    url = reverse("reviews:revisions", args=[team.slug, change.public_id])
    taken = []
    for more in (1, 2):
        for at in range(more):
            operation = scenes.adds(agent.space, "/n.md", f"- {more} {at}\n")
            ask(now(change), team.lead, f"Again, {more} {at}.", at=AT + timedelta(hours=2 * more + at))
            answer_all(at=AT + timedelta(hours=2 * more + at, minutes=1), engine=Told(Revision(operation, "Other.")))
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        taken.append(len(queries))

    assert now(change).head.number == 4
    assert taken[0] == taken[1]


def test_a_failure_that_may_pass_is_tried_three_times(agent, team, change):
    ask(change, team.lead)
    for at in range(3):
        (row,) = answer_all(at=LATER + timedelta(minutes=at * 3), engine=Told(OperationalError("locked")))

    assert (row.state, row.attempts) == (AnswerState.DECLINED, 3)
    assert "kept changing" in now(change).state_reason


def test_an_answer_whose_worker_is_lost_is_taken_up_again(agent, team, change):
    ask(change, team.lead)
    answering.collect(now=LATER)
    (pk,) = answering.waiting(now=LATER)
    held = answering._claim(pk, LATER, lambda: LATER)

    assert answering.waiting(now=LATER + timedelta(minutes=1)) == []
    (row,) = answer_all(at=LATER + timedelta(minutes=3))
    with pytest.raises(answering.Taken):
        held.end(AnswerState.DECLINED)

    assert (row.state, row.attempts) == (AnswerState.ANSWERED, 2)


def test_the_engine_hears_what_was_asked_and_what_was_tried(agent, team, change):
    engine = Told(Decline("No."))
    ask(change, team.lead, "Too broad.")

    (row,) = answer_all(engine=engine)

    heard = engine.request
    assert (heard.fingerprint, heard.text, heard.round, len(heard.tried)) == (change.fingerprint, "Too broad.", 1, 1)
    assert (row.state, row.reason) == (AnswerState.DECLINED, "No.")
    log = Event.objects.of_log(team.row.trail_log)
    assert log.matching(types={"change.answer_declined"}).count() == 1


def test_the_engine_hears_what_reviewers_said_of_each_revision(agent, team, change):
    ask(change, team.lead, "Too broad.")
    answer_all()
    first, second = "".join(change.head.targets.get().hunks[0]["after"]), text_of(change)
    ask(now(change), team.second, "Withdrawn again.", at=LATER)
    desk.vote(now(change), team.second, at=LATER + timedelta(minutes=1))
    ask(now(change), team.lead, "Still too broad.", at=LATER + timedelta(minutes=2))
    engine = Told(Decline("No.", {"model_said_tried": 1}))

    (row,) = answer_all(at=LATER + timedelta(minutes=3), engine=engine)

    heard = [("".join(one.lines), one.asked) for one in engine.request.tried]
    assert heard == [(first, ("Too broad.",)), (second, ())]
    assert engine.request.text == "Still too broad."
    assert row.funnel == {"model_said_tried": 1}


def test_a_request_takes_the_same_queries_for_any_number_of_revisions(agent, team, change):
    counts = []
    for number in range(3):
        ask(now(change), team.lead, f"Too broad, {number}.", at=AT + timedelta(hours=number))
        answering.collect(now=LATER + timedelta(hours=number))
        (pk,) = answering.waiting(now=LATER + timedelta(hours=number))
        at = LATER + timedelta(hours=number)
        held = answering._claim(pk, at, lambda at=at: at)
        with CaptureQueriesContext(connection) as queries:
            answering._request(held, {})
        counts.append(len(queries))
        answering._keep(held, answering._reply(held, None))

    assert len(set(counts)) == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_workers_answer_one_request_once():
    people = recipes.people_of_a_team("north")
    agent = scenes.agent_that_writes(people.row)
    for name in ("a", "b"):
        failing_session(agent, name)
    dream(agent)
    change = Change.objects.of(people.row).get()
    ask(change, people.lead)
    answering.collect(now=LATER)
    (pk,) = answering.waiting(now=LATER)
    barrier, claimed = Barrier(2), []

    def claim():
        barrier.wait()
        try:
            claimed.append(answering._claim(pk, LATER, lambda: LATER))
        finally:
            connection.close()

    threads = [Thread(target=claim) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(one is None for one in claimed) == [False, True]
