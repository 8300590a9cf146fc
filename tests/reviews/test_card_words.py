"""What a card says in words: each thing once, and what its numbers count."""

import pytest

from reviews.models import Check
from tests.reviews import scenes


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


@pytest.mark.parametrize("page", ("proposal", "change"))
def test_that_nobody_is_quoted_is_said_once(client, team, space, page):
    proposal = scenes.propose(team.row, scenes.add(space, "/a.md", "- new\n", rationale="It reads better."))
    change = scenes.changes(proposal)[0]
    client.force_login(team.reviewer)

    shown = client.get(change.get_absolute_url() if page == "change" else proposal.get_absolute_url()).content.decode()

    assert Check.objects.of(team.row).filter(revision__change=change, rule="evidence", severity="note").exists()
    assert shown.count("No session is quoted") == 1
    assert shown.index(">Evidence</h3>") < shown.index("No session is quoted")
