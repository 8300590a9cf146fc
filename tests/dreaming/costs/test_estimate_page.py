"""What the next dream may cost, asked by a press: in place where htmx asks, else as a page of its own."""

import pytest
from django.urls import reverse

from agents import roster
from audit import trail
from audit.models import Event
from dreaming import settings
from dreaming.models import Run, Spend
from tests import agent_recipes
from tests.dreaming import scenes
from tests.dreaming.costs.scenes import MODEL, cap
from tests.dreaming.scenes import AT

HTMX = {"HX-Request": "true"}


@pytest.fixture
def agent(team, platform):
    agent = scenes.agent_that_writes(team.row, memories={"/a.md": "- one line of memory\n" * 100})
    agent.connection = agent_recipes.connection(team.row, base_url=platform.url, key=platform.key)
    choose(agent, engine="claude", model=MODEL, connection=agent.connection.public_id)
    agent_recipes.session(agent, texts=["x" * 4_000, "y" * 4_000], at=AT)
    return agent


@pytest.fixture
def lead(client, team):
    client.force_login(team.lead)
    return client


def choose(agent, **values):
    settings.set_(agent=agent, values=values, by=trail.SYSTEM, at=AT)


def url(agent):
    return reverse("dreaming:estimate", args=[agent.team.slug, agent.slug])


def pressed(client, agent, **headers):
    return client.post(url(agent), headers=headers).content.decode()


def test_it_says_a_range_that_the_provider_counted(lead, agent, platform):
    page = pressed(lead, agent)

    assert "<html" in page
    assert "counted by the provider, for free" in page
    assert page.count("$0.00 – $0.0") == 3  # of the whole, and of each stage
    assert "session that no dream has read" in page
    assert "notice--" not in page
    assert [one["path"] for one in platform.asked("POST *")] == ["/v1/messages/count_tokens"]


def test_a_press_by_htmx_gets_the_part_alone(lead, agent):
    answer = lead.post(url(agent), headers=HTMX)

    assert b"<html" not in answer.content
    assert b"What the next dream may cost" in answer.content
    assert "HX-Request" in answer.headers["Vary"]


def test_the_page_asks_nobody_before_it_is_pressed(lead, agent, platform):
    page = lead.get(url(agent)).content.decode()

    assert f'hx-post="{url(agent)}"' in page
    assert "at least and at most" not in page
    assert platform.asked("*") == []


def test_asking_starts_and_spends_nothing(lead, agent, team):
    before = Event.objects.of_log(team.row.trail_log).count()

    pressed(lead, agent)

    assert not Run.objects.of(team.row).exists()
    assert not Spend.objects.of(team.row).exists()
    assert Event.objects.of_log(team.row.trail_log).count() == before


def test_the_local_engine_is_free(lead, agent, platform):
    choose(agent, engine="local")

    page = pressed(lead, agent)

    assert "asks no model: this dream is free" in page
    assert "$0.00" in page
    assert platform.asked("*") == []


def test_where_nothing_is_new_it_is_free(lead, agent, platform, team):
    agent = scenes.agent_that_writes(team.row)
    choose(agent, engine="claude", model=MODEL)

    assert "Nothing is new, so no model is asked: this dream is free." in pressed(lead, agent)


@pytest.mark.parametrize(
    ("values", "said"),
    [({"connection": ""}, "No connection to Claude is chosen"), ({"model": ""}, "No model is chosen")],
)
@pytest.mark.parametrize("engine", ["claude", "managed"])
def test_what_is_missing_is_said(lead, agent, platform, engine, values, said):
    choose(agent, engine=engine, **values)
    if engine == "managed":
        said = "No connection to the Claude platform is chosen" if "connection" in values else "does not count a dream"

    page = pressed(lead, agent)

    assert said in page
    assert ("It would not begin." in page) == (said.startswith("No "))
    assert platform.asked("POST *") == []


def test_a_key_that_is_refused_is_said(lead, agent, platform):
    platform.fault("POST /v1/messages/count_tokens", "revoke", times=1)

    page = pressed(lead, agent)

    assert "It would not begin." in page
    assert "Claude refuses the key" in page


@pytest.mark.parametrize("status", [429, 529, "drop"])
def test_a_provider_that_is_busy_leaves_an_estimate_by_length(lead, agent, platform, status):
    platform.fault("POST /v1/messages/count_tokens", status, times=1)

    page = pressed(lead, agent)

    assert "The provider could not count it now" in page
    assert "taken from the lengths of texts" in page
    assert "It would not begin." not in page


def test_text_that_may_not_leave_is_not_counted_and_the_reason_is_said(lead, agent, platform):
    roster.change_agent(agent=agent, values={"residency": "eu"}, by=trail.SYSTEM, at=AT)

    page = pressed(lead, agent)

    assert "may not hold text labelled “eu”" in page
    assert platform.asked("*") == []


def test_the_limit_that_would_stop_it_is_named(lead, agent, team):
    cap(team.row, month=1)
    choose(agent, max_tokens=10)

    page = pressed(lead, agent)

    assert "It may be stopped by a limit:" in page
    assert "Tokens of a run: 10 at most, 0 spent or reserved" in page
    assert "Money of the team in a month: $0.01 at most" in page


def test_a_model_without_a_price_is_unknown(client, team, agent):
    choose(agent, model="claude-unheard-of")
    client.force_login(team.admin)

    page = pressed(client, agent)

    assert "the model has no price" in page
    assert reverse("dreaming:prices", args=[team.slug]) in page


@pytest.mark.parametrize("count", [1, 3])
def test_it_takes_the_same_queries_for_any_number_of_sessions(lead, agent, count, django_assert_num_queries):
    for number in range(count):
        agent_recipes.session(agent, external_id=f"more {number}", texts=["Where is it?", "There."], at=AT)
    lead.get(url(agent))

    with django_assert_num_queries(35):
        pressed(lead, agent)


@pytest.mark.parametrize(("person", "status"), [("member", 403), ("auditor", 403), ("lead", 200), ("admin", 200)])
def test_who_may_dream_may_ask(client, team, agent, person, status):
    client.force_login(getattr(team, person))

    assert client.post(url(agent)).status_code == client.get(url(agent)).status_code == status


def test_it_stands_where_a_dream_is_started_and_set(client, team, agent):
    client.force_login(team.admin)

    for name in ("agent", "settings"):
        page = client.get(reverse(f"dreaming:{name}", args=[team.slug, agent.slug])).content.decode()
        assert f'hx-post="{url(agent)}" hx-target="#estimate"' in page
        assert page.count('id="estimate"') == 1
    client.force_login(team.member)
    assert url(agent) not in client.get(reverse("dreaming:agent", args=[team.slug, agent.slug])).content.decode()
