"""NUL and halves of characters, which no database keeps: replaced or refused where they come in; no page breaks."""

import json
import re
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Membership
from agents.models import SessionEvent
from reviews.models import Comment, Proposal
from tests import agent_recipes, hostile
from tests.api.conftest import machine_of
from tests.reviews import scenes
from tests.test_isolation import TEAM_URLS
from tests.url_values import PLAIN, ROWS

NUL = "a\0b"
AS_READ = [json.loads(json.dumps(text)) for text in hostile.UNKEPT]  # JSON joins halves that belong together
VIEWS = [
    path for app in ("accounts", "agents", "reviews", "dreaming", "compliance") for path in Path(app).rglob("*.py")
]
READ = re.compile(r"(?:POST|GET|given)(?:\.get(?:list)?\(|\[)\"(\w+)\"")
FIELD = re.compile(r"^    (\w+) = forms\.", re.MULTILINE)
NAMES = sorted({name for path in VIEWS for wanted in (READ, FIELD) for name in wanted.findall(path.read_text())})


@pytest.fixture
def insider(client, team):
    own = Membership.objects.of(team.row).get(user=team.admin)
    own.roles = list(Role.values)
    own.save()
    client.force_login(team.admin)
    return client


def address(team, name, params):
    values = {param: ROWS[param](team) if param in ROWS else PLAIN[param] for param in params}
    return reverse(name, kwargs={"team": team.slug} | values)


ASKED = [{one: NUL} for one in ("q", "person", "revision")] + [dict.fromkeys(NAMES, NUL)]


@pytest.mark.parametrize(("name", "params"), TEAM_URLS, ids=[name for name, _ in TEAM_URLS])
def test_no_page_breaks_on_a_nul_in_what_it_is_sent(insider, team, name, params):
    assert {"q", "reason", "person", "text", "revision"} < set(NAMES)
    url = address(team, name, params)

    statuses = {ask(url, values).status_code for values in ASKED for ask in (insider.get, insider.post)}

    assert max(statuses) < 500


NAMED = [(name, param) for name, params in TEAM_URLS for param in params if param in ROWS and param != "number"]


@pytest.mark.parametrize(("name", "param"), NAMED)
def test_no_row_is_called_by_a_name_with_a_nul(insider, team, name, param):
    params = dict(TEAM_URLS)[name]
    values = {one: PLAIN.get(one, 1 if "number" in one else "x") for one in params}
    url = reverse(name, kwargs={"team": team.slug} | values | {param: 1 if param == "run_number" else "marked"})
    url = url.replace("marked", quote(NUL))

    assert {insider.get(url).status_code, insider.post(url).status_code} <= {404, 405}


def test_what_nobody_can_keep_is_replaced_in_sessions_and_refused_elsewhere(team):
    machine, agent = machine_of(team), agent_recipes.agent(team.row)
    space = agent_recipes.namespace(team.row)
    agent_recipes.access(agent, space)
    for number, text in enumerate(hostile.UNKEPT):
        said = {"kind": "message", "speaker": text, "text": text}
        session = {"id": f"{number}{text}", "title": text, "task": text, "events": [said]}
        stored = machine.post("/sessions", {"agent": agent.slug, "source": "helpdesk", "session": session})
        assert stored.status_code == 201, (text, stored.content)

        change = {"operation": "add", "namespace": space.slug, "path": "/a.md", "text_after": "- a\n"}
        for spoilt in ("text_after", "path", "rationale", "title", "namespace"):
            given = {"agent": agent.slug, "title": "A night", "changes": [change | {spoilt: text}]}
            assert machine.post("/proposals", given).status_code in (404, 422), (spoilt, text)

    kept = SessionEvent.objects.of(team.row).order_by("session_id").values_list("text", flat=True)
    assert list(kept) == [re.sub("[\0\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text) for text in AS_READ]
    assert not Proposal.objects.of(team.row).exists()


def test_bytes_that_are_no_utf_8_are_shown_as_replaced(client, team):
    change = scenes.changes(scenes.propose(team.row, scenes.add(scenes.namespace(team.row), "/a.md", "- a\n")))[0]
    client.force_login(team.member)
    url = reverse("reviews:thread_new", args=[team.slug, change.public_id])

    sent = urlencode({"text": "a\ud800b"}, errors="surrogatepass")
    client.post(url, sent, content_type="application/x-www-form-urlencoded")

    assert Comment.objects.of(team.row).get().text == "a" + "\N{REPLACEMENT CHARACTER}" * 3 + "b"
