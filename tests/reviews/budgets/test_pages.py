from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from reviews.models import Change
from tests.reviews import scenes
from tests.reviews.budgets.test_limiting import budgets, shorten


@pytest.fixture
def space(team):
    return scenes.namespace(team.row, name="contracts")


@pytest.fixture
def held(team, space):
    """Of two approved changes of now one is applied, and one waits for room."""
    budgets(team, removals=4)
    now = timezone.now()
    changes = [shorten(space, title=f"List {n}", at=now - timedelta(minutes=9)) for n in (1, 2)]
    for change in changes:
        scenes.vote(change, team.reviewer, at=now - timedelta(minutes=5))
    scenes.apply(space, now)
    return Change.objects.of(team.row).select_related("proposal__team").get(pk=changes[1].pk)


def page(client, person, name, *args):
    client.force_login(person)
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_card_says_what_it_waits_for(client, team, held):
    body = page(client, team.lead, "reviews:proposal", team.slug, held.proposal.number)

    assert "waits for room in a budget" in body
    assert "budget of 4 removals in contracts is used up. Free again on Monday" in body
    assert "applies within" not in body


def test_the_inbox_says_how_many_wait(client, team, held):
    client.force_login(team.lead)
    body = " ".join(client.get(reverse("reviews:inbox", args=[team.slug]), {"view": "open"}).content.decode().split())

    assert "1 approved waits for room in a budget" in body


def test_applying_now_says_why_not(client, team, held):
    client.force_login(team.lead)
    response = client.post(
        reverse("reviews:apply_now", args=[team.slug, held.public_id]), headers={"HX-Request": "true"}
    )

    assert response.status_code == 409
    assert "budget of 4 removals" in response.content.decode()


def test_the_page_of_a_namespace_shows_use_and_what_waits(client, team, space, held):
    body = page(client, team.member, "reviews:budgets", team.slug, space.slug)

    assert '<a href="#applied">3</a></td><td class="number">4</td>' in body
    assert "1 approved change waits for room" in body
    assert "3 statements taken out" in body
    assert "Changed most often this week" in body


def test_the_notice_leads_to_the_budgets(client, team, space, held):
    body = page(client, team.lead, "reviews:notices", team.slug)

    assert reverse("reviews:budgets", args=[team.slug, space.slug]) in body


@pytest.mark.parametrize("count", (1, 3))
def test_the_page_takes_the_same_queries_for_any_number(client, team, space, count, django_assert_num_queries):
    budgets(team, removals=3 * count)
    now = timezone.now()
    for _ in range(2 * count):
        scenes.vote(shorten(space, at=now - timedelta(minutes=9)), team.reviewer, at=now - timedelta(minutes=5))
    scenes.apply(space, now)
    client.force_login(team.lead)
    client.get(reverse("reviews:budgets", args=[team.slug, space.slug]))

    with django_assert_num_queries(16):
        body = client.get(reverse("reviews:budgets", args=[team.slug, space.slug])).content.decode()

    assert body.count("statements taken out</span>") == count
    assert f"{count} approved change" in body


def test_a_namespace_of_another_team_is_not_there(client, team, other_team, space):
    client.force_login(other_team.lead)

    assert client.get(reverse("reviews:budgets", args=[other_team.slug, space.slug])).status_code == 404
