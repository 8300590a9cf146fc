import pytest
from django.urls import reverse

from reviews import reverting
from reviews.proposals import AlreadyProposed
from reviews.reverting import NothingToRevert
from tests.reviews import scenes


@pytest.fixture
def memory(team):
    return scenes.memory(scenes.namespace(team.row), text="- a\n- b\n- c\n")


@pytest.fixture
def pair(team, memory):
    """Two applied changes of one proposal."""
    drafts = (scenes.line_edit(memory, 0, 1, "- A\n"), scenes.line_edit(memory, 2, 3, "- C\n"))
    changes = scenes.changes(scenes.propose(team.row, *drafts))
    return [scenes.approve_and_apply(change, team.reviewer) for change in changes]


def revert(change, person):
    return reverting.open_revert_of(
        team=change.team, change_id=change.public_id, reason="Too early.", by=person, at=scenes.LATER
    )


def test_one_change_is_taken_back_and_its_sibling_stays(team, memory, pair):
    opened = revert(pair[0], team.lead)
    (undo,) = scenes.changes(opened)
    scenes.approve_and_apply(undo, team.reviewer)

    for change in pair:
        change.refresh_from_db()
    assert scenes.text(memory) == "- a\n- b\n- C\n"
    assert [change.state for change in pair] == ["reverted", "applied"]
    assert (opened.origin_kind, opened.origin_id, undo.reverts) == ("revert", pair[0].proposal.public_id, pair[0])


def test_what_is_not_applied_or_already_on_its_way_back_is_not_reverted(team, memory, pair):
    waiting = scenes.changes(scenes.propose(team.row, scenes.line_edit(memory, 1, 2, "- B\n")))[0]
    with pytest.raises(NothingToRevert):
        revert(waiting, team.lead)
    revert(pair[0], team.lead)

    with pytest.raises(AlreadyProposed):
        revert(pair[0], team.lead)


def test_an_applied_card_leads_to_a_proposal_that_takes_it_back(client, team, pair):
    client.force_login(team.lead)
    url = reverse("reviews:revert_one", args=[team.slug, pair[0].public_id])

    card = client.get(reverse("reviews:change", args=[team.slug, pair[0].public_id])).content.decode()
    empty = client.post(url, {"reason": ""})
    answer = client.post(url, {"reason": "Too early."})

    assert url in card
    assert empty.status_code == 422
    assert answer.url == reverse("reviews:proposal", args=[team.slug, pair[0].proposal.number + 1])
    assert client.post(url, {"reason": "Again."}).status_code == 409


def test_reviewers_do_not_revert(client, team, pair):
    client.force_login(team.reviewer)

    assert client.get(reverse("reviews:revert_one", args=[team.slug, pair[0].public_id])).status_code == 403
