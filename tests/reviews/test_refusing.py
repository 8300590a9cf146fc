"""Each no is a choice of its own, and keeps what was typed for it."""

import pytest
from django.urls import reverse

from tests.reviews import scenes
from tests.reviews.test_splitting import form_of

KINDS = ("quarantine", "request", "reject")


@pytest.fixture
def change(team):
    memory = scenes.memory(scenes.namespace(team.row))
    return scenes.changes(scenes.propose(team.row, scenes.edit(memory, "- 1\n- two\n- three\n")))[0]


def opened(markup):
    return [kind for kind in KINDS if f'class="for-{kind}" name' in markup and _is_open(markup, kind)]


def _is_open(markup, kind):
    start = markup.index(f'class="for-{kind}"')
    return " open" in markup[start : markup.index(">", start)]


def test_card_offers_each_no_and_none_is_open(client, team, change):
    client.force_login(team.reviewer)

    page = client.get(reverse("reviews:change", args=[team.slug, change.public_id])).content.decode()

    assert [page.count(f'class="for-{kind}"') for kind in KINDS] == [1, 1, 1]
    assert opened(page) == []


@pytest.mark.parametrize(
    ("verdict", "kind"), [("quarantine", "quarantine"), ("request_changes", "request"), ("reject", "reject")]
)
def test_what_was_typed_comes_back_where_it_was_typed(client, team, change, verdict, kind):
    typed = form_of(change) | {
        "verdict": verdict,
        "reason": "Not this way.",
        "revision": "rev_old",
        "reason_code": "other",
    }
    client.force_login(team.reviewer)

    answer = client.post(reverse("reviews:decide", args=[team.slug, change.public_id]), typed)

    assert answer.status_code == 409
    assert opened(answer.content.decode()) == [kind]
    assert "Not this way.</textarea>" in answer.content.decode()
