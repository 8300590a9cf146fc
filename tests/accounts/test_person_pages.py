import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import members
from accounts.models import Membership, User
from audit import trail
from audit.models import Event
from tests import recipes

PASSWORD = "correct horse battery"


@pytest.fixture
def invited(team):
    """The path of the link that an invited person gets."""
    _, secret = members.invite(
        team=team.row, email="nia@example.org", roles=["reviewer"], by=team.admin, at=timezone.now()
    )
    return reverse("accounts:accept", args=[secret])


def test_empty_installation_says_how_to_begin(client, db):
    assert "create_team" in client.get("/").content.decode()


def test_start_asks_strangers_to_sign_in(client, team):
    assert client.get("/").url.startswith(reverse("account_login"))


def test_start_of_a_member_is_the_inbox(client, team):
    client.force_login(team.lead)

    assert client.get("/").url == reverse("reviews:inbox", args=[team.slug])


def test_start_of_a_member_of_several_teams_is_a_choice(client, team, other_team):
    recipes.membership(other_team.row, user=team.lead)
    client.force_login(team.lead)

    page = client.get("/").content.decode()

    assert all(reverse("reviews:inbox", args=[slug]) in page for slug in (team.slug, other_team.slug))


def test_start_without_a_team_says_who_invites(client, team):
    client.force_login(recipes.user())

    assert "You are in no team" in client.get("/").content.decode()


def test_profile_sets_what_is_shown_and_records_only_the_names(client, team):
    client.force_login(team.lead)
    values = {"name": "Lea", "time_zone": "Asia/Tokyo", "theme": "dark", "palette": "blue"}
    values |= {"diff_view": "unified", "text_view": "source", "notify_by": "never"}

    response = client.post(reverse("accounts:profile"), values)

    assert response.status_code == 302
    assert User.objects.filter(pk=team.lead.pk).values(*values).get() == values
    event = Event.objects.of_log(trail.INSTALLATION).get()
    assert event.content()["data"] == {"changed": list(values)}
    assert 'data-theme="dark" data-palette="blue"' in client.get(reverse("accounts:profile")).content.decode()


def test_profile_keeps_the_navigation_of_an_only_team(client, team, other_team):
    client.force_login(team.lead)
    inbox = reverse("reviews:inbox", args=[team.slug])

    assert f'href="{inbox}"' in client.get(reverse("accounts:profile")).content.decode()

    recipes.membership(other_team.row, user=team.lead)
    assert f'href="{inbox}"' not in client.get(reverse("accounts:profile")).content.decode()


def test_profile_keeps_what_was_typed_wrongly(client, team):
    client.force_login(team.lead)

    response = client.post(reverse("accounts:profile"), {"name": "Lea", "time_zone": "Moon/Base"})

    assert response.status_code == 422
    assert 'value="Lea"' in response.content.decode()


@pytest.mark.parametrize(
    ("back", "goes"), [("/profile/", "/profile/"), ("https://evil.example/", "/"), ("//evil.example", "/"), ("", "/")]
)
def test_theme_is_set_and_leads_back_into_the_house(client, team, back, goes):
    client.force_login(team.lead)

    response = client.post(reverse("accounts:theme"), {"theme": "light", "next": back})

    assert response.url == goes
    assert User.objects.get(pk=team.lead.pk).theme == "light"


def test_palette_is_set_from_the_menu_and_leaves_the_theme(client, team):
    client.force_login(team.lead)
    client.post(reverse("accounts:theme"), {"theme": "dark"})

    client.post(reverse("accounts:theme"), {"palette": "blue"})

    assert User.objects.filter(pk=team.lead.pk).values_list("theme", "palette").get() == ("dark", "blue")


def test_invited_person_joins_with_a_new_account(client, team, invited):
    assert "nia@example.org" in client.get(invited).content.decode()

    response = client.post(invited, {"name": "Nia", "password": PASSWORD})

    assert response.url == reverse("reviews:inbox", args=[team.slug])
    person = User.objects.get(email="nia@example.org")
    assert client.session["_auth_user_id"] == str(person.pk)
    assert Event.objects.of_log(trail.INSTALLATION).get().content()["data"] == {"demo": False, "method": "invitation"}
    assert Membership.objects.of(team.row).get(user=person).roles == ["reviewer"]


@pytest.mark.parametrize("password", ["short", "password1234", "nia@example.org"])
def test_invited_person_needs_a_good_password(client, invited, password):
    response = client.post(invited, {"name": "Nia", "password": password})

    assert response.status_code == 422
    assert 'value="Nia"' in response.content.decode()
    assert not User.objects.filter(email="nia@example.org").exists()


def test_invited_person_with_an_account_signs_in_first(client, invited):
    User.objects.create_user("nia@example.org", PASSWORD)

    for response in (client.get(invited), client.post(invited, {"name": "Eve", "password": PASSWORD})):
        assert response.url == f"{reverse('account_login')}?next={invited}"


def test_invited_person_who_is_signed_in_joins_by_one_click(client, team, invited):
    person = User.objects.create_user("nia@example.org", PASSWORD)
    client.force_login(person)
    assert client.get(invited).status_code == 200

    client.post(invited)

    assert Membership.objects.of(team.row).get(user=person).may("decide")


def test_invitation_is_not_accepted_by_somebody_else(client, other_team, invited):
    client.force_login(other_team.lead)

    assert "Sign out" in client.get(invited).content.decode()
    assert client.post(invited).status_code == 409


def test_used_link_says_so(client, invited):
    client.post(invited, {"name": "Nia", "password": PASSWORD})

    response = client.get(invited)

    assert response.status_code == 404
    assert "no longer works" in response.content.decode()
