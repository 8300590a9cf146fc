import pytest

from agents.importers import limits
from agents.models import Feedback, Outcome, Session, SessionEvent
from audit.models import Event
from tests import agent_recipes
from tests.api.conftest import fault

ASKED = {"kind": "message", "speaker": "user", "text": "My order 17 never came."}
CALLED = {"kind": "tool_call", "speaker": "assistant", "tool": "find_order", "call_id": "c1", "text": '{"id": 17}'}
FAILED = {"kind": "tool_result", "tool": "find_order", "call_id": "c1", "is_error": True, "text": "not found"}


@pytest.fixture
def agent(team):
    return agent_recipes.agent(team.row)


@pytest.fixture
def push(machine, agent):
    def pushed(*events, **values):
        body = {"agent": agent.slug, "source": "helpdesk", "session": {"id": "s-1", "events": list(events)} | values}
        return machine.post("/sessions", body)

    return pushed


@pytest.fixture
def session(agent):
    return agent_recipes.session(agent)


def types(team):
    return list(Event.objects.filter(log=team.row.public_id).order_by("seq").values_list("type", flat=True))


def test_session_is_stored_as_its_file_would_be(push, team, agent):
    response = push(
        ASKED,
        CALLED,
        FAILED,
        task="refund",
        model="m-1",
        outcomes=[{"name": "escalated", "source": "human", "score": 0.5}],
        feedback=[{"event": 2, "comment": "Ask for the address first."}],
    )

    session = Session.objects.of(team.row).get()
    assert response.status_code == 201
    assert response.json() == {
        "id": session.public_id,
        "external_id": "s-1",
        "version": 1,
        "state": "new",
        "events": 3,
        "new_events": 3,
        "replaced_characters": 0,
    }
    assert (session.agent, session.source, session.task, session.format) == (agent, "helpdesk", "refund", "lucid")
    events = SessionEvent.objects.of(team.row).order_by("position")
    assert list(events.values_list("kind", "source_class", "is_error", "text")) == [
        ("message", "user_input", False, "My order 17 never came."),
        ("tool_call", "agent_authored", False, '{"id": 17}'),
        ("tool_result", "external_tool", True, "not found"),
    ]
    assert Outcome.objects.of(team.row).get().name == "escalated"
    assert Feedback.objects.of(team.row).get().position == 2


def test_session_pushed_again_stores_nothing(push, team):
    first = push(ASKED, CALLED).json()
    before = types(team)

    again = push(ASKED, CALLED)

    assert again.status_code == 200
    assert again.json() == first | {"state": "unchanged", "new_events": 0}
    assert types(team) == before
    assert before[-1] == "sessions.imported"


def test_session_that_grew_is_extended(push):
    first = push(ASKED).json()

    grown = push(ASKED, CALLED, FAILED)

    assert grown.status_code == 200
    assert grown.json() == first | {"state": "extended", "events": 3, "new_events": 2}


def test_session_with_another_beginning_is_the_next_version(push):
    first = push(ASKED).json()

    other = push(ASKED | {"text": "My order 18 never came."})

    assert other.status_code == 201
    assert other.json() == first | {"id": other.json()["id"], "version": 2}
    assert other.json()["id"] != first["id"]


def test_records_copied_from_a_file_are_taken(push):
    assert push({"record": "event"} | ASKED, record="session").status_code == 201


@pytest.mark.parametrize(
    ("session", "where"),
    [
        ({"id": "s"}, "session"),
        ({"id": "", "events": []}, "session.id"),
        ({"id": "s", "events": [ASKED, ASKED | {"kind": "song"}]}, "session.events[1].kind"),
        ({"id": "s", "events": [ASKED | {"unknown": 1}]}, "session.events[0]"),
        ({"id": "s", "events": [], "outcomes": [{"name": "completed", "source": "test", "score": 2}]}, None),
        ({"id": "s", "events": [], "outcomes": [{"name": "failed", "source": "test"}] * 2}, "session.outcomes[1]"),
        ({"id": "s", "events": [ASKED], "feedback": [{"event": 1}]}, "session.feedback[0].event"),
    ],
)
def test_bad_session_is_refused_with_the_place(machine, agent, team, session, where):
    status, code, place = fault(machine.post("/sessions", {"agent": agent.slug, "session": session}))

    assert (status, code) == (422, "invalid")
    assert place == (where or "session.outcomes[0].score")
    assert not Session.objects.of(team.row).exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"agent": 1}', b"\xff", b'{"usage":' + b"[" * 5000])
def test_body_that_is_no_session_is_refused(machine, body):
    status, code, _ = fault(machine.post("/sessions", body))

    assert (status, code) in [(400, "bad_request"), (422, "invalid")]


def test_too_large_an_event_or_body_is_refused(push, team, monkeypatch):
    assert fault(push(ASKED | {"text": "x" * (limits.EVENT_BYTES + 1)}))[:2] == (422, "invalid")
    monkeypatch.setattr(limits, "FILE_BYTES", 1024 * 1024)

    assert fault(push(*[ASKED | {"text": "x" * 500_000}] * 3)) == (413, "too_large", "")
    assert not Session.objects.of(team.row).exists()


def test_session_over_the_memory_limit_of_forms_is_taken(push):
    assert push(*[ASKED | {"text": f"{n}" + "x" * 900_000} for n in range(6)]).status_code == 201


def test_unknown_or_archived_agent_or_one_of_another_team_is_not_found(machine, other_team, agent, at):
    agent.archived_at = at
    agent.save()
    for slug in ("nobody", agent_recipes.agent(other_team.row).slug, agent.slug):
        body = {"agent": slug, "session": {"id": "s-1", "events": []}}
        assert fault(machine.post("/sessions", body)) == (404, "unknown_agent", "agent")


def test_outcome_is_attached_later_and_the_latest_word_counts(machine, session, team):
    path = f"/sessions/{session.public_id}/outcomes"
    said = {"name": "failed", "source": "downstream", "score": 0.25, "detail": "bounced"}

    first = machine.post(path, said | {"at": "2026-03-05T10:00:00Z"})
    same = machine.post(path, said)
    older = machine.post(path, said | {"score": 1, "at": "2026-03-04T10:00:00Z"})
    other = machine.post(path, said | {"score": 0.5})

    outcome = Outcome.objects.of(team.row).get()
    assert [response.status_code for response in (first, same, older, other)] == [200] * 4
    assert same.json() == first.json() == older.json()
    assert first.json() == {"id": outcome.public_id, "name": "failed", "source": "downstream", "score": 0.25}
    assert other.json() == first.json() | {"score": 0.5}
    assert types(team).count("outcome.attached") == 2


def test_feedback_is_attached_once(machine, session, team):
    path = f"/sessions/{session.public_id}/feedback"
    said = {"event": 1, "score": 0.2, "comment": "Ask first.\0", "by": "Bo", "survey": {"kind": 4}}

    first, same = machine.post(path, said), machine.post(path, said)

    row = Feedback.objects.of(team.row).get()
    assert first.json() == same.json() == {"id": row.public_id}
    assert (row.position, row.comment, row.survey) == (1, "Ask first.�", {"kind": 4})
    assert types(team).count("feedback.attached") == 1


def test_feedback_on_an_event_that_is_not_there_is_refused(machine, session):
    assert fault(machine.post(f"/sessions/{session.public_id}/feedback", {"event": 2})) == (422, "invalid", "event")


@pytest.mark.parametrize("what", ["outcomes", "feedback"])
def test_session_of_another_team_is_not_found(machine, other_team, what):
    foreign = agent_recipes.session(agent_recipes.agent(other_team.row))
    said = {"outcomes": {"name": "completed", "source": "test"}, "feedback": {"comment": "Good"}}[what]

    assert fault(machine.post(f"/sessions/{foreign.public_id}/{what}", said)) == (404, "unknown_session", "")
    assert not Outcome.objects.of(other_team.row).exists()
