"""A dream over unchanged input proposes nothing, whatever became of what was proposed before."""

from datetime import timedelta

import pytest

from agents import roster
from agents.enums import Access
from audit import trail
from dreaming.enums import RunState
from dreaming.models import SessionRead
from reviews.enums import State, Verdict
from reviews.models import Change
from tests import agent_recipes
from tests.dreaming import scenes
from tests.dreaming.scenes import AT, dream
from tests.reviews import scenes as desk

LATER = AT + timedelta(hours=1)
MEMORIES = {
    "/policy.md": "# Policy\n\n- Refunds take 5 days.\n- Never promise a date.\n- Refunds take 5 days.\n",
    "/other.md": "# Other\n\n- Never promise a date.\n",
}


@pytest.fixture
def agent(team):
    agent = scenes.agent_that_writes(team.row, memories=MEMORIES)
    for name in ("a", "b", "c", "d"):
        scenes.failing_session(agent, name)
    return agent


@pytest.fixture
def changes(agent, team):
    """What the first dream proposed."""
    run = dream(agent)
    assert run.state == RunState.COMPLETED
    found = list(Change.objects.of(team.row).order_by("pk"))
    assert {"add", "edit"} <= {change.operation for change in found}
    return found


def approve_and_apply(changes, team):
    for change in changes:
        desk.vote(change, team.lead, at=AT)
    desk.apply(changes[0].namespace, at=AT + timedelta(minutes=5))
    assert {change.state for change in Change.objects.of(team.row)} == {State.APPLIED}


def reject(changes, team):
    for change in changes:
        desk.vote(change, team.lead, Verdict.REJECT, reason="no", reason_code="other", at=AT)


def leave_open(changes, team):
    pass


@pytest.mark.parametrize("reset", [False, True], ids=["read", "read-marks-reset"])
@pytest.mark.parametrize("settle", [leave_open, approve_and_apply, reject])
def test_second_dream_proposes_nothing(agent, team, changes, settle, reset):
    settle(changes, team)
    if reset:
        SessionRead.objects.of(team.row).all().delete()

    run = dream(agent, at=LATER)

    assert (run.state, run.funnel["changes"], run.funnel["joined"]) == (RunState.NO_CHANGE, 0, 0)
    assert Change.objects.of(team.row).count() == len(changes)


def test_refused_change_comes_back_after_its_cool_down_with_new_evidence_only(agent, team, changes):
    reject(changes, team)
    late = AT + timedelta(days=8)
    assert dream(agent, at=late).state == RunState.NO_CHANGE

    scenes.failing_session(agent, "new", at=late)
    run = dream(agent, at=late)

    assert run.state == RunState.COMPLETED
    again = Change.objects.of(team.row).filter(proposal__public_id=run.proposal_id)
    assert {change.fingerprint for change in again} <= {change.fingerprint for change in changes}


def test_new_session_joins_its_evidence_to_the_open_change(agent, team, changes):
    scenes.failing_session(agent, "new", at=LATER)

    run = dream(agent, at=LATER)

    assert run.funnel["joined"] > 0
    assert Change.objects.of(team.row).count() == len(changes)


def test_what_found_no_namespace_to_write_is_proposed_once_there_is_one(team):
    agent = agent_recipes.agent(team.row)
    for name in ("a", "b", "c"):
        scenes.failing_session(agent, name)
    first = dream(agent)

    space = agent_recipes.namespace(team.row)
    roster.set_access(agent=agent, namespace=space, mode=Access.WRITE, by=trail.SYSTEM, at=LATER)
    second = dream(agent, at=LATER)

    assert (first.state, second.state) == (RunState.NO_CHANGE, RunState.COMPLETED)
