import pytest
from django.urls import reverse

from audit import testing
from audit.checkpoints import memory, signer
from audit.models import Checkpoint, Delivery, Event, LogHead
from compliance import verifying
from tests.recipes import AT

URL = reverse("compliance:verify", args=["north"])


@pytest.fixture
def auditor(client, team):
    client.force_login(team.auditor)
    return client


def test_sound_log_is_said_to_add_up_with_what_was_not_checked(auditor, team, happen):
    happen("team.created", "team.changed")

    page = auditor.post(URL).content.decode()

    assert "The log adds up" in page
    assert "events: 2" in page
    assert "whether a whole log was rewritten" in page
    assert team.row.trail_log in page


def test_changed_event_is_found_and_led_to(auditor, happen):
    happen("team.created")
    changed = happen("team.changed")[0]
    with testing.guards_open():
        Event.objects.filter(public_id=changed).update(outcome="denied")

    page = auditor.post(URL).content.decode()

    assert "The log does not add up: 1 fault" in page
    assert "the column outcome says something else than the body" in page
    assert reverse("compliance:event", args=["north", changed]) in page


def test_check_is_recorded_with_its_result(auditor, team, happen):
    happen("team.created")

    auditor.post(URL)

    event = Event.objects.get(type="audit.verified")
    data = event.content()["data"]
    assert (data["size"], data["ok"], data["faults"], data["door"]) == (1, True, 0, "page")
    assert (event.actor_id, event.outcome, len(data["root"])) == (team.auditor.public_id, "success", 64)


def test_part_is_sent_where_only_a_part_is_asked_for(auditor, happen):
    happen("team.created")

    part = auditor.post(URL, headers={"HX-Request": "true"})

    assert b"The log adds up" in part.content
    assert b"<html" not in part.content


def test_long_log_is_left_to_the_command(auditor, team, happen, monkeypatch):
    happen("team.created", "team.changed")
    monkeypatch.setattr(verifying, "ROWS", 1)

    page = auditor.post(URL).content.decode()

    assert f"manage.py audit verify --log {team.row.trail_log}" in page
    assert not Event.objects.filter(type="audit.verified").exists()


def test_empty_log_has_nothing_to_check(auditor):
    assert "nothing to check" in auditor.post(URL).content.decode()


def test_the_page_holds_the_log_against_what_the_signer_remembers(auditor, team, happen, settings):
    log = team.row.trail_log
    happen("team.created")
    signer.sign(log, at=AT)
    sound = auditor.post(URL).content.decode()
    with testing.guards_open():  # a log that was cut and written anew, with everything in the database that tells of it
        for rows in (Delivery.objects.all(), Checkpoint.objects, Event.objects, LogHead.objects):
            rows.filter(**{"checkpoint__log" if rows.model is Delivery else "log": log}).delete()
    happen("team.created", "team.changed")
    page = auditor.post(URL).content.decode()
    memory._path(log).write_text("{}")
    unread = auditor.post(URL).content.decode()

    assert ("The log adds up" in sound, "whether a whole log was rewritten" in sound) == (True, False)
    assert "is not the one in the signer&#x27;s memory" in page
    assert ("cannot be read. Nothing was checked" in unread, "The log adds up" in unread) == (True, False)


def test_check_is_for_those_who_read_the_trail(client, team):
    client.force_login(team.member)

    assert client.post(URL).status_code == 403
