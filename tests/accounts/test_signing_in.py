import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from audit import private, trail
from audit.models import Event, Private
from tests import recipes

PASSWORD = "correct horse battery"


@pytest.fixture
def person(db):
    cache.clear()  # of what counts failed sign-ins
    return recipes.user(email="ana@example.org", password=PASSWORD)


def _events():
    return [(event.type, event.outcome) for event in Event.objects.of_log(trail.INSTALLATION).oldest_first()]


def _sign_in(client, email="ana@example.org", password=PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def test_signing_in_and_out_enters_the_log_of_the_installation(client, person):
    response = _sign_in(client, email="Ana@Example.org")
    client.post(reverse("account_logout"))

    assert response.url == reverse("accounts:home")
    assert _events() == [("auth.signed_in", "success"), ("auth.signed_out", "success")]
    assert {event.actor_id for event in Event.objects.all()} == {person.public_id}
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("email", "target"), [("ana@example.org", "ana"), ("nobody@example.org", "unknown")], ids=["known", "unknown"]
)
def test_refused_sign_in_keeps_the_address_out_of_the_log(client, person, email, target):
    response = _sign_in(client, email=email, password="wrong password")

    event = Event.objects.get()
    assert response.status_code == 200
    assert _events() == [("auth.sign_in_failed", "denied")]
    assert event.target_id == (person.public_id if target == "ana" else "unknown")
    assert email.encode() not in bytes(event.body)
    assert private.open(Private.objects.get(event=event.public_id)).value == email


def test_sign_in_is_refused_after_too_many_failures(client, person):
    for _ in range(5):
        _sign_in(client, password="wrong password")

    response = _sign_in(client)

    assert "_auth_user_id" not in client.session
    assert "Too many failed" in response.content.decode()


def test_person_who_was_switched_off_does_not_get_in(client, person):
    person.is_active = False
    person.save()

    _sign_in(client)

    assert "_auth_user_id" not in client.session
    assert ("auth.signed_in", "success") not in _events()


@pytest.mark.parametrize("path", ["signup/", "email/", "confirm-email/", "login/code/", "signup/passkey/"])
def test_nobody_signs_up_or_changes_an_address(client, person, path):
    response = client.post(f"/accounts/{path}", {"email": "eve@example.org", "password1": PASSWORD})

    assert response.status_code == 404 or response.url == reverse("account_login")


@pytest.mark.parametrize(
    "name", ["account_login", "account_reset_password", "account_reset_password_done", "account_inactive"]
)
def test_pages_before_signing_in_are_shown(client, db, name):
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", ["account_logout", "account_change_password", "account_reauthenticate"])
def test_pages_after_signing_in_are_shown(client, person, name):
    client.force_login(person)

    assert client.get(reverse(name)).status_code == 200


def test_forgotten_password_is_set_by_the_mailed_link(client, person):
    client.post(reverse("account_reset_password"), {"email": "ana@example.org"})
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    form = client.get(link, follow=True)
    new = "another horse battery"

    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})

    assert mail.outbox[0].to == ["ana@example.org"]
    assert _events() == [("auth.password_changed", "success")]
    assert _sign_in(client, password=new).status_code == 302


def test_forgotten_password_of_nobody_sends_no_sign_up_link(client, db):
    client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})

    assert not any("signup" in message.body for message in mail.outbox)
