"""Who gets in, how often, and how everybody else is told no."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import api, tokens
from accounts.enums import Scope
from audit.models import Event
from tests import agent_recipes
from tests.api.conftest import data_of, fault, machine_of

CALLS = {
    Scope.SESSIONS_WRITE: [
        ("post", "/sessions"),
        ("post", "/sessions/ses_1/outcomes"),
        ("post", "/sessions/ses_1/feedback"),
    ],
    Scope.MEMORY_READ: [("get", "/agents/helper/memory")],
    Scope.PROPOSE: [("post", "/proposals"), ("get", "/proposals/prp_1"), ("get", "/changes/chg_1")],
}


def denials(team):
    return list(Event.objects.filter(log=team.row.public_id, type="access.denied").order_by("seq"))


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer nonsense"}, {"authorization": "Basic eDp5"}])
@pytest.mark.parametrize(("method", "path"), [call for calls in CALLS.values() for call in calls])
def test_call_without_a_live_token_is_refused_as_json(db, method, path, headers):
    response = getattr(Client(headers=headers), method)(f"/api/v1{path}")

    assert fault(response) == (401, "unknown_token", "")
    assert response["WWW-Authenticate"] == "Bearer"


def test_token_that_ended_is_refused(machine, team):
    tokens.revoke(token=machine.token, by=team.admin, at=timezone.now())

    assert fault(machine.get("/agents/helper/memory")) == (401, "unknown_token", "")


def test_signed_in_person_does_not_get_in(client, team):
    client.force_login(team.admin)

    assert fault(client.get("/api/v1/agents/helper/memory")) == (401, "unknown_token", "")


@pytest.mark.parametrize("scope", Scope.values)
def test_token_does_what_its_scope_says_and_nothing_else(team, scope):
    machine = machine_of(team, [scope])

    for needed, calls in CALLS.items():
        for method, path in calls:
            response = machine.get(path) if method == "get" else machine.post(path, {})
            assert (response.status_code == 403) is (needed != scope), (path, response.content)


def test_refused_scope_stands_in_the_log_of_the_team(team):
    machine = machine_of(team, ["propose"])

    assert fault(machine.get("/agents/helper/memory")) == (403, "missing_scope", "")

    [event] = denials(team)
    assert (event.actor_type, event.actor_id, event.outcome) == ("machine", machine.token.public_id, "denied")
    assert data_of(event) == {
        "method": "GET",
        "path": "/api/v1/agents/helper/memory",
        "reason_code": "missing_scope",
        "scope": "memory:read",
        "status": 403,
    }


def test_calls_over_the_limit_wait_and_are_logged_once(machine, team, settings):
    settings.API_CALLS_A_MINUTE = 0

    responses = [machine.get("/agents/helper/memory") for _ in range(3)]

    assert {fault(response) for response in responses} == {(429, "too_many_calls", "")}
    assert all(1 <= int(response["Retry-After"]) <= 60 for response in responses)
    assert [data_of(event)["reason_code"] for event in denials(team)][:1] == ["too_many_calls"]
    assert len(denials(team)) <= 2  # a minute may have turned between the calls


def test_limit_counts_each_token_and_minute_by_itself(team, settings, at):
    settings.API_CALLS_A_MINUTE = 2
    one, other = machine_of(team).token, machine_of(team).token

    api._count(one, at)
    api._count(one, at + timedelta(seconds=59))
    api._count(other, at)
    with pytest.raises(api.Problem) as refused:
        api._count(one, at + timedelta(seconds=59))
    api._count(one, at + timedelta(seconds=60))

    assert refused.value.headers == {"Retry-After": "1"}


def test_wrong_method_and_wrong_address_are_told_as_json(machine):
    wrong = machine.get("/sessions")

    assert fault(wrong) == (405, "wrong_method", "")
    assert wrong["Allow"] == "POST"
    assert fault(machine.get("/nowhere")) == (404, "unknown_address", "")
    assert fault(machine.get("/changes/chg_1%00")) == (404, "unknown_address", "")


def test_nothing_of_an_answer_is_kept_by_caches(machine):
    assert machine.get("/changes/chg_1")["Cache-Control"] == "no-store"


def test_token_of_one_agent_finds_no_other(team):
    mine, other = agent_recipes.agent(team.row), agent_recipes.agent(team.row)
    session = agent_recipes.session(other)
    machine = machine_of(team, agent=mine)
    said = {"name": "completed", "source": "test"}

    assert machine.get(f"/agents/{mine.slug}/memory").status_code == 200
    assert fault(machine.get(f"/agents/{other.slug}/memory")) == (404, "unknown_agent", "")
    assert fault(machine.post(f"/sessions/{session.public_id}/outcomes", said)) == (404, "unknown_session", "")
    push = {"agent": other.slug, "session": {"id": "s", "events": []}}
    assert fault(machine.post("/sessions", push)) == (404, "unknown_agent", "agent")
    assert [data_of(event)["reason_code"] for event in denials(team)] == [
        "unknown_agent",
        "unknown_session",
        "unknown_agent",
    ]
