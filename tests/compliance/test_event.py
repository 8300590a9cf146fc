import pytest
from django.urls import reverse

from audit import testing
from audit.models import Event, Private


@pytest.fixture
def one(happen):
    happen("team.created")
    return happen("member.invited", data={"roles": ["lead"]}, private={"email": "new@example.org"})[0]


def page_of(client, person, event_id, status=200):
    client.force_login(person)
    response = client.get(reverse("compliance:event", args=["north", event_id]))
    assert response.status_code == status
    return response.content.decode()


def test_event_shows_its_record_leaf_and_link(client, team, one):
    page = page_of(client, team.lead, one)

    event = Event.objects.get(public_id=one)
    assert "Admin invited someone as Lead" in page
    assert bytes(event.body).decode().replace('"', "&quot;") in page
    assert bytes(event.leaf).hex() in page
    assert bytes(event.prev).hex() in page
    assert "Its leaf is the hash of the record." in page
    assert "It names the leaf of the event before." in page
    assert "Supports evidence for" in page


@pytest.mark.parametrize(("name", "sees"), [("auditor", True), ("security", True), ("lead", False), ("admin", False)])
def test_private_values_are_for_auditors_and_security(client, team, one, name, sees):
    page = page_of(client, getattr(team, name), one)
    assert "new@example.org" not in page
    assert "fits its commitment" in page
    assert ("Show them; that you looked is recorded" in page) is sees

    shown = client.post(reverse("compliance:event_values", args=["north", one]))

    assert shown.status_code == (200 if sees else 403)
    assert ("new@example.org" in shown.content.decode()) is sees
    told = Event.objects.filter(type="audit.values_shown", target_id=one)
    assert [row.content()["data"] for row in told] == ([{"fields": 1}] if sees else [])


def test_erased_private_value_is_said_to_be_erased(client, team, one):
    Private.objects.all().delete()

    page = page_of(client, team.auditor, one)

    assert "erased" in page
    assert "does not fit" not in page


def test_changed_private_value_is_found(client, team, one):
    with testing.guards_open():
        Private.objects.update(sealed=b"other@example.org, of whom nothing was said")

    assert "does not fit its commitment" in page_of(client, team.auditor, one)


def test_changed_record_is_found(client, team, one):
    with testing.guards_open():
        Event.objects.filter(seq=2).update(body=b'{"prev":7}')

    page = page_of(client, team.auditor, one)

    assert "Its leaf is not the hash of the record." in page
    assert "It does not name the leaf of the event before." in page
    assert "record cannot be read" in page


def test_event_leads_to_those_beside_it(client, team, one, happen):
    newer = happen("team.changed")[0]

    page = page_of(client, team.auditor, one)

    assert reverse("compliance:event", args=["north", newer]) in page
    assert reverse("compliance:event", args=["north", Event.objects.get(seq=1).public_id]) in page


def test_event_is_for_those_who_read_the_trail(client, team, other_team, one):
    page_of(client, team.member, one, status=403)
    page_of(client, other_team.auditor, one, status=404)
