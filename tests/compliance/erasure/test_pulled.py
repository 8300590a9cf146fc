"""What was pulled from the platform and erased here stays away, whatever becomes of it there."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.urls import reverse

from agents.models import ErasedSession, Session, SessionEvent
from agents.pulling import erased, mapping, pulls
from audit.models import Event
from compliance.enums import ErasureKind
from compliance.erasure import replaying, tombstones
from dreaming import managing
from tests import agent_recipes, recipes
from tests.compliance.erasure import scenes
from tests.recipes import AT

DAY = timedelta(days=1)


@pytest.fixture
def platform(platform):
    platform.rename_key("sk-ant-test")
    platform.seed_agent(id="agent_01", model="claude-sonnet-5")
    for number in (1, 2):
        seed(platform, number, f"Secret {number}")
    return platform


@pytest.fixture
def link(team, platform):
    agent = agent_recipes.agent(team.row)
    connection = agent_recipes.connection(team.row, base_url=platform.url)
    return mapping.map_agent(agent=agent, connection=connection, platform_agent="agent_01", by=team.admin, at=AT)


def said(id, text, day):
    at = f"2026-02-{day:02}T10:00:01Z"
    return {"type": "user.message", "id": id, "processed_at": at, "content": [{"type": "text", "text": text}]}


def seed(platform, number, text, **values):
    at = f"2026-02-{number:02}T10:00:00Z"
    events = [said(f"sevt_{number}", text, number)]
    platform.seed_session(events, id=f"sesn_{number}", agent="agent_01", created_at=at, title=text, **values)


def pull(link, at):
    return pulls.pull(link_id=link.pk, now=at, clock=lambda: at)


def erase(team, external_id):
    session = Session.objects.of(team.row).get(external_id=external_id)
    return scenes.erase(SimpleNamespace(people=team), ErasureKind.SESSION, session.public_id)


def changed(platform, how):
    values = platform.workspace.sessions["sesn_1"].values
    if how == "grown":
        platform.seed_event("sesn_1", said("sevt_more", "Secret again", 20))
        values["updated_at"] = "2026-02-20T10:00:00Z"
    else:
        del platform.workspace.sessions["sesn_1"]
        seed(platform, 1, "Secret from the start", updated_at="2026-02-20T10:00:00Z")


def texts(team):
    events = SessionEvent.objects.of(team.row).order_by("session__external_id", "position")
    return list(events.values_list("session__external_id", "text"))


@pytest.mark.parametrize("how", ("grown", "otherwise"))
def test_an_erased_session_is_left_out_and_counted_whatever_became_of_it(team, platform, link, how):
    assert pull(link, AT).new == 2
    erase(team, "sesn_1")
    changed(platform, how)
    seed(platform, 3, "Another")
    asked = len(platform.asked())

    again = pull(link, AT + DAY)

    assert (again.new, again.extended, again.erased, again.problem) == (1, 0, 1, "")
    assert texts(team) == [("sesn_1", ""), ("sesn_2", "Secret 2"), ("sesn_3", "Another")]
    assert not [one for one in platform.asked()[asked:] if "sesn_1" in str(one)]
    told = json.loads(bytes(Event.objects.filter(type="sessions.pulled").latest("seq").body))["data"]
    assert (told["new"], told["erased"]) == (1, 1)


def test_the_tombstone_holds_no_word_of_it_and_no_id(team, platform, link):
    pull(link, AT)
    erase(team, "sesn_1")

    row = ErasedSession.objects.of(team.row).get()
    assert row.digest == erased.digest("sesn_1")
    assert "sesn_1" not in tombstones.path().read_text()


def test_the_page_says_how_many_were_left_out(client, team, platform, link):
    pull(link, AT)
    client.force_login(team.admin)
    address = reverse("agents:platform", args=[team.slug, link.agent.slug])
    assert "erased here" not in client.get(address).content.decode()
    for external_id in ("sesn_1", "sesn_2"):
        erase(team, external_id)

    pull(link, AT + DAY)

    assert "2 sessions that were erased here" in client.get(address).content.decode()


def test_a_session_erased_while_it_is_on_its_way_is_not_stored(team, platform, link):
    pull(link, AT)
    changed(platform, "grown")
    link.refresh_from_db()
    at_work = pulls._Pull(link, lambda: AT + DAY)
    erase(team, "sesn_1")

    result = at_work.run()

    assert (result.extended, result.erased) == (0, 1)
    assert ("sesn_1", "") in texts(team)
    assert len(texts(team)) == 2


def test_no_dream_of_the_platform_is_given_it(team, platform, link):
    pull(link, AT)
    erase(team, "sesn_1")

    assert managing._sessions(link.connection) == {"sesn_2"}


def test_a_database_of_before_the_pull_does_not_bring_it_back(team, platform, link):
    before = transaction.savepoint()
    pull(link, AT)
    erase(team, "sesn_1")
    transaction.savepoint_rollback(before)
    assert not Session.objects.of(team.row).exists()

    replaying.replay(now=recipes.now())

    result = pull(link, AT + DAY)
    assert (result.new, result.erased) == (1, 1)
    assert texts(team) == [("sesn_2", "Secret 2")]


def test_a_session_that_came_by_another_door_has_no_tombstone_for_pulls(team):
    agent_recipes.session(agent_recipes.agent(team.row), external_id="pushed")
    erase(team, "pushed")

    assert erased.known(team.row) == frozenset()
