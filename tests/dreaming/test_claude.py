"""Runs with the model from settings to proposal: what is missing is said, what is spent is booked, nothing is sent that
residency forbids."""

import re
from datetime import timedelta

import pytest

from agents import roster
from audit import trail
from dreaming import answering, runs, settings
from dreaming.enums import AnswerState, RunOrigin, RunState
from dreaming.models import Spend
from reviews.enums import Verdict
from reviews.models import Change, Evidence
from tests import agent_recipes
from tests.dreaming import scenes
from tests.dreaming.engines.claude.desk import FINDER, LESSON, SAID, VERIFIER, Reader, found
from tests.reviews import scenes as scenes_of_votes

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


def test_a_second_request_is_answered_beside_what_was_tried(agent, team, platform):
    dream(agent)
    (change,) = Change.objects.of(agent.team)
    fresh = "Since March, parcels for the north go out from Hamburg."
    rows = []
    for number, words in enumerate(("Say since when.", "Now name the depot.")):
        platform.answering = reader = Reader(answer={"text": fresh, "said": "It says since when."})
        at = AT + timedelta(hours=number + 1)
        change = Change.objects.of(agent.team).select_related("head").get()
        scenes_of_votes.vote(change, team.lead, Verdict.REQUEST_CHANGES, reason=words, at=at)
        answering.collect(now=at)
        (pk,) = answering.waiting(now=at)
        rows.append(answering.perform(answer_id=pk, now=at, clock=lambda at=at: at))

    assert [row.state for row in rows] == [AnswerState.ANSWERED, AnswerState.DECLINED]
    assert rows[1].funnel["model_said_tried"] == 1
    assert "tried before" in rows[1].reason
    content = reader.bodies[-1][1]["messages"][0]["content"]
    told = re.findall(r"<(tried|asked|reviewer)-\w+>\n(.*?)\n</", content, re.DOTALL)
    assert [(kind, text.splitlines()[-1]) for kind, text in told] == [
        ("tried", LESSON),
        ("asked", "Say since when."),
        ("tried", fresh),
        ("reviewer", "Now name the depot."),
    ]
