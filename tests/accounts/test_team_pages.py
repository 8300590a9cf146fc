import pytest
from django.urls import reverse

from accounts.models import Invitation, Membership, Team
from tests import recipes


@pytest.fixture
def admin(client, team):
    client.force_login(team.admin)
    return client


def _url(team, name, *args):
    return reverse(f"accounts:{name}", args=[team.slug, *args])


def test_team_lists_people_and_roles_to_every_member(client, team):
    client.force_login(team.member)

    page = client.get(_url(team, "team")).content.decode()

    assert all(str(person) in page for person in (team.admin, team.lead, team.auditor))
    assert _url(team, "invite") not in page


@pytest.mark.parametrize("count", [1, 3])
def test_team_takes_the_same_queries_for_any_length(admin, team, count, django_assert_num_queries):
    for _ in range(count):
        recipes.membership(team.row, user=recipes.user())
        recipes.invitation(team.row, invited_by=team.admin)

    with django_assert_num_queries(6):  # session, person, own memberships, members, invitations, notices
        page = admin.get(_url(team, "team"))

    assert page.content.count(b'<li class="row">') == 7 + 2 * count


@pytest.mark.parametrize("count", [1, 3])
def test_tokens_take_the_same_queries_for_any_length(admin, team, count, django_assert_num_queries):
    for _ in range(count):
        recipes.api_token(team.row, created_by=team.admin)

    with django_assert_num_queries(5):  # session, person, own memberships, tokens, notices
        page = admin.get(_url(team, "tokens"))

    assert page.content.count(b'<li class="row">') == count


def test_members_are_paged(admin, team):
    for _ in range(50):
        recipes.membership(team.row, user=recipes.user())

    first = admin.get(_url(team, "team")).context["page"]
    second = admin.get(first.next_url).context["page"]

    assert (len(first.rows), len(second.rows), first.count_label) == (50, 7, "57")
    assert second.first_url == _url(team, "team")


def test_inviting_shows_the_link_once(admin, team):
    response = admin.post(_url(team, "invite"), {"email": "nia@example.org", "roles": ["lead", "auditor"]})

    assert "http://testserver/join/" in response.content.decode()
    assert Invitation.objects.of(team.row).get().roles == ["lead", "auditor"]
    assert "/join/" not in admin.get(_url(team, "team")).content.decode()


@pytest.mark.parametrize(
    ("kind", "says"), [("console", "Mail is printed in the terminal"), ("locmem", "on its way to")]
)
def test_inviting_says_where_the_mail_goes(admin, team, settings, kind, says):
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{kind}.EmailBackend"

    response = admin.post(_url(team, "invite"), {"email": "nia@example.org", "roles": ["lead"]})

    assert says in response.content.decode()


@pytest.mark.parametrize(
    "typed", [{"email": "no address", "roles": ["lead"]}, {"email": "a@example.org"}, {"email": "lead@north.example"}]
)
def test_inviting_keeps_what_was_typed_wrongly(admin, team, typed):
    response = admin.post(_url(team, "invite"), {"roles": ["lead"]} | typed if "lead@" in typed["email"] else typed)

    assert response.status_code == 422
    assert f'value="{typed["email"]}"' in response.content.decode()


def test_invitation_is_withdrawn_once(admin, team):
    invitation = recipes.invitation(team.row)
    url = _url(team, "invitation_revoke", invitation.public_id)

    assert "withdrawn" in admin.post(url, follow=True).content.decode()
    assert "withdrawn before" in admin.post(url, follow=True).content.decode()


def test_roles_are_set_on_the_page_of_a_member(admin, team):
    own = Membership.objects.of(team.row).get(user=team.member)

    response = admin.post(_url(team, "member", own.public_id), {"roles": ["lead", "reviewer"]})

    assert response.url == _url(team, "team")
    assert Membership.objects.of(team.row).get(user=team.member).roles == ["lead", "reviewer"]


def test_last_admin_is_told_why_not(admin, team):
    own = Membership.objects.of(team.row).get(user=team.admin)

    roles = admin.post(_url(team, "member", own.public_id), {"roles": ["member"]})
    removal = admin.post(_url(team, "member_remove", own.public_id), follow=True)

    assert roles.status_code == 422
    assert all("keeps at least one admin" in page.content.decode() for page in (roles, removal))


def test_removed_member_is_gone_from_the_list(admin, team):
    own = Membership.objects.of(team.row).get(user=team.member)

    admin.post(_url(team, "member_remove", own.public_id))

    assert own not in admin.get(_url(team, "team")).context["page"].rows
    assert admin.get(_url(team, "member", own.public_id)).status_code == 404


def test_settings_of_the_team_are_set(admin, team):
    values = {"name": "Northern", "time_zone": "Europe/Berlin", "sole_reviewer": "on"}

    assert admin.post(_url(team, "team_settings"), values).status_code == 302
    row = Team.objects.get(pk=team.row.pk)
    assert (row.name, row.time_zone, row.sole_reviewer) == ("Northern", "Europe/Berlin", True)


def test_names_are_drawn_as_text(admin, team):
    recipes.membership(team.row, user=recipes.user(name="<script>alert(1)</script>"))

    assert b"<script>alert" not in admin.get(_url(team, "team")).content
