"""What a dream left and whose connection is gone: another one of the workspace clears it, or somebody lets it go."""

import pytest
from django.urls import reverse

from agents.connections import connecting
from audit import trail
from audit.models import Event
from dreaming import leftovers
from dreaming.engines.managed import account as accounts
from dreaming.models import JournalEntry
from tests import agent_recipes
from tests.dreaming import scenes
from tests.dreaming.managed_scene import SAID, Scene

NEW = {"op": "add", "path": "/new.md", "content": f"- {SAID}\n"}


@pytest.fixture
def scene(team, platform):
    return Scene(team.row, platform)


@pytest.fixture
def left(scene, platform):
    """A run whose stores could not be deleted, and whose connection was removed then."""
    platform.script_dream([NEW])
    scene.before = scene.stores()
    platform.fault("DELETE /v1/memory_stores/*", 500, times=None)
    scene.run = scene.dream()
    scene.clear_once()
    platform.clear_faults()
    connecting.remove(connection=scene.connection, by=trail.SYSTEM, at=scene.now)
    assert scene.stores() > scene.before
    return scene


def journals(scene):
    return JournalEntry.objects.of(scene.team).filter(key__startswith=accounts.KEY)


def told(scene):
    rows = Event.objects.of_log(scene.team.trail_log).filter(type__startswith="dream.leftovers")
    return [(row.type, row.content()["data"]) for row in rows.oldest_first()]


def address(scene, name, *args):
    return reverse(f"dreaming:{name}", args=[scene.team.slug, *args])


def late(scene):
    for pk in journals(scene).values_list("pk", flat=True):
        JournalEntry.objects.of(scene.team).filter(pk=pk).update(at=scene.now)
    scene.now += leftovers.LATE * 2


def test_another_connection_of_the_workspace_clears_it(left, team, platform):
    late(left)
    left.clear_once()
    assert journals(left).exists()
    other = agent_recipes.connection(left.team, base_url=platform.url, key=platform.add_key())

    leftovers.hand_over(run=left.run, connection=other, by=team.admin, at=left.now, clock=left.clock)
    left.clear()

    assert left.stores() == left.before
    assert told(left) == [("dream.leftovers_handed_over", {"run": left.run.public_id, "connection": other.public_id})]


@pytest.mark.parametrize("where", ("elsewhere", "revoked", "forgotten"))
def test_a_connection_that_knows_nothing_of_it_clears_nothing(left, team, platform, where):
    key = platform.add_key(workspace=platform.add_workspace().id if where == "elsewhere" else None)
    other = agent_recipes.connection(left.team, base_url=platform.url, key=key)
    if where == "revoked":
        platform.revoke(key)
    if where == "forgotten":
        connecting.remove(connection=other, by=trail.SYSTEM, at=left.now)
    was = list(journals(left).values_list("key", "value"))

    with pytest.raises(leftovers.NotThere):
        leftovers.hand_over(run=left.run, connection=other, by=team.admin, at=left.now, clock=left.clock)

    assert list(journals(left).values_list("key", "value")) == was
    assert told(left) == []


def test_what_is_let_go_is_asked_about_no_more(left, team, platform):
    leftovers.let_go(run=left.run, by=team.admin, at=left.now)
    leftovers.let_go(run=left.run, by=team.admin, at=left.now)
    late(left)
    platform.forget()

    left.clear()

    assert platform.asked() == []
    assert [type for type, _data in told(left)] == ["dream.leftovers_let_go"]


def test_the_page_lists_what_is_left_and_hands_it_over(client, team, left, platform):
    other = agent_recipes.connection(left.team, base_url=platform.url, key=platform.add_key(), name="Second")
    client.force_login(team.admin)

    page = client.get(address(left, "leftovers")).content.decode()
    (store, *_more) = left.stores() - left.before
    answer = client.post(
        address(left, "leftovers_hand_over", left.run.number), {"connection": other.public_id}, follow=True
    )

    assert f"Run {left.run.number} of" in page
    assert ", removed" in page
    assert store in page
    assert "cleared over this connection within a minute" in answer.content.decode()
    left.clear()
    assert "Nothing is left" in client.get(address(left, "leftovers")).content.decode()


def test_the_page_says_why_a_connection_will_not_do(client, team, left, platform):
    other = agent_recipes.connection(left.team, base_url=platform.url, key="sk-ant-unknown")
    client.force_login(team.admin)
    hand_over = address(left, "leftovers_hand_over", left.run.number)

    refused = client.post(hand_over, {"connection": other.public_id})
    missing = client.post(hand_over, {"connection": left.connection.public_id})

    assert (refused.status_code, missing.status_code) == (422, 422)
    assert "The platform refuses the key" in refused.content.decode()
    assert "Select a valid choice" in missing.content.decode()


@pytest.mark.parametrize("count", (1, 3))
def test_the_page_takes_the_same_queries_for_any_length(client, team, count, django_assert_num_queries):
    agent = agent_recipes.agent(team.row)
    connection = agent_recipes.connection(team.row)
    for number in range(count):
        leave(agent, connection, number + 1)
    client.force_login(team.admin)
    client.get(reverse("dreaming:leftovers", args=[team.slug]))

    with django_assert_num_queries(7):
        page = client.get(reverse("dreaming:leftovers", args=[team.slug]))

    assert page.content.decode().count("memstore_") == count


def leave(agent, connection, number):
    run = scenes.run(agent)
    account = accounts.Account(
        connection=connection.public_id, digest=str(number), model="m", left=[f"memstore_{number}"]
    )
    JournalEntry.objects.create(
        team=agent.team, run=run, key=f"{accounts.KEY}{number}", value=accounts.plain(account), at=scenes.AT
    )
    return run
