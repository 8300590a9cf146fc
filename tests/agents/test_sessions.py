import json
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents import sessions
from agents.importers.records import EventRecord, FeedbackRecord, OutcomeRecord, Transcript
from agents.models import Feedback, Outcome, Session, SessionEvent
from audit import trail
from audit.models import Event
from tests import agent_recipes, recipes


def said(*texts):
    speakers = ("user", "assistant")
    classes = ("user_input", "agent_authored")
    return [
        EventRecord("message", speakers[number % 2], text, classes[number % 2]) for number, text in enumerate(texts)
    ]


def transcript(external_id="s-1", texts=("Hello", "How can I help?"), **values):
    return Transcript(external_id=external_id, events=said(*texts), **values)


@pytest.fixture
def agent(team):
    return agent_recipes.agent(team.row)


@pytest.fixture
def store(agent, at):
    def put(*transcripts, at=at, **values):
        given = {"team": agent.team, "agent": agent, "source": "helpdesk", "format": "lucid", "by": trail.SYSTEM}
        return sessions.store(**given | values, transcripts=transcripts, at=at)

    return put


def counts(report):
    return report.created, report.extended, report.unchanged


def texts_of(agent, external_id="s-1", version=1):
    session = Session.objects.of(agent.team).get(agent=agent, external_id=external_id, version=version)
    return [event.text for event in session.events.order_by("position")]


def test_transcripts_are_stored_with_their_events(store, agent, at):
    hard = "tab\tnewline\nreturn\rbackslash\\ \\N null and “quotes” 😀"
    given = transcript(
        texts=("Hello", hard), title="Greeting", task="t1", started_at=at, ended_at=at + timedelta(seconds=90)
    )
    given.events[1] = EventRecord(
        "tool_call", "assistant", hard, "agent_authored", "th\t1", "look\\up", "c\n1", True, {"input_tokens": 3}, at
    )

    report = store(given, transcript("s-2"))

    session = Session.objects.of(agent.team).get(external_id="s-1")
    assert counts(report) == (2, 0, 0)
    assert dict(report.events) == {"message": 3, "tool_call": 1}
    assert (session.turns, session.event_count, session.seconds, session.is_newest) == (1, 2, 90.0, True)
    event = session.events.get(position=1)
    assert (event.text, event.thread, event.tool, event.call_id) == (hard, "th\t1", "look\\up", "c\n1")
    assert (event.is_error, event.usage, event.at) == (True, {"input_tokens": 3}, at)
    assert event.sha256 == sessions.hashlib.sha256(hard.encode()).hexdigest()


def test_same_transcripts_again_store_nothing(store, agent):
    store(transcript("s-1"), transcript("s-2"))
    before = Event.objects.count()

    report = store(transcript("s-1"), transcript("s-2"))

    assert counts(report) == (0, 0, 2)
    assert SessionEvent.objects.of(agent.team).count() == 4
    assert Event.objects.count() == before


def test_transcript_that_grew_extends_its_version(store, agent, at):
    store(transcript(texts=("a", "b")))

    report = store(transcript(texts=("a", "b", "c"), ended_at=at + timedelta(hours=1)), at=at + timedelta(days=1))

    session = Session.objects.of(agent.team).get()
    assert counts(report) == (0, 1, 0)
    assert (session.version, session.event_count, session.ended_at) == (1, 3, at + timedelta(hours=1))
    assert texts_of(agent) == ["a", "b", "c"]
    stored = session.events.order_by("position").values_list("kind", "speaker", "tool", "is_error", "sha256")
    assert session.content_sha256 == sessions.content_sha256(stored)


def test_older_state_of_a_transcript_changes_nothing(store, agent):
    store(transcript(texts=("a", "b", "c")))

    report = store(transcript(texts=("a", "b")))

    assert counts(report) == (0, 0, 1)
    assert texts_of(agent) == ["a", "b", "c"]


def test_transcript_with_another_beginning_is_the_next_version(store, agent):
    store(transcript(texts=("a", "b")))

    report = store(transcript(texts=("x", "b")))

    rows = Session.objects.of(agent.team).order_by("version").values_list("version", "is_newest")
    assert counts(report) == (1, 0, 0)
    assert list(rows) == [(1, False), (2, True)]
    assert texts_of(agent, version=1) == ["a", "b"]
    assert texts_of(agent, version=2) == ["x", "b"]


def test_state_of_an_older_version_is_known_too(store, agent):
    store(transcript(texts=("a", "b")))
    store(transcript(texts=("x", "b")))

    reports = [store(transcript(texts=texts)) for texts in (("a", "b"), ("a",), ("x", "b"))]

    assert [counts(report) for report in reports] == [(0, 0, 1)] * 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(states=st.lists(st.lists(st.sampled_from("ab"), max_size=4), min_size=1, max_size=6))
def test_any_run_of_states_taken_in_twice_stores_nothing_the_second_time(store, agent, states):
    external_id = f"run-{recipes.number()}"

    for texts in states:
        store(transcript(external_id, texts=texts))
    again = [counts(store(transcript(external_id, texts=texts))) for texts in states]

    versions = Session.objects.of(agent.team).filter(external_id=external_id)
    assert again == [(0, 0, 1)] * len(states)
    assert versions.filter(is_newest=True).count() == 1
    assert all(row.event_count == row.events.count() for row in versions)


def test_same_words_from_another_speaker_are_another_transcript(store, agent):
    store(transcript(texts=("a",)))
    other = transcript(texts=("a",))
    other.events[0].speaker = "system"

    report = store(other)

    assert counts(report) == (1, 0, 0)


def test_sources_do_not_mix(store, agent):
    store(transcript())

    report = store(transcript(), source="chat")

    assert counts(report) == (1, 0, 0)


def test_twins_in_one_batch_are_refused(store, agent):
    with pytest.raises(sessions.Twins):
        store(transcript("s-1"), transcript("s-1", texts=("other",)))

    assert not Session.objects.of(agent.team).exists()


def test_session_without_times_ended_when_it_was_taken_in(store, agent, at):
    store(transcript())

    session = Session.objects.of(agent.team).get()
    assert (session.started_at, session.ended_at, session.seconds) == (None, at, None)


def test_outcomes_of_known_transcripts_are_merged(store, agent, at):
    store(transcript(outcomes=[OutcomeRecord("failed", "test", 0.0)]))

    report = store(transcript(outcomes=[OutcomeRecord("failed", "test", 0.0), OutcomeRecord("escalated", "human")]))

    assert counts(report) == (0, 0, 1)
    assert report.stored_outcomes == 1
    rows = Outcome.objects.of(agent.team).order_by("pk").values_list("name", "source", "score")
    assert list(rows) == [("failed", "test", 0.0), ("escalated", "human", None)]


def test_later_outcome_in_a_file_replaces_the_score(store, agent, at):
    store(transcript(outcomes=[OutcomeRecord("failed", "test", 0.0, at)]))

    store(transcript(outcomes=[OutcomeRecord("failed", "test", 0.5, at + timedelta(days=1))]))
    store(transcript(outcomes=[OutcomeRecord("failed", "test", 0.0, at)]))

    assert Outcome.objects.of(agent.team).get().score == 0.5


def test_feedback_is_kept_once(store, agent):
    remark = FeedbackRecord(event=1, score=0.2, survey={"polite": 1}, comment="Wrong window.", by="customer")

    store(transcript(feedback=[remark]))
    store(transcript(feedback=[remark]))

    assert Feedback.objects.of(agent.team).values_list("position", "comment").get() == (1, "Wrong window.")


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [
        ({"by": trail.Actor("machine", "tok_1"), "door": "api"}, {}, "tok_1"),
        ({"by": trail.SYSTEM, "door": "command"}, {}, "command"),
        ({"by": trail.SYSTEM}, {}, "system"),
        ({"by": trail.Actor("machine", "tok_1")}, {"by": trail.Actor("machine", "tok_1")}, "tok_1"),
        ({"by": trail.Actor("machine", "tok_1")}, {"by": trail.Actor("person", "usr_1")}, "several"),
    ],
)
def test_session_keeps_who_brought_it(store, agent, first, then, expected):
    store(transcript(), **first)
    if then:
        store(transcript(texts=("Hello", "How can I help?", "Thanks.")), **then)

    assert Session.objects.of(agent.team).get(agent=agent).pushed_by == expected


def test_what_adds_nothing_to_a_session_does_not_count_as_bringing_it(store, agent):
    store(transcript(), by=trail.Actor("machine", "tok_1"))
    store(transcript(), by=trail.Actor("machine", "tok_2"))
    Session.objects.of(agent.team).filter(agent=agent).update(pushed_by="")
    store(transcript(texts=("Hello", "How can I help?", "Thanks.")), by=trail.Actor("machine", "tok_2"))

    assert Session.objects.of(agent.team).get(agent=agent).pushed_by == ""


def test_import_is_recorded_with_its_counts(store, agent):
    store(transcript(outcomes=[OutcomeRecord("completed", "test", 1.0)]), transcript("s-2"), door="command")

    event = Event.objects.get(type="sessions.imported")
    assert json.loads(bytes(event.body))["data"] == {
        "source": "helpdesk",
        "format": "lucid",
        "door": "command",
        "sessions": 2,
        "new": 2,
        "extended": 0,
        "unchanged": 0,
        "events": 4,
        "outcomes": 1,
    }


def test_outcome_attached_twice_is_one(store, agent, at):
    store(transcript())
    session = Session.objects.of(agent.team).get()

    for _ in range(2):
        sessions.attach_outcome(session=session, name="failed", source="human", score=0.5, by=trail.SYSTEM, at=at)

    assert Outcome.objects.of(agent.team).values_list("name", "score").get() == ("failed", 0.5)
    assert Event.objects.filter(type="outcome.attached").count() == 1


def test_later_outcome_of_one_source_replaces_the_earlier(store, agent, at):
    store(transcript())
    session = Session.objects.of(agent.team).get()

    for score in (0.5, 0.7):
        sessions.attach_outcome(session=session, name="failed", source="human", score=score, by=trail.SYSTEM, at=at)

    assert Outcome.objects.of(agent.team).get().score == 0.7


def test_tainted_session_keeps_its_first_reason(store, agent, at):
    store(transcript())
    session = Session.objects.of(agent.team).get()

    for reason in ("it carries orders", "again"):
        session = sessions.mark_tainted(session=session, reason=reason, by=trail.SYSTEM, at=at)

    assert (session.tainted_at, session.taint_reason) == (at, "it carries orders")
    assert Event.objects.filter(type="session.tainted").count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time by itself")
@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_store_it_once(at):
    agent = agent_recipes.agent(recipes.team())
    start, reports = Barrier(2), []

    def take_in():
        start.wait()
        try:
            given = [transcript(f"s-{number}", texts=("a", "b", "c")) for number in range(50)]
            reports.append(
                sessions.store(
                    team=agent.team,
                    agent=agent,
                    source="helpdesk",
                    transcripts=given,
                    format="lucid",
                    by=trail.SYSTEM,
                    at=at,
                )
            )
        finally:
            connection.close()

    threads = [Thread(target=take_in) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(counts(report) for report in reports) == [(0, 0, 50), (50, 0, 0)]
    assert SessionEvent.objects.of(agent.team).count() == 150
