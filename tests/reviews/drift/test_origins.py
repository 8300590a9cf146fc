"""How each version came to be, by rows alone."""

import json

import pytest

from accounts import members
from accounts.models import Membership
from agents import memory as memories
from agents.enums import Cause
from audit import trail
from reviews.enums import Verdict
from reviews.models import Decision, Policy
from tests.reviews import scenes
from tests.reviews.drift import acts
from tests.reviews.scenes import AT


def _policy(team, votes, at=AT):
    document = {"version": 1, "mode": "reviewed", "votes": votes, "conversation": ""}
    document["undo_seconds"] = {"single": 10, "bulk": 60}
    number = Policy.objects.of(team).count() + 1
    Policy.objects.create(team=team, version=number, document=document, set_by_type="person", set_by_id="x", at=at)


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (Cause.SYNC, "sync"),
        (Cause.IMPORT, "late_import"),  # over a memory that is there
        (Cause.ERASURE, "erasure"),
        (Cause.CHANGE, "unvoted"),  # a change that nobody proposed
    ],
)
def test_each_cause_is_told_apart(memory, cause, expected):
    acts.write(memory, "- other\n", cause=cause)

    assert acts.came(memory) == ["import", expected]


def test_imports_before_the_first_sign_off_belong_to_setting_up(team, space, memory):
    scenes.memory(space, "/second.md")
    acts.sign(space, team.security)
    files = [("/third.md", "- late\n")]
    late = memories.import_first(team=team.row, namespace=space, files=files, by=trail.SYSTEM, at=acts.THEN).new[0]

    assert acts.came(memory) == ["import"]
    assert acts.came(late) == ["late_import"]


def test_what_people_approved_is_decided(memory):
    acts.decide(memory, "- one\n- two\n")

    assert acts.came(memory) == ["import", "decided"]


def test_what_a_rule_applied_is_by_rule(team, memory):
    proposal = scenes.propose(team.row, scenes.edit(memory, "- one\n"))
    (change,) = scenes.changes(proposal)
    acts.write(memory, "- one\n", cause=Cause.CHANGE, origin_ids=[change.public_id])
    with trail.unit_of_work(at=acts.THEN) as unit:
        unit.record("change.auto_applied", target=change, by=trail.SYSTEM, data={"rule": "low"})

    assert acts.came(memory) == ["import", "rule"]
    assert acts.found(team.row) == []


def test_a_change_that_was_never_applied_lends_its_name_to_nothing(team, memory):
    (change,) = scenes.changes(scenes.propose(team.row, scenes.edit(memory, "- one\n")))
    scenes.vote(change, team.reviewer)
    acts.write(memory, "- other\n", cause=Cause.CHANGE, origin_ids=[change.public_id])

    assert acts.came(memory) == ["import", "unvoted"]


def test_votes_are_those_that_the_policy_of_the_time_asked(team, memory):
    _policy(team.row, {"low": 1, "medium": 1, "high": 1, "critical": 1})
    acts.decide(memory, "- one\n", people=1, at=AT)
    _policy(team.row, {"low": 2, "medium": 1, "high": 1, "critical": 1}, at=acts.THEN)
    acts.decide(memory, "- one\n- two\n", people=2, at=acts.THEN)

    assert acts.came(memory) == ["import", "decided", "decided"]


def test_a_policy_that_was_loosened_in_the_tables_leaves_too_few_votes(team, memory):
    """Votes are counted again from the trail, so that what let a change pass for a moment is found after."""
    _policy(team.row, {"low": 1, "medium": 1, "high": 1, "critical": 1})
    acts.decide(memory, "- one\n")
    acts.sql("UPDATE reviews_policy SET document = %s", '{"votes": {"low": 2, "medium": 2, "high": 2, "critical": 2}}')

    assert acts.came(memory) == ["import", "unvoted"]


def test_rows_of_votes_that_the_trail_does_not_know_count_for_nothing(team, memory):
    _policy(team.row, {"low": 2, "medium": 2, "high": 2, "critical": 2})
    (change,) = scenes.changes(scenes.propose(team.row, scenes.edit(memory, "- one\n")))
    scenes.vote(change, team.reviewer)
    vote = Decision.objects.of(team.row).get()
    vote.pk, vote.public_id, vote.by = None, "dec_forged", team.second
    vote.save()
    scenes.vote(change, team.lead, Verdict.REQUEST_CHANGES, reason="Wait.")
    scenes.vote(change, team.lead, Verdict.REJECT, reason_code="other")
    scenes.decisions.withdraw(team=team.row, change_id=change.public_id, by=team.lead, at=AT)
    scenes.apply(memory.namespace)

    assert scenes.text(memory) == "- one\n"  # the product counted the forged row
    assert acts.came(memory) == ["import", "unvoted"]
    assert [one["came"] for one in acts.found(team.row)] == ["unvoted"]


def test_approval_of_a_contributor_does_not_count(team, memory):
    acts.decide(memory, "- one\n")
    acts.sql("UPDATE reviews_revision SET contributors = %s", f'["{team.reviewer.public_id}"]')

    assert acts.came(memory) == ["import", "unvoted"]


@pytest.mark.parametrize("asked", [{"owner": True}, {"role": "security"}])
@pytest.mark.parametrize("late", [False, True])
def test_the_word_of_an_owner_and_of_a_role_is_asked_for_again(team, memory, asked, late):
    """Roles are those of then: whoever got one later spoke for nobody."""
    _policy(team.row, {"low": 1, "medium": 1, "high": 1, "critical": 1})
    if not late:
        _make_security(team, acts.SIGNED)
    acts.decide(memory, "- one\n", people=1)
    acts.decide(memory, "- one\n- two\n", people=2)
    if late:
        _make_security(team, scenes.LATER)
    votes = dict.fromkeys(("low", "medium", "high", "critical"), {"people": 1, "owner": False} | asked)
    document = {"version": 2, "votes": votes}
    document["owners"] = [{"namespace": "*", "path": "*", "people": [], "roles": ["security"]}]
    acts.sql("UPDATE reviews_policy SET document = %s", json.dumps(document))

    assert acts.came(memory) == ["import", "unvoted", "unvoted" if late else "decided"]


def _make_security(team, at):
    member = Membership.objects.of(team.row).get(user=team.second)
    members.set_roles(membership=member, roles=["reviewer", "security"], by=team.admin, at=at)


@pytest.mark.parametrize("count", (3, 300))
def test_reading_takes_the_same_queries_for_any_number(space, count, django_assert_num_queries):
    from agents.models import MemoryVersion
    from reviews.drift import origins

    files = [(f"/{n}.md", f"- {n}\n") for n in range(count)]
    memories.import_first(team=space.team, namespace=space, files=files, by=trail.SYSTEM, at=AT)
    versions = list(MemoryVersion.objects.of(space.team).select_related("memory__namespace", "blob"))

    with django_assert_num_queries(3):  # what was written, first sign-offs, policies
        read = origins.read(versions, team=space.team)

    assert {origin.came for origin in read.values()} == {"import"}
    assert len(read) == count
