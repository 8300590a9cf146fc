from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import Membership, Team, User
from audit.models import Event


def _run(capsys, name="Blue team", admin="boss@example.org"):
    call_command("create_team", name, admin=admin)
    return capsys.readouterr().out


def test_command_prints_a_link_that_makes_an_admin(client, db, capsys):
    link = next(word for word in _run(capsys).split() if "/join/" in word)

    client.post(urlsplit(link).path, {"name": "Bo", "password": "correct horse battery"})

    team = Team.objects.get(slug="blue-team")
    assert link.startswith("http://127.0.0.1:8000/join/")
    assert Membership.objects.of(team).get().roles == ["admin", "lead"]
    assert client.get(reverse("accounts:invite", args=[team.slug])).status_code == 200


def test_command_gives_a_lost_link_again_until_there_is_an_admin(client, db, capsys):
    first, second = (next(word for word in _run(capsys).split() if "/join/" in word) for _ in range(2))

    assert client.get(urlsplit(first).path).status_code == 404
    client.post(urlsplit(second).path, {"name": "Bo", "password": "correct horse battery"})
    with pytest.raises(CommandError) as refused:
        _run(capsys, admin="eve@example.org")
    assert refused.value.returncode == 1
    assert not User.objects.filter(email="eve@example.org").exists()


@pytest.mark.parametrize(("name", "admin"), [("Blue", "no address"), ("  ", "boss@example.org")])
def test_command_refuses_bad_usage_and_stores_nothing(db, capsys, name, admin):
    with pytest.raises(CommandError) as refused:
        _run(capsys, name, admin)

    assert refused.value.returncode == 2
    assert not Team.objects.exists()
    assert not Event.objects.exists()
