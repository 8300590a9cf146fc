import pytest

from agents.importers.records import EventRecord
from audit import trail
from reviews import proposals
from reviews.canaries import planting
from reviews.proposals import Origin
from tests import agent_recipes, recipes
from tests.reviews import scenes

LINE = "- Refunds above 500 euro need a lead, if the order is older than a month\n"
SAID = "We look at the refund first."


@pytest.fixture
def space(team):
    """A namespace with a memory that tests can be made of, and one that the real change is about."""
    row = scenes.namespace(team.row)
    scenes.memory(row, "/refunds.md", f"# Refunds\n{LINE}- Ask for the order number before you refund\n")
    scenes.memory(row, "/notes.md", "# Notes\n- one\n")
    return row


@pytest.fixture
def dream(team, space):
    """A proposal as a dream opens it."""
    agent = scenes.agent(team.row)
    scenes.access(agent, space)
    session = agent_recipes.session(agent, events=[EventRecord("message", "user", SAID, "user_input")])

    def opened(*names, at=scenes.AT, kind="dream"):
        drafts = [
            scenes.add(space, f"/{name}.md", f"- {name} is new\n", quotes=(scenes.quote(session, 0, SAID),))
            for name in names or ("first", "second")
        ]
        origin = Origin(kind, "run_1", trail.SYSTEM)
        return proposals.open_(team=team.row, agent=agent, title="Dream", origin=origin, drafts=drafts, at=at)

    return opened


@pytest.fixture
def switched_on(team):
    recipes.policy(
        team.row,
        votes={tier: {"people": 1} for tier in ("low", "medium", "high", "critical")},
        watch={"canaries": 1000},
    )


@pytest.fixture
def canary(team, dream, switched_on):
    """A test that waits, in a proposal of two real changes."""
    dream()
    return planting.attend(team=team.row, at=scenes.AT)[0]
