import json
from io import StringIO

import pytest
from django.core.management import call_command

from audit import trail
from dreaming import settings
from dreaming.costs import estimating
from dreaming.models import Spend
from tests import agent_recipes
from tests.dreaming.costs.scenes import MODEL, cap
from tests.dreaming.scenes import AT, agent_that_writes

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(team):
    agent = agent_that_writes(team.row, memories={"/a.md": "- one line of memory\n" * 100})
    settings.set_(agent=agent, values={"engine": "claude", "model": MODEL}, by=trail.SYSTEM, at=AT)
    return agent


def estimate(agent, **values):
    return estimating.estimate(agent=agent, at=AT, **values)


def test_unchanged_input_costs_nothing(agent):
    found = estimate(agent)

    assert (found.sessions, found.stages, found.money, found.passes) == (0, (), "$0.00", ())


def test_the_local_engine_costs_nothing(agent):
    agent_recipes.session(agent, at=AT)

    assert estimate(agent, engine="local").money == "$0.00"


@pytest.mark.parametrize("engine", ["claude", "managed"])
def test_more_sessions_cost_more_and_the_least_is_below_the_most(agent, engine):
    agent_recipes.session(agent, texts=["x" * 50_000], at=AT)
    first = estimate(agent, engine=engine)
    agent_recipes.session(agent, texts=["y" * 500_000], at=AT)
    second = estimate(agent, engine=engine)

    assert 0 < first.low < first.high
    assert first.low < second.low
    assert first.high < second.high
    assert not Spend.objects.of(agent.team).exists()


def test_a_cap_that_it_would_pass_is_named(agent, team):
    cap(team.row, month=1)
    agent_recipes.session(agent, texts=["x" * 500_000], at=AT)
    settings.set_(agent=agent, values={"max_tokens": 10}, by=trail.SYSTEM, at=AT)

    passes = estimate(agent).passes

    assert [one.partition(":")[0] for one in passes] == ["Tokens of a run", "Money of the team in a month"]


def test_a_model_without_price_is_unknown(agent, team):
    cap(team.row, month=1)
    agent_recipes.session(agent, at=AT)
    settings.set_(agent=agent, values={"model": "claude-unheard-of"}, by=trail.SYSTEM, at=AT)

    found = estimate(agent)

    assert (found.money, found.high) == ("", None)
    assert found.passes == ("Money of the team in a month is capped, and the model has no price",)


def test_the_command_prints_it(agent):
    agent_recipes.session(agent, at=AT)
    told, document = StringIO(), StringIO()

    call_command("dream", agent.slug, "--estimate", stdout=told)
    call_command("dream", agent.slug, "--estimate", "--json", stdout=document)

    assert told.getvalue().startswith("1 new sessions, by engine claude: $0.00")
    assert json.loads(document.getvalue())["stages"][0]["name"] == "discover"


def test_what_is_read_is_counted_by_who_would_read_it(agent, team, platform):
    connection = agent_recipes.connection(team.row, base_url=platform.url, key=platform.key)
    settings.set_(agent=agent, values={"connection": connection.public_id}, by=trail.SYSTEM, at=AT)
    agent_recipes.session(agent, texts=["x" * 4_000, "y" * 4_000], at=AT)

    found = estimate(agent)

    assert found.is_counted
    (asked,) = platform.asked("POST *")
    assert asked["path"] == "/v1/messages/count_tokens"
    stage = found.stages[0]
    assert stage.least.input == stage.most.input > 2_000
    assert 0 < found.low < found.high


def test_text_that_may_not_leave_is_estimated_by_its_length(agent, team, platform):
    connection = agent_recipes.connection(team.row, base_url=platform.url, key=platform.key, holds=["eu"])
    settings.set_(agent=agent, values={"connection": connection.public_id}, by=trail.SYSTEM, at=AT)
    agent_recipes.session(agent, texts=["x" * 4_000], at=AT)

    assert not estimate(agent).is_counted
    assert platform.asked("*") == []
