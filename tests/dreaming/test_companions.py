"""A dream that reads other agents' sessions too: what several met is taught where they share memory."""

import pytest

from agents import roster
from agents.enums import Access
from audit import trail
from dreaming import settings
from dreaming.models import Pattern, SessionRead
from dreaming.settings import BadSettings
from reviews.models import Change
from tests import agent_recipes
from tests.dreaming import scenes
from tests.dreaming.scenes import AT


@pytest.fixture
def pair(team):
    """Two agents, each with memory of its own and one failing export, and a namespace that both write."""
    one, other = (scenes.agent_that_writes(team.row) for _ in range(2))
    shared = agent_recipes.namespace(team.row)
    for agent in (one, other):
        roster.set_access(agent=agent, namespace=shared, mode=Access.WRITE, by=trail.SYSTEM, at=AT)
        scenes.failing_session(agent)
    one.shared = shared
    return one, other


def learn_from(agent, *others):
    settings.set_(agent=agent, values={"agents": [other.public_id for other in others]}, by=trail.SYSTEM, at=AT)


def test_what_one_agent_met_once_is_no_pattern(pair, team):
    scenes.dream(pair[0])

    assert not Change.objects.of(team.row).exists()


def test_what_two_agents_met_is_proposed_for_memory_they_share(pair, team):
    one, other = pair
    learn_from(one, other)

    run = scenes.dream(one)

    change = Change.objects.of(team.row).get()
    pattern = Pattern.objects.of(team.row).get(public_id=change.pattern_id)
    assert change.namespace == one.shared
    assert (pattern.support, pattern.agents, pattern.agent) == (2, 2, one)
    assert {row.agent for row in SessionRead.objects.of(team.row).filter(run=run)} == {one}


def test_second_dream_over_other_agents_proposes_nothing(pair, team):
    one, other = pair
    learn_from(one, other)
    scenes.dream(one)

    scenes.dream(one)
    SessionRead.objects.of(team.row).all().delete()
    scenes.dream(one)

    assert Change.objects.of(team.row).count() == 1


def test_what_others_alone_met_is_a_pattern_and_no_lesson(pair, team):
    other = pair[1]
    scenes.failing_session(other)
    third = scenes.agent_that_writes(team.row)
    learn_from(third, other)

    scenes.dream(third)

    assert Pattern.objects.of(team.row).get().agents == 1
    assert not Change.objects.of(team.row).exists()


def test_agents_of_another_residency_cannot_be_read(pair, team):
    one, other = pair
    learn_from(one, other)
    roster.change_agent(agent=other, values={"residency": "eu"}, by=trail.SYSTEM, at=AT)

    with pytest.raises(BadSettings, match="agents"):
        settings.set_(agent=one, values={"agents": [other.public_id], "minute": 5}, by=trail.SYSTEM, at=AT)
    scenes.dream(one)
    assert not Change.objects.of(team.row).exists()


def test_agents_of_another_team_are_unknown(pair, other_team):
    stranger = agent_recipes.agent(other_team.row)

    with pytest.raises(BadSettings, match="agents"):
        learn_from(pair[0], stranger)
