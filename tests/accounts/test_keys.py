import html
import json
import re

import pytest
from django.urls import reverse

from accounts import keys
from accounts.forms import KeysForm
from accounts.models import User

ON = {"single_keys": "on", "confirms_approval": "on"}


def typed(**chosen):
    """What the form sends, with some keys chosen: typed(a="y")."""
    fields = {f"key_{n}": name for n, name in enumerate(keys.KEYS)}
    return ON | {field: chosen.get(name, name) for field, name in fields.items()}


@pytest.fixture
def lead(client, team):
    client.force_login(team.lead)
    return team.lead


def pressed(page):
    """What the script is told: which key does what."""
    found = re.search(r'data-keys="([^"]*)"', page)
    return json.loads(html.unescape(found[1])) if found else None


def test_keys_are_remapped_on_the_account_and_shown(client, lead):
    response = client.post(reverse("accounts:keys"), typed(a="y", o=""))

    assert response.url == reverse("accounts:profile") + "#keys-form"
    assert User.objects.get(pk=lead.pk).keys == {"a": "y", "o": ""}
    page = client.get(reverse("accounts:profile")).content.decode()
    own = pressed(page)
    assert own["y"] == "a"
    assert not {"a", "o", ""} & set(own)
    dialog = page[page.index('id="keys"') :]
    assert "<kbd>y</kbd>" in dialog
    assert "<kbd>a</kbd>" in dialog  # after g
    assert "none" in dialog


def test_keys_as_they_come_are_not_stored(client, lead):
    client.post(reverse("accounts:keys"), typed(a="y"))

    client.post(reverse("accounts:keys"), typed())

    assert User.objects.get(pk=lead.pk).keys == {}


def test_keys_and_their_confirmation_are_switched_off(client, lead):
    assert "data-confirms" in client.get(reverse("accounts:profile")).content.decode()

    client.post(reverse("accounts:keys"), {**typed(), "confirms_approval": ""})
    page = client.get(reverse("accounts:profile")).content.decode()
    assert pressed(page)["a"] == "a"
    assert "data-confirms" not in page

    client.post(reverse("accounts:keys"), {**typed(), "single_keys": ""})
    page = client.get(reverse("accounts:profile")).content.decode()
    assert pressed(page) is None
    assert "switched off on your account" in page


@pytest.mark.parametrize("key", ["ab", " ", "\t", "\u200b", "\u202e", "\u0301", "\U000e0041"])
def test_a_key_is_one_character_that_shows(team, key):
    assert not keys.is_key(key)


@pytest.mark.parametrize("key", ["y", "Y", "ü", "ж", "ش", ";", "1"])
def test_any_character_of_a_keyboard_is_a_key(key):
    assert keys.is_key(key)


def test_two_things_on_one_key_are_refused_and_what_was_typed_stays(client, lead):
    response = client.post(reverse("accounts:keys"), typed(a="x", e="zz"))

    assert response.status_code == 422
    page = response.content.decode()
    assert page.count("This key does two things.") == 2
    assert 'value="zz"' in page
    assert User.objects.get(pk=lead.pk).keys == {}


def test_several_things_may_have_no_key(team):
    assert KeysForm(typed(a="", x=""), user=team.lead).is_valid()


def test_profile_form_leaves_the_keys_alone(client, lead):
    client.post(reverse("accounts:keys"), typed(a="y"))
    values = {"time_zone": "UTC", "theme": "dark", "palette": "teal"}
    values |= {"diff_view": "split", "text_view": "prose", "notify_by": "hourly"}

    client.post(reverse("accounts:profile"), values)

    assert User.objects.get(pk=lead.pk).keys == {"a": "y"}


def test_the_dialog_maps_the_letters_that_follow_on_go_to(client, lead, team):
    page = client.get(reverse("accounts:team", args=[team.slug])).content.decode()
    places = dict(re.findall(r"<span>(\w+)</span><span><kbd>g</kbd> <kbd>(.)</kbd>", page))

    assert places == {"Inbox": "r", "Agents": "a", "Memory": "s", "Audit": "u", "Team": "t"}
    assert sorted(re.findall(r'data-go="(.)"', page)) == sorted(places.values())


def test_a_key_that_was_given_away_does_not_do_its_own_thing_too():
    own = keys.of({"a": "q"})

    assert (own["a"], own["q"], own["r"]) == ("q", "", "r")
    assert json.loads(keys.by_pressed(own))["q"] == "a"
