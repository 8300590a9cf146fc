"""Deciding on a test: told at once, counted for the person, and no vote."""

from datetime import timedelta

import pytest
from django.urls import reverse

from audit.models import Event
from reviews import desk
from reviews.canaries import deciding
from reviews.decisions import NotAble, Refused, Settled, Word
from reviews.models import Canary, Change, Decision, Notice, ReviewFacts
from tests.reviews import scenes
from tests.reviews.canaries.test_planting import beside
from tests.reviews.watching.test_facts import fields

SOON = scenes.AT + timedelta(minutes=1)


def say(canary, person, verdict, reason="no", code="false"):
    change = desk.shown(canary.team).get(pk=canary.change_id)
    return deciding.decide(
        team=canary.team,
        change_id=change.public_id,
        revision_id=change.head.public_id,
        bound=desk.read_one(change, team=canary.team).bound,
        word=Word(verdict, reason, code if verdict == "reject" else ""),
        by=person,
        at=SOON,
    )


@pytest.mark.parametrize(
    ("verdict", "caught"), [("approve", False), ("reject", True), ("request_changes", True), ("quarantine", True)]
)
def test_whatever_is_no_approval_has_caught_it(team, canary, verdict, caught):
    say(canary, team.reviewer, verdict)

    row = Canary.objects.of(team.row).get()
    assert (row.by, row.verdict, row.is_caught, row.ended_at) == (team.reviewer, verdict, caught, SOON)
    assert Change.with_canaries.of(team.row).get(pk=row.change_id).state == "withdrawn"
    event = Event.objects.of_log(team.row.trail_log).get(type="canary.decided")
    assert event.content()["data"] == {
        "canary": row.public_id,
        "attack": row.attack,
        "verdict": verdict,
        "caught": caught,
    }
    assert not Decision.objects.of(team.row).exists()
    assert not ReviewFacts.objects.of(team.row).exists()
    assert not Event.objects.of_log(team.row.trail_log).filter(type="change.voted").exists()


def test_what_any_vote_needs_is_asked_of_it_too(team, canary):
    with pytest.raises(Refused, match="names its reason"):
        say(canary, team.reviewer, "reject", code="")
    with pytest.raises(NotAble):
        say(canary, team.member, "approve")
    say(canary, team.reviewer, "approve")
    with pytest.raises(Settled):
        say(canary, team.second, "reject")

    assert Canary.objects.of(team.row).get().verdict == "approve"


def test_where_the_memory_moved_it_ends_and_counts_for_nobody(team, canary):
    memory = canary.change.head.targets.get().memory
    scenes.write_elsewhere(memory, "# Another text\n")

    say(canary, team.reviewer, "approve")

    row = Canary.objects.of(team.row).get()
    assert (row.by, row.verdict, row.ended_at) == (None, "", SOON)
    assert Event.objects.of_log(team.row.trail_log).filter(type="canary.ended").count() == 1


def test_a_proposal_that_closes_takes_it_along(team, dream, canary):
    for change in scenes.changes(canary.proposal):
        scenes.vote(change, team.reviewer, "reject", reason_code="false")

    canary.proposal.refresh_from_db()
    assert canary.proposal.state == "closed"
    row = Canary.objects.of(team.row).get()
    assert (row.by, row.ended_at) == (None, scenes.AT)


def page_of(client, canary, person):
    client.force_login(person)
    return client.get(reverse("reviews:change", args=[canary.team.slug, canary.change.public_id])).content.decode()


@pytest.mark.parametrize(("verdict", "told"), [("approve", "you approved it"), ("quarantine", "you caught it")])
def test_who_decides_is_told_at_once_and_others_not_how(client, team, canary, verdict, told):
    url = reverse("reviews:decide", args=[team.row.slug, canary.change.public_id])
    data = fields(page_of(client, canary, team.reviewer)) | {"verdict": verdict}

    answer = client.post(url, data, headers={"HX-Request": "true"}).content.decode()

    assert "This was a test, made up by Lucid" in answer
    assert told in answer
    assert Canary.objects.of(team.row).get().dwell_ms is not None
    own, other = page_of(client, canary, team.reviewer), page_of(client, canary, team.second)
    assert told in own
    assert "This was a test of the review, made up by Lucid." in other
    assert told not in other
    assert str(team.reviewer) not in other[other.index("<article") : other.index("</article>")]
    assert "hx-post" not in other[other.index("change__row") : other.index("change__detail")]  # nothing to undo


def test_without_scripts_the_page_says_it(client, team, canary):
    url = reverse("reviews:decide", args=[team.row.slug, canary.change.public_id])
    data = fields(page_of(client, canary, team.reviewer)) | {"verdict": "approve"}

    page = client.post(url, data, follow=True).content.decode()

    assert "you approved it" in page


def test_a_vote_that_is_prepared_is_told_as_well(client, team, canary):
    url = reverse("reviews:decide", args=[team.row.slug, canary.change.public_id])
    data = fields(page_of(client, canary, team.reviewer)) | {"verdict": "approve", "prepare": "1"}

    assert "you approved it" in client.post(url, data, headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize(("name", "who"), [("edit", "reviewer"), ("parts", "reviewer"), ("thread_new", "member")])
def test_whoever_does_anything_else_with_it_ends_it(client, team, canary, name, who):
    client.force_login(getattr(team, who))
    url = reverse(f"reviews:{name}", args=[team.row.slug, canary.change.public_id])

    page = client.post(url, {"text": "Is that so?"}, follow=True).content.decode()

    assert "This was a test of the review" in page
    row = Canary.objects.of(team.row).get()
    assert (row.by, row.verdict) == (None, "")
    assert row.ended_at is not None


def test_a_change_beside_it_goes_its_way(team, canary, space):
    scenes.approve_and_apply(beside(canary), team.reviewer)

    assert Canary.objects.of(team.row).waiting().count() == 1
    assert not Notice.objects.of(team.row).filter(change=canary.change).exists()
