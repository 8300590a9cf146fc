import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from audit import testing, trail
from audit.models import Event
from compliance.forms import TrailForm
from tests import agent_recipes, recipes
from tests.reviews import scenes

URL = reverse("compliance:trail", args=["north"])


@pytest.fixture
def auditor(client, team):
    client.force_login(team.auditor)
    return client


def shown(response):
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def numbers(page):
    """The numbers of the events on a page, in their order."""
    return [int(number) for number in re.findall(r'/audit/events/evt_[0-9a-f]{32}/">(\d+)</a>', page)]


def sentences(page):
    told = re.findall(r"<td><span>(.*?)</span> <code", page, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", one).strip() for one in told]


def test_trail_tells_newest_first_what_happened(auditor, team, happen):
    happen("team.created")
    happen("team.changed", data={"changed": ["time_zone", "sole_reviewer"]}, by=team.lead)

    page = shown(auditor.get(URL))

    assert numbers(page) == [2, 1]
    assert sentences(page) == [
        "Lead changed settings of the team: time zone and sole reviewer",
        "Admin made the team",
    ]
    assert team.row.trail_log in page


def test_trail_says_who_decided_on_what(auditor, team):
    memory = scenes.memory(scenes.namespace(team.row))
    change = scenes.changes(scenes.propose(team.row, scenes.edit(memory, "- one\n", title="Refund window")))[0]
    scenes.vote(change, team.lead)

    page = shown(auditor.get(URL))

    assert "Lead approved “Refund window” in revision 1" in sentences(page)
    assert reverse("reviews:change", args=["north", change.public_id]) in page


@pytest.mark.parametrize("count", [1, 60])
def test_trail_goes_on_after_the_last_number(auditor, happen, count):
    happen(*["team.changed"] * count)

    first = auditor.get(URL)
    seen, url = numbers(shown(first)), first.context["page"].next_url
    while url:
        page = auditor.get(url)
        seen += numbers(shown(page))
        url = page.context["page"].next_url

    assert seen == list(range(count, 0, -1))


@pytest.mark.parametrize("count", [1, 30])
def test_trail_takes_the_same_queries_for_any_length(auditor, team, happen, count, django_assert_num_queries):
    for _ in range(count):
        agent = agent_recipes.agent(team.row)
    happen("agent.changed", target=agent)

    with django_assert_num_queries(14):  # session, person, memberships; members, tokens; events; seal; people, agents
        page = shown(auditor.get(URL))

    assert len(numbers(page)) == count + 1


def test_trail_of_nothing_says_so(auditor, team):
    assert "Nothing happened yet" in shown(auditor.get(URL))
    assert "No event fits these filters" in shown(auditor.get(URL, {"type": "change"}))


@pytest.fixture
def mixed(team, happen):
    happen("team.created")
    happen("member.removed", by=team.lead, at=datetime(2026, 3, 3, 23, 30, tzinfo=UTC))
    happen("agent.created", by=trail.SYSTEM, target=trail.Target("agent", "agt_x"), log=team.row.trail_log)
    happen("team.changed", by=team.lead, at=datetime(2026, 3, 4, 23, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"type": "team"}, [4, 2, 1]),
        ({"type": "team.changed"}, [4]),
        ({"actor": "system"}, [3]),
        ({"target": " agt_x "}, [3]),
        ({"type": "team", "target": "agt_x"}, []),
        ({"since": "2026-03-04"}, [4, 2]),  # in Berlin it was after midnight
        ({"until": "2026-03-03"}, [3, 1]),
        ({"since": "2026-03-04", "until": "2026-03-04"}, [2]),
    ],
)
def test_trail_is_filtered_from_the_url(auditor, team, mixed, asked, found):
    team.auditor.time_zone = "Europe/Berlin"
    team.auditor.save()

    assert numbers(shown(auditor.get(URL, asked))) == found


def test_trail_is_filtered_by_person(auditor, team, mixed):
    assert numbers(shown(auditor.get(URL, {"actor": team.lead.public_id}))) == [4, 2]


@pytest.mark.parametrize(
    "asked", [{"type": "nope"}, {"actor": "usr_x"}, {"since": "soon"}, {"since": "0001-01-01"}, {"until": "9999-12-31"}]
)
def test_bad_filter_shows_nothing_and_says_why(auditor, mixed, asked):
    page = shown(auditor.get(URL, asked))

    assert numbers(page) == []
    assert "errorlist" in page


def test_next_page_keeps_the_filters(auditor, happen):
    happen(*["team.changed", "member.removed"] * 60)

    first = auditor.get(URL, {"type": "team.changed"})
    second = auditor.get(first.context["page"].next_url)

    assert "type=team.changed" in first.context["page"].next_url
    assert numbers(shown(second)) == list(range(19, 0, -2))


def test_every_filter_is_drawn(auditor, team):
    page = shown(auditor.get(URL))

    assert all(f'name="{name}"' in page for name in TrailForm.base_fields)


@pytest.mark.parametrize(("name", "status"), [("member", 403), ("reviewer", 403), ("lead", 200), ("admin", 200)])
def test_trail_is_for_those_who_read_it(client, team, name, status):
    client.force_login(getattr(team, name))

    assert client.get(URL).status_code == status


def test_trail_of_another_team_is_not_found(client, team, other_team):
    client.force_login(other_team.auditor)

    assert client.get(URL).status_code == 404


def test_trail_shows_only_the_own_log(auditor, other_team, happen):
    happen("team.created")
    with trail.unit_of_work(at=recipes.AT) as unit:
        unit.record("team.created", target=other_team.row, by=other_team.admin)

    assert numbers(shown(auditor.get(URL))) == [1]


def test_trail_draws_what_agents_wrote_as_text(auditor, team, happen):
    happen("agent.changed", target=agent_recipes.agent(team.row, name="<b>x</b>\u202e"))

    page = shown(auditor.get(URL))

    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "\u202e" not in page


def test_trail_shows_an_event_whose_record_was_broken(auditor, happen):
    happen("team.created")
    with testing.guards_open():
        Event.objects.update(body=b"{")

    page = shown(auditor.get(URL))

    assert "record cannot be read" in page
    assert numbers(page) == [1]
