import time

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import confirming
from reviews.breaking_glass import closing
from reviews.models import BrokenGlass, Change
from tests import recipes
from tests.reviews import scenes
from tests.reviews.breaking_glass.test_breaking import TWO, WHY, break_, proposed


@pytest.fixture
def memory(team):
    recipes.policy(team.row, votes=TWO)
    return scenes.memory(scenes.namespace(team.row))


@pytest.fixture
def change(team, memory):
    return proposed(team, memory)


def fresh(client, person, seconds_ago=0):
    """Signed in by password, so long ago."""
    client.force_login(person)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - seconds_ago}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()


def form(change, **values):
    bound = scenes.seat(change).bound
    given = {name: getattr(bound, name) for name in ("base", "proposed", "requirement", "evidence")}
    return given | {"revision": change.head.public_id, "reason": WHY} | values


def url(team, change):
    return reverse("reviews:break_glass", args=[team.slug, change.public_id])


def text(response):
    return " ".join(response.content.decode().split())


def test_without_a_fresh_sign_in_it_asks_for_one(client, team, change):
    client.force_login(team.lead)

    for response in (client.get(url(team, change)), client.post(url(team, change), form(change))):
        assert response.status_code == 302
        assert response.url.startswith(reverse("account_reauthenticate"))
    assert not BrokenGlass.objects.of(team.row).exists()


def test_an_old_sign_in_is_none(client, team, change):
    fresh(client, team.lead, seconds_ago=301)

    assert client.post(url(team, change), form(change)).status_code == 302
    assert not BrokenGlass.objects.of(team.row).exists()


def test_the_page_says_what_is_passed_by_and_does_it(client, team, change):
    fresh(client, team.lead)
    body = text(client.get(url(team, change)))
    assert "0 of 2 approvals" in body

    response = client.post(url(team, change), form(change), follow=True)

    assert "A second person has to confirm that within 24 hours." in text(response)
    assert "Emergency" in text(response)
    assert Change.objects.of(team.row).get().glass_broken


def test_what_was_typed_stays_where_it_is_refused(client, team, change):
    fresh(client, team.lead)

    short = client.post(url(team, change), form(change, reason="now!"))
    moved = client.post(url(team, change), form(change, proposed="0" * 64))

    assert (short.status_code, moved.status_code) == (422, 409)
    assert "now!" in text(short)
    assert WHY in text(moved)
    assert not BrokenGlass.objects.of(team.row).exists()


@pytest.mark.parametrize("who", ("admin", "reviewer", "auditor", "member"))
def test_other_roles_do_not_get_there(client, team, change, who):
    fresh(client, getattr(team, who))

    assert client.get(url(team, change)).status_code == 403
    assert client.post(url(team, change), form(change)).status_code == 403


def test_the_card_offers_it_to_those_who_may(client, team, change):
    page = reverse("reviews:proposal", args=[team.slug, change.proposal.number])

    for person, offered in ((team.lead, True), (team.reviewer, False)):
        client.force_login(person)
        assert ("Break the glass" in text(client.get(page))) == offered


@pytest.mark.parametrize("name", ("reviews:inbox", "agents:namespaces", "dreaming:agents", "accounts:team"))
def test_every_page_of_the_team_says_so_until_it_is_closed(client, team, other_team, change, name):
    glass = break_(change, team.lead, at=timezone.now())
    client.force_login(team.member)
    body = text(client.get(reverse(name, args=[team.slug])))
    assert "banner--danger" in body
    assert glass.confirmation.get_absolute_url() in body

    client.force_login(other_team.member)
    assert "banner--danger" not in text(client.get(reverse(name, args=[other_team.slug])))


def test_the_banner_turns_to_alarm(client, team, change):
    now = timezone.now()
    glass = break_(change, team.lead, at=now)
    held = glass.confirmation.public_id
    confirming.refuse(team=team.row, confirmation_id=held, reason="No.", by=team.security, at=now)
    closing.attend(now=now)
    glass.refresh_from_db()

    client.force_login(team.member)
    body = text(client.get(reverse("reviews:inbox", args=[team.slug])))

    assert "banner--alarm" in body
    assert f"Proposal #{glass.reverting.number} would take it back." in body


def test_whoever_refuses_is_told_that_the_change_stays_applied(client, team, change):
    held = break_(change, team.lead, at=timezone.now()).confirmation
    client.force_login(team.security)
    address = reverse("accounts:confirmation_refuse", args=[team.slug, held.public_id])

    body = text(client.post(address, {"reason": "No emergency."}, follow=True))

    assert "Refused: the change stays applied, and its undoing is proposed." in body
    assert "nothing was changed" not in body


def test_the_second_person_needs_a_fresh_sign_in_too(client, team, change):
    glass = break_(change, team.lead, at=timezone.now())
    address = reverse("accounts:confirmation_confirm", args=[team.slug, glass.confirmation.public_id])
    client.force_login(team.security)
    assert client.post(address).url.startswith(reverse("account_reauthenticate"))

    fresh(client, team.security)
    client.post(address)

    assert BrokenGlass.objects.of(team.row).get().state == "confirmed"


@pytest.mark.parametrize("count", (1, 3))
def test_the_list_of_uses_takes_the_same_queries(client, team, memory, count, django_assert_num_queries):
    for n in range(count):
        other = scenes.memory(memory.namespace, f"/{n}.md")
        glass = break_(proposed(team, other), team.lead)
        BrokenGlass.objects.of(team.row).filter(pk=glass.pk).update(state="confirmed")
    client.force_login(team.auditor)
    address = reverse("reviews:emergencies", args=[team.slug])
    client.get(address)

    with django_assert_num_queries(7):
        body = client.get(address).content.decode()

    assert body.count(WHY) == count
