"""Who acts on a team that they are not in fills no trail."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import knocking
from accounts.models import Knock
from audit.models import Event


def told(team):
    rows = Event.objects.filter(log=team.row.public_id, type="access.denied").order_by("seq")
    return [(row.actor_id, row.content()["data"]) for row in rows]


def knock(team, person, at, times=1):
    for _ in range(times):
        knocking.knock(team=team.row, person=person, attempt={"path": "/x/", "method": "POST"}, at=at)


def test_the_first_is_told_at_once_and_the_others_once_an_hour(team, other_team, at):
    first, second = other_team.security, other_team.lead
    once = {"reason_code": "not_member", "path": "/x/", "method": "POST"}
    knock(team, first, at, times=40)
    knock(team, second, at + timedelta(minutes=30))
    assert told(team) == [(first.public_id, once), (second.public_id, once)]

    assert knocking.tell(now=at + timedelta(minutes=59)) == 0
    assert knocking.tell(now=at + timedelta(minutes=61)) == 1
    assert knocking.tell(now=at + timedelta(hours=2)) == 0

    assert told(team)[2:] == [(first.public_id, {"reason_code": "not_member", "times": 39})]
    assert not Knock.objects.of(team.row).exists()
    knock(team, first, at + timedelta(hours=3))
    assert told(team)[3:] == [(first.public_id, once)]


@pytest.mark.parametrize("count", [1, 5])
def test_a_stranger_finds_nothing_however_often(client, team, other_team, count):
    client.force_login(other_team.lead)

    answers = [client.post(reverse("accounts:invite", args=[team.slug])).status_code for _ in range(count)]

    assert answers == [404] * count
    assert len(told(team)) == 1
    assert Knock.objects.of(team.row).get().times == count - 1
