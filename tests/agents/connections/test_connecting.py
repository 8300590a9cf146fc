"""Connecting, changing, replacing the key and removing: who has to agree, and what becomes of the key."""

from datetime import timedelta

import pytest

from accounts import confirming, members
from accounts.models import Membership
from agents import tasks
from agents.connections import clients, connecting, rekeying, sealing
from agents.connections.sealing import Secret
from agents.models import Connection
from audit.models import Event
from tests.recipes import AT

SECRET = Secret(api_key="sk-ant-api03-0123456789-last")
SETTINGS = {"name": "Workspace", "holds": ["", "EU"], "dreams_hold": [""]}


@pytest.fixture
def connected(team):
    """Connect; `confirmed` lets the security officer agree."""

    def connect(*, confirmed=True, provider="anthropic", secret=SECRET, **settings):
        given = {"team": team.row, "provider": provider, "secret": secret, "by": team.admin, "at": AT}
        saved = connecting.connect(**given, settings=SETTINGS | settings)
        if confirmed:
            agree(team, saved.held)
            saved.connection.refresh_from_db(from_queryset=connecting.kept(team.row))
        return saved

    return connect


def agree(team, held, at=AT):
    return confirming.confirm(team=team.row, confirmation_id=held.public_id, by=team.security, at=at)


def change(team, row, **settings):
    return connecting.change(connection=row, settings=settings, by=team.admin, at=AT)


def recorded(team):
    events = Event.objects.of_log(team.row.trail_log).filter(type__startswith="connection.").oldest_first()
    return [(event.type, event.content()["data"]) for event in events]


def test_a_connection_is_not_usable_before_a_second_person_agreed(team, connected):
    saved = connected(confirmed=False)
    row = saved.connection

    with pytest.raises(clients.Refused, match="waits for a second person"):
        clients.messages_client(row, residency=[])
    with pytest.raises(confirming.SamePerson):
        confirming.confirm(team=team.row, confirmation_id=saved.held.public_id, by=team.admin, at=AT)
    assert not Connection.objects.of(team.row).active().exists()
    agree(team, saved.held)

    (row,) = Connection.objects.of(team.row).active()
    assert (row.hint, sealing.open(row)) == ("last", SECRET)
    facts = {"region": "", "holds": ["", "EU"], "dreams_hold": [""]}
    assert recorded(team) == [
        ("connection.added", {"provider": "anthropic", **facts}),
        ("connection.started", {"provider": "anthropic", "confirmation": saved.held.public_id, **facts}),
    ]


@pytest.mark.parametrize("end", ["refuse", "expire", "remove"])
def test_what_nobody_agrees_to_is_removed_with_its_key(team, connected, end, django_capture_on_commit_callbacks):
    saved = connected(confirmed=False)
    copy = Connection.objects.of(team.row).select_related("team").get()
    at = AT + timedelta(days=8)

    with django_capture_on_commit_callbacks(execute=True):
        if end == "refuse":
            words = {"confirmation_id": saved.held.public_id, "reason": "No.", "by": team.lead, "at": AT}
            confirming.refuse(team=team.row, **words)
        elif end == "expire":
            confirming.expire_due(now=at)
        else:
            connecting.remove(connection=saved.connection, by=team.admin, at=AT)
            assert agree(team, saved.held).state == "failed"
        tasks.tick()

    row = Connection.objects.of(team.row).get()
    assert (bytes(row.sealed), row.key, row.hint, row.removed_at is None) == (b"", "", "", False)
    with pytest.raises(sealing.Lost):
        sealing.open(copy)  # as a backup would bring it back
    assert [type for type, _ in recorded(team)] == ["connection.added", "connection.removed"]


def test_what_narrows_is_set_at_once(team, connected):
    row = connected(dreams_hold=["", "EU"]).connection

    saved = change(team, row, name="Berlin", holds=["EU"])

    assert (saved.held, saved.connection.name, saved.connection.holds) == (None, "Berlin", ["EU"])
    assert saved.connection.dreams_hold == ["EU"]
    assert recorded(team)[-1] == (
        "connection.changed",
        {"changed": ["holds", "name"], "region": "", "holds": ["EU"], "dreams_hold": ["EU"]},
    )
    assert change(team, saved.connection, name="Berlin").held is None
    assert len(recorded(team)) == 3


@pytest.mark.parametrize(
    "wider",
    [
        {"holds": ["", "EU", "US"]},
        {"dreams_hold": ["", "EU"]},
        {"base_url": "https://gateway.example"},
        {"region": "us"},
        {"account": "other"},
    ],
    ids=lambda one: next(iter(one)),
)
def test_what_sends_text_elsewhere_waits(team, connected, wider):
    row = connected().connection
    ((name, value),) = wider.items()
    before = getattr(row, name)

    saved = change(team, row, name="Berlin", **wider)

    assert (saved.connection.name, getattr(saved.connection, name)) == ("Berlin", before)
    agree(team, saved.held)
    row.refresh_from_db()
    assert getattr(row, name) == value
    assert recorded(team)[-1][1]["confirmation"] == saved.held.public_id


def test_an_agreement_to_what_changed_meanwhile_does_nothing(team, connected):
    row = connected().connection
    held = change(team, row, holds=["", "EU", "US"]).held
    change(team, row, holds=["EU"])

    assert agree(team, held).state == "failed"
    row.refresh_from_db()
    assert row.holds == ["EU"]


def test_while_it_waits_only_its_name_changes(team, connected):
    row = connected(confirmed=False).connection

    assert change(team, row, name="Other").connection.name == "Other"
    with pytest.raises(connecting.Waits):
        change(team, row, holds=[])
    with pytest.raises(connecting.Waits):
        rekeying.replace(connection=row, secret=SECRET, by=team.admin, at=AT)


def test_names_are_one_to_a_team_and_there_are_only_so_many(team, connected, monkeypatch):
    row = connected().connection
    with pytest.raises(connecting.NameTaken):
        connected()
    other = connected(name="Other").connection
    with pytest.raises(connecting.NameTaken):
        change(team, other, name="Workspace")
    monkeypatch.setattr(connecting, "MOST", 2)
    with pytest.raises(connecting.TooMany):
        connected(name="Third")
    connecting.remove(connection=row, by=team.admin, at=AT)
    connected()
    with pytest.raises(connecting.Gone):
        connecting.remove(connection=row, by=team.admin, at=AT)


def test_a_team_of_one_agrees_with_itself(alone):
    saved = connecting.connect(
        team=alone.row, provider="anthropic", secret=SECRET, settings=SETTINGS, by=alone.admin, at=AT
    )

    assert (saved.held.waived, saved.connection.waits) == (True, False)


@pytest.fixture
def alone(other_team):
    Membership.objects.of(other_team.row).exclude(user=other_team.admin).update(removed_at=AT)
    other_team.row.sole_reviewer = True
    other_team.row.save()
    return other_team


def test_who_connected_may_leave_the_team(team, connected):
    row = connected().connection
    held = change(team, row, holds=["", "EU", "US"]).held

    own = {one.user_id: one for one in Membership.objects.of(team.row)}
    members.set_roles(membership=own[team.lead.pk], roles=["admin"], by=team.admin, at=AT)
    members.remove(membership=own[team.admin.pk], by=team.lead, at=AT)

    assert agree(team, held).state == "failed"
    row.refresh_from_db()
    assert (row.holds, sealing.open(row)) == (["", "EU"], SECRET)
