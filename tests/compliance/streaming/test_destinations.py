"""Adding, pausing and removing destinations: who may, who has to agree, and what is kept of the credentials."""

from datetime import timedelta

import pytest
from django.db import connection

from accounts import confirming
from audit.models import Event
from compliance import ticking
from compliance.models import Destination
from compliance.streaming import credentials, destinations
from tests.compliance.streaming.conftest import agree
from tests.recipes import AT


def recorded(team):
    events = Event.objects.of_log(team.row.trail_log).filter(type__startswith="stream.").oldest_first()
    return [(event.type, event.actor_id, event.content()["data"]) for event in events]


def test_what_leaves_the_installation_waits_for_a_second_person(team, added, happen):
    happen("team.created", "team.changed")
    found = added(confirmed=False, after=2)
    destination = found.destination

    assert (destination.state, found.held.is_waiting) == ("waiting", True)
    assert [line["after"] for line in found.held.diff][:2] == ["HTTPS webhook", "https://siem.example/in"]
    with pytest.raises(confirming.SamePerson):
        confirming.confirm(team=team.row, confirmation_id=found.held.public_id, by=team.admin, at=AT)
    with pytest.raises(confirming.NotAllowed):
        confirming.confirm(team=team.row, confirmation_id=found.held.public_id, by=team.lead, at=AT)
    agree(team, found.held)
    destination.refresh_from_db(from_queryset=destinations.kept(team.row))
    assert destination.state == "active"
    assert recorded(team) == [
        ("stream.added", team.admin.public_id, {"kind": "webhook", "format": "jsonl", "after": 2}),
        ("stream.started", team.auditor.public_id, {"acked": 2}),
    ]


def test_a_file_stays_here_and_needs_nobody(team, added, inside):
    found = added("file", "trail.jsonl")

    assert (found.destination.state, found.held, found.secret) == ("active", None, "")


@pytest.mark.parametrize("end", ["refuse", "expire", "remove"])
def test_what_nobody_agrees_to_is_removed(team, added, end):
    found = added(confirmed=False)
    at = AT + timedelta(days=8)

    if end == "refuse":
        words = {"confirmation_id": found.held.public_id, "reason": "No.", "by": team.auditor, "at": AT}
        confirming.refuse(team=team.row, **words)
    elif end == "expire":
        confirming.expire_due(now=at)
    else:
        destinations.remove(destination=found.destination, by=team.admin, at=AT)
        assert (
            confirming.confirm(team=team.row, confirmation_id=found.held.public_id, by=team.auditor, at=AT).state
            == "failed"
        )
    ticking.tick(now=at)

    assert not destinations.kept(team.row).exists()
    assert [type for type, *_ in recorded(team)] == ["stream.added", "stream.removed"]


def test_there_are_three_and_each_has_a_name(team, added, inside):
    for number in range(3):
        added("file", "trail.jsonl", name=f"File {number}")
    with pytest.raises(destinations.TooMany):
        added("file", "trail.jsonl", name="File 3")
    destinations.remove(destination=destinations.kept(team.row)[0], by=team.admin, at=AT)
    with pytest.raises(destinations.NameTaken):
        added("file", "trail.jsonl", name="File 1")
    added("file", "trail.jsonl", name="File 0")
    with pytest.raises(destinations.TooMany):
        added("file", "other.jsonl")


def test_sending_cannot_begin_after_what_has_not_happened(team, added, inside):
    with pytest.raises(destinations.NotThere):
        added("file", "trail.jsonl", after=1000)
    assert not Destination.objects.of(team.row).exists()


def test_credentials_are_sealed_and_destroyed_with_the_destination(team, added, django_capture_on_commit_callbacks):
    found = added(authorization="Bearer s3cret-token")
    row = Destination.objects.of(team.row).get()

    assert credentials.open(row) == credentials.Credentials(found.secret, "Bearer s3cret-token")
    assert "s3cret" not in repr(credentials.open(row))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM compliance_destination")
        kept = repr([bytes(cell) if isinstance(cell, memoryview) else cell for cell in cursor.fetchone()])
    bodies = b"".join(bytes(event.body) for event in Event.objects.of_log(team.row.trail_log))
    for secret in (found.secret, "s3cret-token", "siem.example"):
        assert secret not in bodies.decode()
    assert found.secret not in kept
    assert "s3cret-token" not in kept
    with django_capture_on_commit_callbacks(execute=True):
        destinations.remove(destination=row, by=team.admin, at=AT)
    with pytest.raises(credentials.Lost):
        credentials.open(row)  # as a backup would bring it back
    row.refresh_from_db()
    assert (row.key, bytes(row.sealed)) == ("", b"")


def test_pausing_and_resuming_are_events_and_happen_once(team, added, inside):
    destination = added("file", "trail.jsonl").destination

    for verb in (destinations.pause, destinations.pause, destinations.resume, destinations.resume):
        verb(destination=destination, by=team.auditor, at=AT)

    assert [type for type, *_ in recorded(team)] == ["stream.added", "stream.paused", "stream.resumed"]
    waits = added(confirmed=False).destination
    for verb in (destinations.pause, destinations.resume):
        with pytest.raises(destinations.IllegalState):
            verb(destination=waits, by=team.admin, at=AT)
