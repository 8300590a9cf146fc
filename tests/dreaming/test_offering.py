import pytest
from django.urls import reverse

from accounts import confirming
from dreaming import holding, settings
from dreaming.models import DreamSettings
from tests import agent_recipes
from tests.dreaming import scenes
from tests.dreaming.test_pages import FORM
from tests.recipes import now

CLAUDE = {"engine": "claude", "model": "claude-opus-5-5", "max_tokens": "5000000", "max_cost": "12.50"}


@pytest.fixture
def agent(team):
    return scenes.agent_that_writes(team.row)


def url(team, agent, name="settings"):
    return reverse(f"dreaming:{name}", args=[team.slug, agent.slug])


def test_without_a_connection_the_local_engine_alone_can_be_chosen(client, team, agent):
    client.force_login(team.admin)

    page = client.get(url(team, agent)).content.decode()
    answer = client.post(url(team, agent), FORM | CLAUDE)

    assert "Claude, by Lucid: The team has no connection to a model." in page
    assert "Dreams of the Claude platform: The team has no connection to the Claude platform" in page
    assert page.count('<option value="claude">') == page.count('<option value="managed">') == 0
    assert answer.status_code == 422


def test_dreams_have_a_narrower_list_of_labels(client, team, agent):
    agent.residency = "EU"
    agent.save()
    agent_recipes.connection(team.row, holds=["EU"])
    client.force_login(team.admin)

    page = client.get(url(team, agent)).content.decode()

    assert "No connection sends text of where this agent&#x27;s data has to stay to Dreams." in page
    assert page.count('<option value="claude">') == 1


def test_a_check_that_found_no_dreams_says_so(client, team, agent):
    agent_recipes.connection(
        team.row, able={"dreams": "This workspace has no access to Dreams.", "models": [{"id": "m-1"}]}
    )
    client.force_login(team.admin)

    page = client.get(url(team, agent)).content.decode()

    assert "Dreams of the Claude platform: This workspace has no access to Dreams." in page
    assert '<option value="claude">' in page
    assert '<datalist id="models"><option value="m-1"></option></datalist>' in page


def test_a_connection_that_may_not_hold_the_agents_text_is_no_connection(client, team):
    agent = scenes.agent_that_writes(team.row, residency="eu")
    agent_recipes.connection(team.row, holds=["", "us"])
    client.force_login(team.admin)

    page = client.get(url(team, agent)).content.decode()

    assert page.count("No connection may hold text of where this agent&#x27;s data has to stay.") == 2


def test_an_engine_that_asks_a_model_needs_a_connection_and_a_model(client, team, agent):
    agent_recipes.connection(team.row)
    client.force_login(team.admin)

    answer = client.post(url(team, agent), FORM | CLAUDE | {"model": ""})

    assert answer.status_code == 422
    assert answer.content.count(b"This engine needs one.") == 2


def test_money_is_kept_in_cents_and_shown_in_dollars(client, team, agent):
    connection = agent_recipes.connection(team.row, name="Main workspace")
    client.force_login(team.admin)

    client.post(url(team, agent), FORM | CLAUDE | {"connection": connection.public_id, "frequency": "off"})
    held = holding.waiting(agent)
    confirming.confirm(team=team.row, confirmation_id=held.public_id, by=team.lead, at=now())

    chosen = settings.of(agent)
    assert (chosen.engine, chosen.connection, chosen.model) == ("claude", connection.public_id, "claude-opus-5-5")
    assert (chosen.max_tokens, chosen.max_cost_cents) == (5_000_000, 1250)
    assert 'value="12.50"' in client.get(url(team, agent)).content.decode()
    page = client.get(url(team, agent, "settings_compare"), {"old": 1, "new": 2}).content.decode()
    assert "Main workspace" in page
    assert DreamSettings.history.count() == 2


def test_a_higher_limit_waits_for_a_second_person_and_a_lower_one_does_not(team, agent):
    holding.save(agent=agent, values={"max_cost_cents": 500, "max_tokens": 100}, by=team.admin, at=scenes.AT)

    lower = holding.save(agent=agent, values={"max_cost_cents": 400}, by=team.admin, at=scenes.AT)
    higher = holding.save(agent=agent, values={"max_cost_cents": 401, "max_tokens": None}, by=team.admin, at=scenes.AT)

    assert (lower.held, settings.of(agent).max_cost_cents) == (None, 400)
    assert higher.held.payload["values"] == {"max_cost_cents": 401, "max_tokens": None}
