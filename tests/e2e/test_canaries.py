"""A test of the review, decided by keyboard: whoever decides it is told at once."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from agents.importers.records import EventRecord
from audit import trail
from reviews import proposals
from reviews.canaries import planting
from reviews.models import Canary
from reviews.proposals import Origin
from tests import agent_recipes, recipes
from tests.e2e.test_keys import DESKTOP, approve
from tests.reviews import scenes
from tests.reviews.canaries.conftest import LINE, SAID


@pytest.fixture
def people(transactional_db):
    return recipes.people_of_a_team("north")


@pytest.fixture
def canary(people):
    recipes.policy(people.row, watch={"canaries": 1000})
    space, agent = scenes.namespace(people.row), scenes.agent(people.row)
    scenes.access(agent, space)
    scenes.memory(space, "/refunds.md", f"# Refunds\n{LINE}- Ask for the order number before you refund\n")
    session = agent_recipes.session(agent, events=[EventRecord("message", "user", SAID, "user_input")])
    draft = scenes.add(space, "/first.md", "- first is new\n", quotes=(scenes.quote(session, 0, SAID),))
    origin = Origin("dream", "run_1", trail.SYSTEM)
    proposals.open_(team=people.row, agent=agent, title="Dream", origin=origin, drafts=[draft], at=scenes.AT)
    return planting.attend(team=people.row, at=scenes.AT)[0]


def test_a_test_is_decided_by_key_and_told_at_once(people, canary, visit):
    page = visit(people.reviewer, **DESKTOP).page
    page.goto(reverse("reviews:proposal", args=[people.row.slug, canary.proposal.number]))
    current = page.locator(".change--current")
    if current.get_attribute("id") != canary.change.public_id:
        page.keyboard.press("j")
    expect(current).to_have_attribute("id", canary.change.public_id)
    expect(page.get_by_text("This was a test")).to_have_count(0)

    approve(page)

    card = page.locator(f"#{canary.change.public_id}")
    told = card.get_by_text("This was a test, made up by Lucid, and you approved it")
    expect(told).to_be_visible()
    expect(told).to_be_in_viewport()
    assert Canary.objects.of(people.row).get().by == people.reviewer
