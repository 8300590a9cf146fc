"""Another key waits for a second person: where it lies meanwhile, what signs in, and how it goes."""

from datetime import timedelta

import anthropic
import pytest

from accounts import confirming
from accounts.models import Confirmation, Membership
from agents import tasks
from agents.connections import checking, clients, connecting, rekeying, sealing
from agents.connections.sealing import Secret
from agents.models import Connection, WaitingKey
from audit import subjects
from audit.models import Event
from tests import agent_recipes
from tests.recipes import AT

OLD, NEW = "sk-ant-test-0123456789-last", "sk-ant-api03-9876543210-next"


@pytest.fixture
def row(team):
    row = agent_recipes.connection(team.row, key=OLD, able={"messages": "yes"}, checked_at=AT)
    return kept(row)


def kept(row):
    return Connection.objects.of(row.team).select_related("team").get(pk=row.pk)


def replace(team, row, key=NEW, by=None):
    return rekeying.replace(connection=row, secret=Secret(api_key=key), by=by or team.admin, at=AT)


def agree(team, held, at=AT):
    return confirming.confirm(team=team.row, confirmation_id=held.public_id, by=team.security, at=at)


def signs_in(row):
    return sealing.open(kept(row)).api_key


def waiting(row):
    return WaitingKey.objects.of(row.team).filter(connection=row)


def recorded(team, type="connection.key_replaced"):
    return [one.content()["data"] for one in Event.objects.of_log(team.row.trail_log).filter(type=type)]


def test_the_key_of_before_signs_in_until_a_second_person_agrees(team, row, django_capture_on_commit_callbacks):
    held = replace(team, row).held
    sealed = waiting(row).get()

    assert (signs_in(row), recorded(team)) == (OLD, [])
    assert sealing.open(sealed).api_key == NEW
    with pytest.raises(confirming.SamePerson):
        confirming.confirm(team=team.row, confirmation_id=held.public_id, by=team.admin, at=AT)
    with django_capture_on_commit_callbacks(execute=True):
        assert agree(team, held).state == "confirmed"

    row = kept(row)
    assert (row.hint, row.able, row.checked_at, signs_in(row)) == ("next", {}, None, NEW)
    assert recorded(team) == [{"provider": "anthropic", "confirmation": held.public_id}]
    assert not waiting(row).exists()
    assert subjects.current(log=sealed.trail_log, subject=sealed.public_id) == ""


def test_what_is_asked_for_names_no_part_of_the_key(team, row):
    held = Confirmation.objects.of(team.row).get(pk=replace(team, row).held.pk)

    for piece in (NEW, NEW[-4:]):
        assert piece not in f"{held.title} {held.diff} {held.payload}"


@pytest.mark.parametrize("end", ["refuse", "withdraw", "expire", "remove", "again"])
def test_a_key_that_nobody_agrees_to_is_struck(team, row, end, django_capture_on_commit_callbacks):
    held = replace(team, row).held
    copy = waiting(row).select_related("team").get()
    ends = {"team": team.row, "confirmation_id": held.public_id, "at": AT}

    with django_capture_on_commit_callbacks(execute=True):
        if end == "refuse":
            confirming.refuse(**ends, reason="Whose is it?", by=team.lead)
        elif end == "withdraw":
            confirming.withdraw(**ends, by=team.admin)
        elif end == "expire":
            confirming.expire_due(now=AT + timedelta(days=8))
        elif end == "remove":
            connecting.remove(connection=row, by=team.admin, at=AT)
        else:
            replace(team, row, "sk-ant-api03-another-key-0000")
        tasks.tick()

    left = [sealing.open(one).api_key for one in waiting(row)]
    assert left == (["sk-ant-api03-another-key-0000"] if end == "again" else [])
    with pytest.raises(sealing.Lost):
        sealing.open(copy)  # as a backup would bring it back
    assert recorded(team) == []
    if end != "remove":
        assert signs_in(row) == OLD


def test_a_key_that_waits_is_not_struck(team, row):
    replace(team, row)

    assert rekeying.strike_settled(now=AT + timedelta(days=1)) == 0
    assert waiting(row).exists()


def test_an_agreement_to_a_key_that_is_lost_does_nothing(team, row):
    held = replace(team, row).held
    sealing.destroy(waiting(row).select_related("team").get())

    settled = agree(team, held)

    assert (settled.state, "typed again" in settled.reason) == ("failed", True)
    assert signs_in(row) == OLD


def test_a_revoked_key_stays_refused_until_another_one_is_agreed_to(team, platform, workspace):
    fresh = platform.add_key()
    platform.revoke(platform.key)
    row = kept(workspace)
    row = checking.check(connection=row, by=team.admin, at=AT)
    assert row.problem == "The platform refuses the key: it may have been revoked."

    held = replace(team, row, fresh).held

    row = kept(row)
    assert row.problem
    with clients.platform_client(row, residency=[""]) as client, pytest.raises(anthropic.AuthenticationError):
        client.beta.agents.list()
    assert agree(team, held).state == "confirmed"
    row = kept(row)
    assert row.problem == ""
    with clients.platform_client(row, residency=[""]) as client:
        assert client.beta.agents.list().data == []


def test_another_key_and_another_address_wait_side_by_side(team, row):
    key = replace(team, row).held
    place = connecting.change(connection=row, settings={"region": "eu"}, by=team.admin, at=AT).held

    assert (rekeying.waiting(row), connecting.waiting(row)) == (key, place)
    agree(team, place)
    agree(team, key)

    assert (kept(row).region, signs_in(row)) == ("eu", NEW)


def test_a_check_of_the_key_before_is_not_kept(team, row):
    agree(team, replace(team, row).held)

    checked = connecting.note_check(connection=row, able={"messages": "yes"}, problem="", by=team.admin, at=AT)

    assert (checked.able, checked.checked_at) == ({}, None)


def test_a_team_of_one_agrees_with_itself(other_team):
    Membership.objects.of(other_team.row).exclude(user=other_team.admin).update(removed_at=AT)
    other_team.row.sole_reviewer = True
    other_team.row.save()
    row = kept(agent_recipes.connection(other_team.row, key=OLD))

    saved = replace(other_team, row)

    assert (saved.held.waived, signs_in(row), waiting(row).exists()) == (True, NEW, False)
