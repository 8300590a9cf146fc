"""Votes that may not count are refused with the reason on the page, and each refusal stands in the log."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from accounts import tokens
from accounts.enums import Scope
from audit.models import Event
from audit.verify import canonical
from reviews.models import Decision
from tests import recipes
from tests.reviews import scenes
from tests.reviews.test_decisions import edit
from tests.reviews.test_splitting import form_of


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


@pytest.fixture
def memory(space):
    return scenes.memory(space)


@pytest.fixture
def change(team, memory):
    return scenes.changes(scenes.propose(team.row, scenes.edit(memory, "- one\n- 2\n- three\n")))[0]


@pytest.fixture(params=["plain", "htmx"])
def post(request, client, team):
    """Send a vote as a form, or as the page's scripts do."""
    headers = {"HX-Request": "true"} if request.param == "htmx" else {}

    def send(change, person, form):
        client.force_login(person)
        url = reverse("reviews:decide", args=[team.slug, change.public_id])
        return client.post(url, {"verdict": "approve"} | form, headers=headers)

    return send


def refusals(team):
    rows = Event.objects.of_log(team.row.trail_log).filter(type="change.vote_refused").oldest_first()
    found = [(row, canonical.loads(bytes(row.body))) for row in rows]
    return [(row.actor_id, body["outcome"], body["data"]["reason_code"]) for row, body in found]


def test_the_only_approver_who_edited_it(team, change, post):
    edit(change, team.reviewer, "- zwei\n")
    change.refresh_from_db()

    answer = post(change, team.reviewer, form_of(change))

    assert answer.status_code == 409
    assert "You wrote this revision: another reviewer has to approve it." in answer.content.decode()
    assert refusals(team) == [(team.reviewer.public_id, "denied", "not_yours")]


def test_an_approval_of_before_the_base_moved(team, memory, change, post):
    form = form_of(change)
    scenes.write_elsewhere(memory, "- one\n- deux\n- three\n")

    answer = post(change, team.reviewer, form)

    assert answer.status_code == 409
    assert refusals(team) == [(team.reviewer.public_id, "denied", "moved")]
    assert not Decision.objects.of(team.row).filter(change=change).exists()


def test_an_approval_under_requirements_that_have_changed(team, change, post):
    form = form_of(change)
    recipes.policy(team.row, votes={"low": {"people": 2}})

    answer = post(change, team.reviewer, form)

    assert (answer.status_code, refusals(team)) == (409, [(team.reviewer.public_id, "denied", "moved")])
    assert "not what you saw" in answer.content.decode()


def test_a_form_that_is_sent_again_after_a_decision(team, change, post):
    form = form_of(change)
    scenes.approve_and_apply(change, team.second)

    answer = post(change, team.reviewer, form)

    assert (answer.status_code, refusals(team)) == (409, [(team.reviewer.public_id, "denied", "settled")])
    assert "applied already" in answer.content.decode()


def test_a_form_of_another_revision(team, change, post):
    form = form_of(change)
    edit(change, team.second, "- zwei\n")

    answer = post(change, team.reviewer, form)

    assert (answer.status_code, refusals(team)) == (409, [(team.reviewer.public_id, "denied", "moved")])
    assert "Another revision was saved meanwhile" in answer.content.decode()


def test_a_member_of_another_team(team, other_team, change, post):
    answer = post(change, other_team.reviewer, form_of(change))

    denied = Event.objects.of_log(team.row.trail_log).filter(type="access.denied").get()
    assert (answer.status_code, denied.actor_id) == (404, other_team.reviewer.public_id)
    assert not Decision.objects.of(team.row).exists()


def test_a_machine(client, team, change):
    until = timezone.now() + timedelta(days=1)
    token, secret = tokens.create(
        team=team.row, name="ci", scopes=Scope.values, expires_at=until, by=team.admin, at=timezone.now()
    )
    url = reverse("reviews:decide", args=[team.slug, change.public_id])

    answer = client.post(url, form_of(change) | {"verdict": "approve"}, headers={"Authorization": f"Bearer {secret}"})

    denied = Event.objects.of_log(team.row.trail_log).filter(type="access.denied").get()
    assert (answer.status_code, denied.actor_type, denied.actor_id) == (302, "machine", token.public_id)
    assert not Decision.objects.of(team.row).exists()


@pytest.mark.django_db(transaction=True)
def test_the_database_takes_no_vote_of_a_machine():
    team = recipes.people_of_a_team("north")
    memory = scenes.memory(scenes.namespace(team.row))
    change = scenes.changes(scenes.propose(team.row, scenes.edit(memory, "- 1\n- two\n- three\n")))[0]
    scenes.vote(change, team.reviewer)

    with pytest.raises(IntegrityError):
        Decision.objects.of(team.row).update(actor_type="machine")


def test_somebody_without_a_role_that_decides_comes_by_another_door(team, change):
    from reviews.decisions import NotAble

    with pytest.raises(NotAble, match="no role that decides"):
        scenes.vote(change, team.member)

    assert refusals(team) == [(team.member.public_id, "denied", "not_able")]
