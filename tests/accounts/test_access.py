import pytest
from django.urls import reverse

from audit.models import Event


def test_page_of_a_team_is_shown_to_its_members(client, team):
    client.force_login(team.member)

    response = client.get(reverse("accounts:team", args=[team.slug]))

    assert response.status_code == 200


def test_page_of_a_team_is_not_found_by_others(client, team, other_team):
    client.force_login(other_team.admin)

    response = client.get(reverse("accounts:team", args=[team.slug]))

    assert response.status_code == 404
