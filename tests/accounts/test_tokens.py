from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts import members, tokens
from accounts.enums import Scope
from accounts.models import ApiToken, Membership
from audit.models import Event


@pytest.fixture
def make(team, at):
    def make(**values):
        given = {"name": "CI", "scopes": [Scope.PROPOSE], "expires_at": at + timedelta(days=90)}
        return tokens.create(team=team.row, by=team.admin, at=at, **given | values)

    return make


def test_token_is_found_by_its_secret_and_kept_without_it(make, team, at):
    token, secret = make(scopes=["memory:read", "sessions:write"])

    found = tokens.find(secret, at)

    assert found == token
    assert (found.team, found.scopes) == (team.row, ["sessions:write", "memory:read"])
    assert secret.startswith(found.shown_start)
    assert secret not in str(ApiToken.objects.across_teams().values().get())
    assert all(secret.encode() not in bytes(event.body) for event in Event.objects.all())


def test_token_has_the_shape_that_scanners_know(make):
    _, secret = make()

    assert tokens._SHAPE.fullmatch(secret)
    assert len(secret) == len("lcd_") + 8 + 1 + 43 + 1 + 8


@pytest.mark.parametrize("damage", [lambda s: s[:-1], lambda s: s + "0", lambda s: s.replace("lcd_", "lce_")])
def test_damaged_secret_is_refused_without_a_query(make, at, damage, django_assert_num_queries):
    _, secret = make()

    with django_assert_num_queries(0):
        assert tokens.find(damage(secret), at) is None


@given(st.text(max_size=80))
def test_no_text_is_a_token_by_chance(text):
    assert tokens._SHAPE.fullmatch(text) is None or tokens._checksum(text[:-9]) != text[-8:]


@pytest.mark.parametrize("days", [-1, 0, 91])
def test_token_ends_within_ninety_days(make, at, days):
    with pytest.raises(tokens.BadTerms):
        make(expires_at=at + timedelta(days=days))


@pytest.mark.parametrize("scopes", [[], ["decide"], ["propose", "admin"]])
def test_token_has_known_scopes_only(make, scopes):
    with pytest.raises(tokens.BadTerms):
        make(scopes=scopes)


def test_token_is_not_found_once_it_ended(make, at):
    _, secret = make(expires_at=at + timedelta(days=1))

    assert tokens.find(secret, at + timedelta(days=1)) is None


def test_token_is_not_found_once_revoked(make, team, at):
    token, secret = make()

    tokens.revoke(token=token, by=team.admin, at=at)

    assert tokens.find(secret, at) is None
    with pytest.raises(tokens.AlreadyRevoked):
        tokens.revoke(token=token, by=team.admin, at=at)
    assert [event.type for event in Event.objects.order_by("seq")] == ["token.created", "token.revoked"]


def test_token_ends_with_the_account_and_the_membership_of_its_maker(make, team, at):
    _, secret = make()
    lead = Membership.objects.of(team.row).get(user=team.lead)
    members.set_roles(membership=lead, roles=["admin"], by=team.admin, at=at)
    own = Membership.objects.of(team.row).get(user=team.admin)

    members.remove(membership=own, by=team.lead, at=at)

    assert tokens.find(secret, at) is None


def test_use_of_a_token_is_noted_once_a_minute(make, at, django_assert_num_queries):
    token, secret = make()
    tokens.find(secret, at)

    with django_assert_num_queries(1):
        tokens.find(secret, at + timedelta(seconds=59))
    token.refresh_from_db()
    assert token.last_used_at == at

    tokens.find(secret, at + timedelta(seconds=60))
    token.refresh_from_db()
    assert token.last_used_at == at + timedelta(seconds=60)


def test_page_shows_the_secret_once(client, team):
    client.force_login(team.admin)
    url = reverse("accounts:tokens", args=[team.slug])

    made = client.post(url, {"name": "Nightly", "scopes": ["propose"], "days": "30"})

    secret = made.context["secret"]
    assert secret in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert secret not in client.get(url).content.decode()
    token = ApiToken.objects.of(team.row).get()
    assert client.post(reverse("accounts:token_revoke", args=[team.slug, token.public_id])).status_code == 302
    assert "Revoked" in client.get(url).content.decode()


def test_page_keeps_what_was_typed_wrongly(client, team):
    client.force_login(team.admin)

    response = client.post(reverse("accounts:tokens", args=[team.slug]), {"name": "Nightly", "days": "30"})

    assert response.status_code == 422
    assert 'value="Nightly"' in response.content.decode()
