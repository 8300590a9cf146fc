"""What a dream may cost, asked by a press: it stands below without another page, and says a refusal plainly."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from agents.models import Agent
from audit import trail
from dreaming import settings
from tests import agent_recipes
from tests.e2e.conftest import NOW, VARIANTS, in_variants
from tests.e2e.measuring import beyond
from tests.e2e.test_pages import RULES, SMALL

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def agent(sample, platform):
    agent = Agent.objects.of(sample).order_by("pk").first()
    connection = agent_recipes.connection(sample, base_url=platform.url, key=platform.key)
    values = {"engine": "claude", "model": "claude-opus-5-5", "connection": connection.public_id, "max_cost_cents": 1}
    settings.set_(agent=agent, values=values, by=trail.SYSTEM, at=NOW)
    agent_recipes.session(agent, texts=["Where is my order? " * 400, "On its way."], at=NOW)
    return agent


@in_variants
@pytest.mark.parametrize("page", ["", "dreams/"])
def test_a_press_brings_the_estimate(visit, agent, variant, page):
    window = visit("mara", **VARIANTS[variant])
    window.page.goto(f"/t/{agent.team.slug}/agents/{agent.slug}/{page}")

    window.page.get_by_role("button", name="What would it cost?").click()

    window.page.get_by_text("at least and at most").wait_for()
    assert window.page.get_by_text("It may be stopped by a limit:").is_visible()
    assert window.page.get_by_text("Money of a run").is_visible()
    window.shot(f"estimate-{'settings' if page else 'agent'}-{variant}")
    found = Axe().run(window.page, options={"runOnly": RULES})
    assert found.violations_count == 0, found.generate_report()
    assert beyond(window.page) <= 0
    assert "phone" not in variant or window.page.evaluate(SMALL) == []


def test_without_scripts_it_is_a_page_of_its_own(visit, agent):
    window = visit("mara", java_script_enabled=False)
    window.page.goto(f"/t/{agent.team.slug}/agents/{agent.slug}/")

    window.page.get_by_role("button", name="What would it cost?").click()

    assert window.page.get_by_role("heading", level=1).inner_text().startswith("What the next dream of")
    assert window.page.get_by_text("at least and at most").is_visible()
