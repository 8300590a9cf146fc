"""Whatever is done, tried or refused leaves exactly the events that its line in `tests/acts/` lists."""

from contextlib import contextmanager

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse

from accounts.confirming import kinds
from accounts.enums import Role, Scope
from accounts.models import Membership
from audit import catalogue
from audit.models import Event
from tests.accounts import confirmations
from tests.acts import accounts, agents, compliance, deciding, doors, dreaming, governing, teamwork, unattended
from tests.acts.act import DENIED, Scene
from tests.api.conftest import machine_of
from tests.test_isolation import TEAM_URLS

FLOORS = (accounts, agents, deciding, teamwork, governing, dreaming, compliance)
ACTS = {name: one for floor in FLOORS for name, one in floor.ACTS.items()}
PARAMS = dict(TEAM_URLS)
WRONG_METHOD = 405


@pytest.fixture(autouse=True)
def _renaming(monkeypatch):
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    confirmations.register()


@contextmanager
def undone():
    with transaction.atomic():  # noqa: TID251  (so that one team serves all roles)
        yield
        transaction.set_rollback(True)


def recorded(do):
    """The types of the events that this leaves, and what it returns."""
    last = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    answer = do()
    return tuple(Event.objects.filter(pk__gt=last).order_by("pk").values_list("type", flat=True)), answer


def acted(people, name, person, *, tries=False):
    """What the act of this person leaves, with valid input unless it is only tried."""
    one, client = ACTS[name], Client()
    scene = Scene(people=people, person=person, client=client)
    scene.sign_in(fresh=one.fresh)
    given = {} if tries else one.make(scene)
    url = scene.url(name, PARAMS[name], given)
    data = {}
    if not tries:
        page = scene.url(one.page, PARAMS[one.page], resolve(url).kwargs) if one.page else ""
        data = scene.filled(page, url) if page else {}
        data = data | (one.typed(scene) if callable(one.typed) else one.typed)
    return recorded(lambda: getattr(client, one.method)(url, data))


@pytest.mark.parametrize("name", sorted(ACTS))
def test_an_act_leaves_the_events_that_are_listed_for_it(team, name):
    one, found, listed = ACTS[name], {}, {}

    for role in Role.values:
        able = role in one.able
        with undone():
            types, answer = acted(team, name, getattr(team, role), tries=not able and one.guarded)
        found[role] = types or answer.status_code
        listed[role] = (one.events or one.status) if able else one.denied

    assert found == listed


@pytest.mark.parametrize("name", sorted(ACTS))
def test_whoever_has_no_business_there_leaves_a_refusal_or_nothing(team, other_team, name):
    url = Scene(people=team).url(name, PARAMS[name], {})
    bearer = {"authorization": f"Bearer {machine_of(team).secret}"}
    stranger = Client()
    stranger.force_login(other_team.lead)

    anonymous = recorded(lambda: Client().post(url))[0]
    token = recorded(lambda: Client(headers=bearer).post(url))[0]
    knocked = recorded(lambda: stranger.post(url))[0]

    assert (anonymous, token, knocked) == ((), DENIED, DENIED)


def test_every_route_that_takes_a_post_has_a_line(client, team):
    own = Membership.objects.of(team.row).get(user=team.admin)
    own.roles = list(Role.values)
    own.save()
    client.force_login(team.admin)
    takes = set()
    for name, params in TEAM_URLS:
        values = {one: 10**6 if "number" in one or one == "revision" else "nobody" for one in params}
        with undone():
            answer = client.post(reverse(name, kwargs={"team": team.slug} | values))
        takes |= {name} if answer.status_code != WRONG_METHOD else set()

    assert takes == {name for name, one in ACTS.items() if one.method == "post"}


def called(call, machine, people):
    path = call.path(people)
    return recorded(lambda: call.send(machine, path))


@pytest.mark.parametrize("name", sorted(doors.CALLS))
def test_a_call_leaves_the_events_that_are_listed_for_it(team, name):
    call = doors.CALLS[name]
    others = [scope for scope in Scope.values if scope != call.scope]

    with undone():
        done = called(call, machine_of(team), team)
    with undone():
        refused = called(call, machine_of(team, scopes=others), team)

    assert (done[0], refused[0]) == (call.events, DENIED), (done[1].content, refused[1].content)


@pytest.mark.parametrize("name", sorted(doors.OWN))
def test_what_people_do_for_themselves_leaves_the_events_that_are_listed_for_it(client, team, name):
    act = doors.OWN[name]

    assert recorded(lambda: act.do(client, team))[0] == act.events


def test_every_type_of_event_has_an_act_a_task_or_a_command_that_leaves_it():
    listed = {type for one in ACTS.values() for type in (*one.events, *one.denied)}
    listed |= {type for one in (*doors.CALLS.values(), *doors.OWN.values()) for type in one.events}
    listed |= {type for types in unattended.LEAVES.values() for type in types.split()}

    assert set(catalogue.EVENTS) - listed == set(unattended.NOT_YET)
    assert listed <= set(catalogue.EVENTS)
