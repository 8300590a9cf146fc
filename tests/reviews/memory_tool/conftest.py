from dataclasses import dataclass

import pytest
from django.core.cache import cache

from accounts.enums import Scope
from reviews.memory_tool import LucidMemoryTool
from reviews.models import Change
from tests import agent_recipes, recipes
from tests.api.conftest import machine_of
from tests.reviews import scenes


@dataclass
class Desk:
    """An agent with one namespace, at a Lucid behind real HTTP, and the people who decide."""

    people: object
    agent: object
    space: object
    url: str

    def tool(self, *, scopes=(Scope.MEMORY_READ, Scope.PROPOSE), agent=None, **options):
        machine = machine_of(self.people, scopes=scopes, agent=agent)
        return LucidMemoryTool(url=self.url, token=machine.secret, agent=self.agent.slug, **options)

    def files(self):
        rows = self.space.memories.filter(archived=False).select_related("head__blob")
        return {memory.path: memory.head.text for memory in rows}

    def waiting(self):
        return list(Change.objects.of(self.people.row).undecided().order_by("pk"))

    def approve(self):
        for change in self.waiting():
            scenes.approve_and_apply(change, self.people.reviewer)


@pytest.fixture
def desk(live_server, transactional_db, settings):
    cache.clear()
    settings.API_CALLS_A_MINUTE = 1_000_000
    people = recipes.people_of_a_team("north")
    agent = agent_recipes.agent(people.row)
    space = agent_recipes.namespace(people.row)
    agent_recipes.access(agent, space)
    return Desk(people, agent, space, f"{live_server.url}/api/v1")
