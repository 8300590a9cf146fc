from datetime import timedelta

import pytest

from agents.models import Namespace
from reviews import decisions, editing, policy, rebasing, settling
from reviews.enums import AssignedBy, Turn, Verdict
from reviews.inbox import turns
from reviews.models import Assignment, Comment, Policy, Thread
from tests.reviews import scenes
from tests.reviews.test_decisions import set_policy


def two_votes(team):
    votes = policy.DEFAULT["votes"] | {"low": {"people": 2}, "high": {"people": 2}}
    Policy.objects.create(team=team.row, version=9, document=policy.DEFAULT | {"votes": votes}, at=scenes.AT)


@pytest.fixture
def memory(team):
    return scenes.memory(scenes.namespace(team.row))


def proposal(memory, **values):
    return scenes.propose(memory.team, scenes.line_edit(memory, 0, 1, "- uno\n"), **values)


def reasons(team, person, row):
    row.refresh_from_db()
    told = turns.read([row], person=person, team=team.row, decides=True)[row.pk].reasons
    assert bool(told) == turns.your_turn(person, team=team.row).filter(pk=row.pk).exists()
    assert bool(told) != turns.others_turn(person, team=team.row).filter(pk=row.pk).exists()
    return told


def assign(row, person, how=AssignedBy.HAND):
    return Assignment.objects.create(team=row.team, proposal=row, person=person, how=how, by_id="", at=scenes.AT)


def comment(thread, person, minutes, *, sent=True):
    at = scenes.AT + timedelta(minutes=minutes)
    Comment.objects.create(team=thread.team, thread=thread, by=person, text="…", at=at, sent_at=at if sent else None)


def thread(change):
    return Thread.objects.create(team=change.team, change=change, revision=change.head, at=scenes.AT)


def test_what_nobody_has_is_new_to_all_but_its_writer(team, memory):
    row = proposal(memory, by=team.second)

    assert reasons(team, team.reviewer, row) == [Turn.NEW]
    assert reasons(team, team.second, row) == []


def test_what_is_assigned_is_the_turn_of_the_assigned_alone(team, memory):
    row = proposal(memory)
    assign(row, team.reviewer)

    assert reasons(team, team.reviewer, row) == [Turn.ASSIGNED]
    assert reasons(team, team.second, row) == []


def test_what_was_escalated_is_the_leads_turn_beside_those_who_had_it(team, memory):
    row = proposal(memory)
    assign(row, team.lead, AssignedBy.ESCALATED)

    assert reasons(team, team.lead, row) == [Turn.ESCALATED]
    assert reasons(team, team.reviewer, row) == [Turn.NEW]


def test_an_ended_assignment_is_none(team, memory):
    row = proposal(memory)
    Assignment.objects.of(team.row).filter(pk=assign(row, team.reviewer).pk).update(ended_at=scenes.LATER)

    assert reasons(team, team.second, row) == [Turn.NEW]


def test_a_vote_that_fell_away_returns_to_the_voter_though_another_is_assigned(team, memory):
    row = proposal(memory)
    assign(row, team.second)
    scenes.vote(scenes.changes(row)[0], team.reviewer)
    before = reasons(team, team.reviewer, row)

    scenes.write_elsewhere(memory, "- one\n- two\n- three\n- four\n")  # elsewhere: the vote holds
    rebasing.follow_versions(team=team.row, at=scenes.LATER)
    elsewhere = reasons(team, team.reviewer, row)
    scenes.write_elsewhere(memory, "- one\n- zwei\n- three\n- four\n", at=scenes.LATER)  # the line below
    rebasing.follow_versions(team=team.row, at=scenes.LATER)

    assert (before, elsewhere) == ([], [])
    assert reasons(team, team.reviewer, row) == [Turn.STALE]


def test_a_vote_that_met_a_conflict_is_stale(team, memory):
    row = proposal(memory)
    scenes.vote(scenes.changes(row)[0], team.reviewer)

    scenes.write_elsewhere(memory, "- ein\n- two\n- three\n")
    rebasing.follow_versions(team=team.row, at=scenes.LATER)

    assert scenes.changes(row)[0].state == "conflict"
    assert reasons(team, team.reviewer, row) == [Turn.STALE]


def test_a_vote_that_fell_away_is_told_though_the_change_was_not_approved_yet(team, memory):
    set_policy(team, low=2)
    row = proposal(memory)
    change = scenes.changes(row)[0]
    scenes.vote(change, team.reviewer)
    set_policy(team, low=3)

    scenes.vote(change, team.second, at=scenes.LATER)

    assert scenes.changes(row)[0].state == "stale"
    assert reasons(team, team.reviewer, row) == [Turn.STALE]
    assert reasons(team, team.second, row) == []
    assert scenes.vote(change, team.reviewer, at=scenes.LATER).state == "open"


def test_a_vote_on_an_open_change_that_fell_away_with_the_rules_is_stale(team, memory):
    two_votes(team)
    row = proposal(memory)
    scenes.vote(scenes.changes(row)[0], team.reviewer)
    before = settling.follow_grounds(team=team.row, at=scenes.LATER), reasons(team, team.reviewer, row)

    Namespace.objects.of(team.row).update(protected=["*"])
    after = settling.follow_grounds(team=team.row, at=scenes.LATER)

    assert (before, after) == ((0, []), 1)
    assert scenes.changes(row)[0].state == "stale"
    assert reasons(team, team.reviewer, row) == [Turn.STALE]
    assert settling.follow_grounds(team=team.row, at=scenes.LATER) == 0


def test_the_tick_goes_through_approvals_in_turn(team, memory):
    two_votes(team)
    for _ in range(3):
        scenes.vote(scenes.changes(proposal(memory))[0], team.reviewer)
        memory = scenes.memory(memory.namespace, f"/{memory.pk}.md")
    Namespace.objects.of(team.row).update(protected=["*"])

    fallen = [settling.follow_grounds(team=team.row, at=scenes.LATER, most=2) for _ in range(3)]

    assert fallen == [2, 1, 0]


def test_a_vote_that_fell_away_is_stale_again_once_the_request_beside_it_is_gone(team, memory):
    two_votes(team)
    row = proposal(memory)
    change = scenes.changes(row)[0]
    scenes.vote(change, team.reviewer)
    scenes.vote(change, team.second, Verdict.REQUEST_CHANGES, reason="Say when.")
    Namespace.objects.of(team.row).update(protected=["*"])

    decisions.withdraw(team=team.row, change_id=change.public_id, by=team.second, at=scenes.LATER)

    assert reasons(team, team.reviewer, row) == [Turn.STALE]


def test_a_request_waits_for_its_answer_and_is_resolved_by_a_revision(team, memory):
    row = proposal(memory)
    change = scenes.changes(row)[0]
    scenes.vote(change, team.reviewer, Verdict.REQUEST_CHANGES, reason="Say when.")
    asked = reasons(team, team.reviewer, row)

    editing.edit(
        team=team.row,
        change_id=change.public_id,
        revision_id=change.head.public_id,
        texts={(0, 0): "- uno, since May\n"},
        reason="",
        by=team.second,
        at=scenes.LATER,
    )

    assert asked == []
    assert reasons(team, team.reviewer, row) == [Turn.ANSWERED]
    assert reasons(team, team.second, row) == []


def test_a_reply_is_the_turn_of_who_wrote_in_the_thread_until_they_answer_or_it_is_settled(team, memory):
    row = proposal(memory)
    change = scenes.changes(row)[0]
    scenes.vote(change, team.reviewer, Verdict.REQUEST_CHANGES, reason="Say when.")
    talk = thread(change)
    comment(talk, team.reviewer, 1)
    alone = reasons(team, team.reviewer, row)
    comment(talk, team.second, 2, sent=False)
    drafted = reasons(team, team.reviewer, row)
    comment(talk, team.lead, 3)
    replied = reasons(team, team.reviewer, row)
    comment(talk, team.reviewer, 4)
    answered = reasons(team, team.reviewer, row)
    comment(talk, team.lead, 5)
    Thread.objects.of(team.row).update(resolved_at=scenes.LATER, resolved_by=team.lead)

    assert (alone, drafted, replied, answered) == ([], [], [Turn.REPLY], [])
    assert reasons(team, team.reviewer, row) == []


@pytest.mark.parametrize("count", (1, 3))
def test_reasons_take_the_same_queries_for_any_number(team, memory, count, django_assert_num_queries):
    rows = [scenes.propose(team.row, scenes.add(memory.namespace, f"/{n}.md", "- new\n")) for n in range(count)]

    with django_assert_num_queries(4):
        told = turns.read(rows, person=team.reviewer, team=team.row, decides=True)

    assert [told[row.pk].reasons for row in rows] == [[Turn.NEW]] * count


def test_a_proposal_that_one_has_begun_is_not_new_but_says_what_is_left(team, memory):
    drafts = [scenes.add(memory.namespace, f"/{n}.md", "- new\n") for n in range(3)]
    row = scenes.propose(team.row, *drafts)

    def told(person):
        return turns.read([row], person=person, team=team.row, decides=True)[row.pk].words

    before = told(team.reviewer)
    for change in scenes.changes(row)[:2]:
        scenes.vote(change, team.reviewer)

    assert (before, told(team.reviewer), told(team.lead)) == (["New to you"], ["1 left"], ["New to you"])
