"""The pages of streams, as the people who may see or change them use them."""

import pytest
from django.urls import reverse

from audit.models import Event
from compliance.models import Destination
from compliance.streaming import destinations
from tests.recipes import AT


def url(name, *args):
    return reverse(f"compliance:{name}", args=["north", *args])


@pytest.fixture
def admin(client, team):
    client.force_login(team.admin)
    return client


ASKED = {"name": "SIEM <b>", "kind": "webhook", "address": "https://siem.example/in", "format": "ocsf", "after": "0"}


def test_a_webhook_is_added_and_its_secret_shown_once(admin, team):
    answer = admin.post(url("stream_add"), ASKED | {"authorization": "Bearer s3cret"})
    row = Destination.objects.of(team.row).get()
    page = answer.content.decode()
    again = admin.get(url("stream", row.public_id)).content.decode()

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert 'value="whsec_' in page
    assert "whsec_" not in again
    assert "s3cret" not in page + again
    assert "Waits for a second person" in again
    assert "SIEM &lt;b&gt;" in again
    assert "Send a test line" not in again
    admin.post(url("stream_test", row.public_id))
    admin.post(url("stream_pause", row.public_id))
    admin.post(url("stream_resume", row.public_id))
    row.refresh_from_db()
    assert row.state == "waiting"
    assert not Event.objects.filter(type="stream.tested").exists()


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"address": "http://siem.example"}, "has to start with https://"),
        ({"kind": "syslog", "address": "https://siem.example"}, "Give a host, or a host:port."),
        ({"kind": "syslog", "address": "siem.example", "authorization": "x"}, "Only a webhook has headers."),
        ({"kind": "file", "address": "a.jsonl"}, "This installation allows no files"),
        ({"ca": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"}, "no certificates in PEM"),
        ({"ca": "-----BEGIN PRIVATE KEY-----"}, "This holds a private key."),
        ({"authorization": "Bearer\u2028x"}, "A header has no line breaks"),
        ({"after": "9999"}, "The log has not come so far yet."),
        ({"after": "-1"}, "greater than or equal to 0"),
        ({"format": "csv"}, "csv is not one of the available choices"),
        ({"name": ""}, "This field is required."),
    ],
)
def test_a_wrong_destination_comes_back_with_what_was_typed(admin, team, asked, error):
    answer = admin.post(url("stream_add"), ASKED | asked)

    assert answer.status_code == 422
    assert error in answer.content.decode()
    assert not Destination.objects.of(team.row).exists()


def test_one_is_tested_paused_resumed_and_removed(admin, team, happen, added, webhook):
    happen("team.created")
    row = added(address=webhook.url).destination
    webhook.answers = [200, 503]

    said = [admin.post(url("stream_test", row.public_id), follow=True).content.decode() for _ in range(2)]
    assert "The test line was confirmed." in said[0]
    assert "It answered 503 Service Unavailable." in said[1]
    tested = Event.objects.filter(type="stream.tested").oldest_first()
    assert [(event.outcome, event.content()["data"]) for event in tested] == [
        ("success", {"ok": True}),
        ("failure", {"ok": False}),
    ]
    row.refresh_from_db()
    assert (row.acked, row.attempts) == (0, 0)
    assert "Resume" in admin.post(url("stream_pause", row.public_id), follow=True).content.decode()
    assert "Pause" in admin.post(url("stream_resume", row.public_id), follow=True).content.decode()
    left = admin.post(url("stream_remove", row.public_id), follow=True).content.decode()
    assert "sent nowhere yet" in left
    assert admin.get(url("stream", row.public_id)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_any_length(
    admin, team, happen, added, inside, count, django_assert_num_queries
):
    happen(*["team.changed"] * 3)
    for number in range(count):
        added("file", "trail.jsonl", name=f"File {number}", after=number)
    admin.get(url("streams"))

    with django_assert_num_queries(7):
        page = admin.get(url("streams")).content.decode()

    assert page.count('class="row"') == count
    assert f"{Event.objects.of_log(team.row.trail_log).count()} events behind" in page
    assert ("New destination" in page) == (count < destinations.MOST)


@pytest.mark.parametrize(
    ("name", "sees", "manages"),
    [
        ("admin", 200, True),
        ("auditor", 200, True),
        ("lead", 200, False),
        ("security", 200, False),
        ("reviewer", 403, False),
        ("member", 403, False),
    ],
)
def test_who_reads_the_trail_sees_them_and_admins_and_auditors_change_them(
    client, team, added, inside, name, sees, manages
):
    row = added("file", "trail.jsonl").destination
    client.force_login(getattr(team, name))

    pages = [client.get(url("streams")), client.get(url("stream", row.public_id))]
    assert [page.status_code for page in pages] == [sees, sees]
    assert (client.get(url("stream_new")).status_code == 200) == manages
    assert (client.post(url("stream_pause", row.public_id)).status_code == 302) == manages
    assert (b"Remove" in pages[1].content) == manages


def test_problems_are_drawn_as_text(admin, team, added, webhook):
    row = added(address=webhook.url).destination
    Destination.objects.of(team.row).update(problem="<script>\u202e", state="stopped", failing_since=AT, attempts=40)

    for page in (url("streams"), url("stream", row.public_id)):
        drawn = admin.get(page).content.decode()
        assert "&lt;script&gt;" in drawn
        assert "\u202e" not in drawn
