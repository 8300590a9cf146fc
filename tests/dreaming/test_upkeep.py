"""Merges and moves from the dream to memory and back, and the counters that finished dreams keep."""

from datetime import timedelta

import pytest

from agents import outcomes, sessions
from agents.importers.records import EventRecord, OutcomeRecord
from agents.models import Memory, StatementRecord
from audit import trail
from dreaming import settings
from dreaming.enums import RunState
from dreaming.models import SessionRead
from reviews import reverting
from reviews.models import Change
from tests import agent_recipes
from tests.dreaming import scenes
from tests.dreaming.scenes import AT, dream
from tests.reviews import scenes as desk

SHARED = "- Refunds over 500 EUR need a second signature.\n- Ask for the receipt first.\n- Answer within 2 days.\n"
CARD = "- Refunds go to the card that was charged.\n"
PAIR = {
    "/refunds.md": f"# Refunds\n\n{SHARED}{CARD}",
    "/notes/refunds.md": f"# Refunds\n\n{SHARED}- Ines signs on Fridays.\n- Bob stands in for her.\n",
}
FLAT = {f"/invoice-{name}.md": f"# {name}\n\n- The limit of {name} is {at} EUR.\n" for at, name in enumerate("abcd")}
FLAT |= {
    f"/{name}.md": f"- {name} answers the phone in week {at}.\n"
    for at, name in enumerate(("ada", "bob", "cleo", "dan", "eve"))
}


def texts(agent):
    rows = Memory.objects.of(agent.team).live().filter(namespace=agent.space).with_text()
    return {memory.path: memory.head.text for memory in rows}


def settled(agent, team, at):
    (change,) = Change.objects.of(team.row).order_by("pk")
    desk.vote(change, team.lead, at=at)
    desk.apply(change.namespace, at=at + timedelta(minutes=5))
    change.refresh_from_db()
    return change


def record(agent, path, said):
    text = texts(agent)[path].split("\n")
    row = text.index(said.strip())
    return StatementRecord.objects.of(agent.team).get(
        memory__namespace=agent.space, memory__path=path, memory__archived=False, start=row, retired_at=None
    )


def test_a_merge_is_proposed_applied_and_undone_and_keeps_age_and_counters(team):
    agent = scenes.agent_that_writes(team.row, memories=PAIR)
    old = AT - timedelta(days=300)
    known = {"first_seen": old, "confirmed_at": AT, "helpful": 3, "harmful": 1}
    rows = StatementRecord.objects.of(team.row).filter(memory__path="/refunds.md")
    rows.filter(start__in=(2, 5)).update(**known)

    assert dream(agent).state == RunState.COMPLETED
    change = settled(agent, team, AT)

    assert (change.operation, change.state) == ("merge", "applied")
    assert texts(agent) == {"/notes/refunds.md": PAIR["/notes/refunds.md"] + CARD}
    for said in (SHARED.split("\n")[0], CARD):
        one = record(agent, "/notes/refunds.md", said)
        assert (one.first_seen, one.confirmed_at, one.helpful, one.harmful) == (old, AT, 3, 1)
    assert dream(agent, at=AT + timedelta(hours=1)).state == RunState.NO_CHANGE

    undo = reverting.open_revert(team=team.row, proposal=change.proposal, reason="", by=team.admin, at=AT)
    (back,) = desk.changes(undo)
    assert desk.approve_and_apply(back, team.lead, at=AT + timedelta(hours=3)).state == "applied"
    assert texts(agent) == PAIR
    one = record(agent, "/refunds.md", CARD)
    assert (one.first_seen, one.helpful, one.harmful) == (old, 3, 1)


def test_a_move_is_proposed_applied_and_comes_to_rest(team):
    agent = scenes.agent_that_writes(team.row, memories=FLAT)
    settings.set_(agent=agent, values={"curation": {"topic_folder_size": 8}}, by=team.admin, at=AT)

    assert dream(agent).state == RunState.COMPLETED
    change = settled(agent, team, AT)

    assert (change.operation, change.state) == ("move", "applied")
    moved = {path.replace("/invoice-", "/invoice/invoice-"): text for path, text in FLAT.items()}
    assert texts(agent) == moved
    assert dream(agent, at=AT + timedelta(hours=1)).state == RunState.NO_CHANGE


def recalling(agent, name, outcome, *, at=AT):
    events = [
        EventRecord("message", "system", SHARED, "recalled"),
        EventRecord("message", "user", "Refund me", "user_input"),
    ]
    return agent_recipes.session(
        agent, external_id=name, events=events, at=at, outcomes=[OutcomeRecord(name=outcome, source="human")]
    )


def counters(agent):
    rows = StatementRecord.objects.of(agent.team).filter(memory__namespace=agent.space).exclude(kind="heading")
    return [(one.helpful, one.harmful) for one in rows.order_by("start")]


def test_a_finished_dream_counts_each_session_once_and_turns_round_what_a_later_outcome_denies(team):
    agent = scenes.agent_that_writes(team.row, memories={"/refunds.md": PAIR["/refunds.md"]})
    first = recalling(agent, "a", "completed")
    recalling(agent, "b", "failed")
    recalling(agent, "c", "escalated")

    run = dream(agent)
    assert counters(agent) == [(1, 1)] * 3 + [(0, 0)]
    assert run.funnel["statements_credited"] == 3
    dream(agent, at=AT + timedelta(hours=1))
    assert counters(agent) == [(1, 1)] * 3 + [(0, 0)]

    outcomes.attach_outcome(session=first, name="failed", source="test", by=trail.SYSTEM, at=AT + timedelta(hours=2))
    dream(agent, at=AT + timedelta(hours=3))
    assert counters(agent) == [(0, 2)] * 3 + [(0, 0)]
    assert sorted(SessionRead.objects.of(team.row).values_list("session__external_id", "verdict")) == [
        ("a", "completed"), ("a", "failed"), ("b", "failed"), ("c", ""),
    ]  # fmt: skip


def test_what_a_session_counted_is_taken_back_once_it_is_bad_and_given_again_once_it_is_not(team):
    agent = scenes.agent_that_writes(team.row, memories={"/refunds.md": PAIR["/refunds.md"]})
    bad, _good = recalling(agent, "a", "completed"), recalling(agent, "b", "completed")
    dream(agent)
    assert counters(agent) == [(2, 0)] * 3 + [(0, 0)]

    sessions.mark_tainted(session=bad, reason="Orders.", by=trail.SYSTEM, at=AT)
    for hours in (1, 2):  # once
        dream(agent, at=AT + timedelta(hours=hours))
        assert counters(agent) == [(1, 0)] * 3 + [(0, 0)]

    sessions.clear_taint(session=bad, reason="No orders.", by=trail.SYSTEM, at=AT)
    for hours in (3, 4):
        dream(agent, at=AT + timedelta(hours=hours))
        assert counters(agent) == [(2, 0)] * 3 + [(0, 0)]


@pytest.mark.parametrize("kept", [{"trust": "untrusted"}, {"tainted_at": AT}])
def test_what_may_speak_for_others_counts_for_nothing(team, kept):
    agent = scenes.agent_that_writes(team.row, memories={"/refunds.md": PAIR["/refunds.md"]})
    row = recalling(agent, "a", "failed")
    type(row).objects.of(team.row).filter(pk=row.pk).update(**kept)

    dream(agent)

    assert set(counters(agent)) == {(0, 0)}
