"""Runs with the model from settings to proposal: what is missing is said, what is spent is booked, nothing is sent that
residency forbids."""

from datetime import timedelta

import pytest

from agents import roster
from audit import trail
from dreaming import runs, settings
from dreaming.enums import RunOrigin, RunState
from dreaming.models import Spend
from reviews.models import Change, Evidence
from tests import agent_recipes
from tests.dreaming import scenes
from tests.dreaming.engines.claude.desk import FINDER, LESSON, SAID, VERIFIER, Reader, found

AT = scenes.AT


@pytest.fixture
def agent(team, platform):
    agent = scenes.agent_that_writes(team.row, memories={"/orders.md": "- Be kind to people on the phone.\n"})
    for number in range(3):
        agent_recipes.session(agent, texts=(f"Order {number}? {SAID}", "Noted."), at=AT - timedelta(days=number + 1))
    connection = agent_recipes.connection(team.row, base_url=platform.url, key=platform.key)
    choose(agent, engine="claude", connection=connection.public_id, model=FINDER, verifier=VERIFIER)
    platform.answering = Reader()
    agent.connection = connection
    return agent


def choose(agent, **values):
    settings.set_(agent=agent, values=values, by=trail.SYSTEM, at=AT)


def dream(agent, origin=RunOrigin.COMMAND, at=AT):
    return runs.perform_here(agent=agent, origin=origin, by=trail.SYSTEM, at=at, clock=lambda: at)


def test_what_the_model_finds_becomes_a_proposal_with_verified_quotes(agent, platform):
    run = dream(agent)

    assert (run.state, run.error) == (RunState.COMPLETED, "")
    (change,) = Change.objects.of(agent.team)
    assert LESSON in change.head.targets.get().hunks[0]["after"][-1]
    assert {FINDER in change.rationale, VERIFIER in change.rationale, "discover.v1" in change.rationale} == {True}
    quotes = Evidence.objects.of(agent.team).filter(change=change)
    assert [(one.quote, one.status) for one in quotes] == [(SAID, "verified")] * 3
    assert run.funnel["model_found"] == 1


def test_what_is_spent_is_booked_by_stage_as_the_platform_bills_it(agent, platform):
    run = dream(agent)

    rows = Spend.objects.of(agent.team).filter(run=run)
    assert {row.state for row in rows} == {"booked"}
    assert {row.stage for row in rows} >= {"discover", "ground", "verify"}
    assert run.usage["output_tokens"] == sum(row.output for row in rows) > 0
    billed = platform.spent()
    assert sum(one["input_tokens"] for one in billed) == sum(row.input for row in rows)
    assert sum(one["output_tokens"] for one in billed) == sum(row.output for row in rows)


def test_unchanged_input_costs_nothing_and_proposes_nothing(agent, platform):
    dream(agent)
    platform.forget()

    run = dream(agent, at=AT + timedelta(hours=1))

    assert run.state == RunState.NO_CHANGE
    assert platform.asked("POST *") == []


@pytest.mark.parametrize(
    ("values", "said"),
    [({"connection": ""}, "No connection"), ({"model": ""}, "No model"), ({}, "removed")],
)
def test_what_is_missing_is_said(agent, platform, values, said):
    choose(agent, **values)
    if said == "removed":
        agent.connection.removed_at = AT
        agent.connection.save()

    run = dream(agent)

    assert run.state == RunState.FAILED
    assert said in run.error
    assert "local engine" in run.error
    assert platform.asked("POST *") == []


def test_text_that_may_not_leave_is_not_sent(agent, platform):
    roster.change_agent(agent=agent, values={"residency": "eu"}, by=trail.SYSTEM, at=AT)

    run = dream(agent)

    assert run.state == RunState.FAILED
    assert "eu" in run.error
    assert platform.asked("*") == []


def test_a_cap_on_tokens_stops_before_the_call(agent, platform):
    choose(agent, max_tokens=10)

    run = dream(agent)

    assert run.state == RunState.FAILED
    assert platform.asked("POST *") == []


def test_a_nightly_increment_reads_the_new_session_alone(agent, platform):
    dream(agent)
    platform.answering = reader = Reader(discover=lambda body: {"items": [found(body, same_as="O1")]})
    agent_recipes.session(agent, texts=(f"Order 9? {SAID}", "Noted."), at=AT + timedelta(hours=1))

    dream(agent, at=AT + timedelta(days=1))

    (body,) = [body for kind, body in reader.bodies if kind == "discover"]
    content = body["messages"][0]["content"]
    assert "Order 9?" in content
    assert "Order 1?" not in content
    assert Evidence.objects.of(agent.team).count() == 4
