import pytest
from django.urls import reverse

from reviews.enums import Verdict
from reviews.inbox import duplicates
from reviews.inbox import lines as inbox
from tests.reviews import scenes

SAME = "- Refunds are paid within fourteen days of the request by bank transfer.\n"
NEAR = "- Refunds are paid within fourteen days of a request by bank transfer.\n"
OTHER = "- Call the on-call engineer before a database is restarted at night.\n"


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


def add(space, *texts):
    drafts = [scenes.add(space, f"/{scenes.recipes.number()}.md", text) for text in texts]
    return scenes.propose(space.team, *drafts, title=f"Number {scenes.recipes.number()}")


def groups(*rows):
    return [change.alike for row in rows for change in scenes.changes(row)]


def refresh(team):
    return duplicates.refresh(team=team.row, at=scenes.LATER)


def test_equal_and_near_changes_of_several_proposals_are_one_group(team, space):
    rows = [add(space, SAME), add(space, SAME.upper()), add(space, NEAR), add(space, OTHER)]

    refresh(team)

    first = scenes.changes(rows[0])[0].public_id
    assert groups(*rows) == [first, first, first, ""]


def test_what_one_proposal_says_twice_is_no_group(team, space):
    row = add(space, SAME, NEAR)

    refresh(team)

    assert groups(row) == ["", ""]


def test_saying_it_and_taking_it_out_are_not_the_same(team, space):
    memory = scenes.memory(space, "/old.md", f"- first\n{SAME}")
    rows = [add(space, SAME), scenes.propose(team.row, scenes.edit(memory, "- first\n"))]

    refresh(team)

    assert groups(*rows) == ["", ""]


def test_nothing_is_compared_again_until_a_revision_comes_or_a_member_goes(team, space, django_assert_num_queries):
    rows = [add(space, SAME), add(space, NEAR), add(space, OTHER)]
    grouped = refresh(team)
    with django_assert_num_queries(1):
        again = refresh(team)
    scenes.vote(scenes.changes(rows[1])[0], team.reviewer, Verdict.REJECT, reason_code="duplicate")
    parted = refresh(team)

    assert (grouped, again, parted) == (2, 0, 1)
    assert groups(rows[0]) == [""]


def test_lists_and_cards_say_how_many_are_like_this_and_lead_to_them(client, team, space):
    rows = [add(space, SAME), add(space, NEAR), add(space, OTHER)]
    refresh(team)
    group = scenes.changes(rows[0])[0].alike
    client.force_login(team.reviewer)

    lines = inbox.lines(rows, team=team.row, reader=inbox.Reader(team.reviewer, True, scenes.LATER))
    card = client.get(rows[1].get_absolute_url()).content.decode()
    found = client.get(reverse("reviews:inbox", args=[team.slug]), {"view": "open", "q": f"like:{group}"})

    assert [line.alike for line in lines] == [(group, 2), (group, 2), ("", 0)]
    assert f'like:{group}">2 like this</a>' in card
    assert {line.proposal for line in found.context["lines"]} == set(rows[:2])


def test_another_team_is_not_compared(team, other_team, space):
    rows = [add(space, SAME), add(scenes.namespace(other_team.row), SAME)]

    refresh(team)

    assert groups(*rows) == ["", ""]
