"""How a vote came about: what the words of a page prove, and what they do not."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from audit.models import Event
from reviews import drafting
from reviews.decisions import Word
from reviews.models import Decision, ReviewFacts
from reviews.watching import facts
from tests.reviews import scenes


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


@pytest.fixture
def change(team, space):
    return scenes.changes(scenes.propose(team.row, scenes.add(space, "/new.md", "- new\n")))[0]


def page_of(client, change, person):
    client.force_login(person)
    return client.get(reverse("reviews:proposal", args=[change.team.slug, change.proposal.number])).content.decode()


def fields(page):
    """The hidden fields of the form of the only card, as a browser sends them."""
    form = re.search(r'<form class="change__actions".*?</form>', page, re.S)[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)) | {"verdict": "approve"}


def decide(client, change, data):
    return client.post(reverse("reviews:decide", args=[change.team.slug, change.public_id]), data)


def own(team):
    return ReviewFacts.objects.of(team.row).get()


def test_a_vote_from_its_card_has_its_facts(client, team, change):
    data = fields(page_of(client, change, team.reviewer))
    panel = client.get(reverse("reviews:panel", args=[team.slug, change.public_id, "evidence"])).content.decode()
    word = re.search(r'name="opened" form="[^"]+-decide" value="([^"]+)"', panel)[1]

    decide(client, change, data | {"opened": [word, "made:up"], "by_key": ""})

    found = own(team)
    assert (found.hand, found.panels, found.pieces, found.pieces_seen) == ("keys", ["evidence"], 1, 1)
    assert 0 <= found.dwell_ms < 60_000
    event = Event.objects.of_log(team.row.trail_log).get(type="change.voted").content()
    assert event["data"]["dwell_ms"] == found.dwell_ms


def test_dwell_runs_from_drawing_to_the_vote(team, change):
    drawn = facts.drawn("rev_1", team.reviewer, scenes.AT)

    again = facts.drawn("rev_1", team.reviewer, scenes.AT + timedelta(seconds=60), before=drawn)
    found = read(team, again, at=scenes.AT + timedelta(seconds=75))

    assert found.dwell_ms == 75_000


@pytest.mark.parametrize(
    "wrong", ["", "x", "1:x", "9" * 40 + ":x", "²:x", "another person", "another revision", "later"]
)
def test_a_word_that_proves_nothing_gives_no_dwell(team, change, wrong):
    made = {
        "another person": facts.drawn("rev_1", team.lead, scenes.AT),
        "another revision": facts.drawn("rev_2", team.reviewer, scenes.AT),
        "later": "1" + facts.drawn("rev_1", team.reviewer, scenes.AT)[1:].replace("7", "6", 1),
    }

    assert read(team, made.get(wrong, wrong)).dwell_ms is None


def read(team, word, at=scenes.LATER):
    return facts.read(
        change_id="chg_1", revision_id="rev_1", word=word, opened=(), by_key=False, person=team.reviewer, at=at
    )


def test_a_panel_counts_for_its_change_and_person_alone(team, change):
    other = scenes.changes(scenes.propose(team.row, scenes.add(change.namespace, "/other.md", "- o\n")))[0]
    words = [
        facts.opened(other, "evidence", team.reviewer),
        facts.opened(change, "evidence", team.lead),
        facts.opened(change, "origin", team.reviewer),
    ]

    found = facts.read(
        change_id=change.public_id,
        revision_id=change.head.public_id,
        word="",
        opened=words,
        by_key=False,
        person=team.reviewer,
        at=scenes.AT,
    )

    assert found == facts.Facts("card", None, ("origin",))


def test_a_prepared_vote_keeps_the_facts_of_when_it_was_prepared(team, change):
    seat = scenes.seat(change)
    given = facts.Facts("keys", 4000, ("evidence",))
    drafting.prepare(
        team=team.row,
        change_id=change.public_id,
        bound=seat.bound,
        word=Word("approve"),
        by=team.reviewer,
        at=scenes.AT,
        facts=given,
    )

    drafting.send(proposal=change.proposal, by=team.reviewer, at=scenes.LATER)

    found = own(team)
    assert (found.hand, found.dwell_ms, found.panels, found.pieces_seen) == ("keys", 4000, ["evidence"], 1)


def test_votes_cast_at_once_are_told_apart(client, team, change):
    scenes.propose(team.row, scenes.add(change.namespace, "/other.md", "- o\n"))
    client.force_login(team.reviewer)
    page = client.get(reverse("reviews:gathered", args=[team.slug]), {"all": "1", "view": "open"}).content.decode()
    listed = re.search(r'name="listed" value="([^"]+)"', page)[1]
    chosen = re.findall(r'name="change" value="([^"]+)"', page)
    given = {"listed": listed, "change": chosen, "verdict": "approve"}
    page = client.post(reverse("reviews:preview_several", args=[team.slug]), given).content.decode()
    signed = re.search(r'name="signed" value="([^"]+)"', page)[1]

    client.post(reverse("reviews:decide_several", args=[team.slug]), {"signed": signed})

    found = ReviewFacts.objects.of(team.row).order_by("pk")
    assert [(one.hand, one.pieces) for one in found] == [("several", None)] * 2
    assert all(0 <= one.dwell_ms < 60_000 for one in found)


def test_a_vote_without_a_page_stores_none(team, change):
    scenes.vote(change, team.reviewer)

    assert Decision.objects.of(team.row).count() == 1
    assert not ReviewFacts.objects.of(team.row).exists()
