"""What a change still needs, in words: each requirement in one of six states, and who can satisfy it."""

import pytest

from reviews import decisions, desk
from reviews.models import Decision
from reviews.reading import requirements
from tests import recipes
from tests.reviews import scenes


@pytest.fixture
def governed(team):
    recipes.policy(team.row, tiers={"by_member": "off"})
    return team


def change_in(team, *, floor="low", by=None, **values):
    space = scenes.namespace(team.row, tier_floor=floor, **values)
    draft = scenes.edit(scenes.memory(space), "- one\n- 2\n- three\n")
    return scenes.changes(scenes.propose(team.row, draft, by=by or team.member))[0]


def told(change):
    row = desk.rows(change.team).get(pk=change.pk)
    who = requirements.council([row], team=row.team)
    return [(str(need.state), need.text) for need in requirements.needs(desk.read_one(row, team=row.team), who)]


def test_what_is_low_needs_one_vote_and_says_who_can_give_it(governed):
    change = change_in(governed)

    assert told(change) == [
        (
            "unsatisfied",
            "0 of 1 approval by someone who did not write it: Lead, Reviewer, Second or 1 more can",
        ),
        ("not_applicable", "Not asked for: an owner, a role, settled threads"),
    ]


def test_an_owner_is_asked_for_by_name(governed):
    change = change_in(governed, floor="medium", owners=[{"pattern": "/*", "users": [governed.second.public_id]}])
    scenes.vote(change, governed.reviewer)

    assert [line for line in told(change) if "owner" in line[1]] == [
        ("unsatisfied", "An owner approves: Second can"),
    ]
    scenes.vote(change, governed.second)
    assert ("satisfied", "Second approved as an owner") in told(change)


def test_where_nobody_can_it_says_so(governed):
    governed.security.memberships.update(removed_at=scenes.AT)
    change = change_in(governed, floor="critical")

    assert told(change)[1] == (
        "error",
        "Somebody with the role Security approves (Security): nobody else in this team can",
    )


def test_a_writer_is_not_among_those_who_can(governed):
    change = change_in(governed, by=governed.reviewer)

    assert "Lead, Second or Security can" in told(change)[0][1]


def test_a_request_that_was_set_aside_is_overridden(governed):
    change = change_in(governed)
    scenes.vote(change, governed.reviewer, "request_changes", reason="Say why.")
    vote = Decision.objects.of(governed.row).get()
    assert ("unsatisfied", "Reviewer asks for changes") in told(change)

    decisions.dismiss(
        team=governed.row, decision_id=vote.public_id, reason="Said elsewhere.", by=governed.lead, at=scenes.AT
    )

    assert ("overridden", "Lead set the request of Reviewer aside") in told(change)


def test_a_vote_of_the_only_reviewer_for_own_words_is_marked(governed):
    governed.row.sole_reviewer = True
    governed.row.save()
    change = change_in(governed, by=governed.reviewer)
    scenes.vote(change, governed.reviewer)

    assert any(state == "overridden" and words.startswith("Reviewer approved") for state, words in told(change))


def test_a_blocking_check_and_a_lost_right_are_told(governed):
    space = scenes.namespace(governed.row)
    draft = scenes.edit(scenes.memory(space), "- one\n- " + "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5\n")
    change = scenes.changes(scenes.propose(governed.row, draft, by=governed.member))[0]
    scenes.vote(change, governed.reviewer)
    governed.reviewer.memberships.update(roles=["member"])

    lines = told(change)

    assert ("unsatisfied", "The check “secrets” blocks it: edit what it found") in lines
    assert ("unsatisfied", "Reviewer approved, but may not decide any more: it does not count") in lines


def test_settled_threads_are_asked_for_where_the_policy_says_so(governed):
    recipes.policy(governed.row, tiers={"by_member": "off"}, conversation="resolved")

    assert ("satisfied", "All threads are resolved") in told(change_in(governed))


def test_council_takes_two_queries_for_any_number(governed, django_assert_num_queries):
    changes = [change_in(governed) for _ in range(4)]

    with django_assert_num_queries(2):
        requirements.council(changes, team=governed.row)
