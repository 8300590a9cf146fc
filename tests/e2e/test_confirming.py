"""A second person in a browser: an admin asks for a wider scope, another person agrees or refuses."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from agents.models import Agent
from dreaming import holding, settings
from tests.e2e.conftest import VARIANTS, in_variants
from tests.e2e.measuring import beyond
from tests.e2e.test_pages import RULES, SMALL

DESKTOP = VARIANTS["light-desktop"]
DAYS = "Days of sessions to look back on"


@pytest.fixture
def agent(sample):
    return Agent.objects.of(sample).select_related("team").get(slug="on-call")


def ask(page, sample, *, days="120"):
    page.goto(reverse("dreaming:settings", args=[sample.slug, "on-call"]))
    page.get_by_label(DAYS).fill(days)
    page.get_by_label("Minutes that a run may take").fill("45")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"Not saved yet, because a second person has to agree: {DAYS}.")).to_be_visible()


@pytest.mark.parametrize("has_script", (True, False))
def test_two_people_agree_on_a_wider_scope(sample, agent, visit, has_script):
    mara = visit("mara", java_script_enabled=has_script, **DESKTOP).page
    ask(mara, sample)
    expect(mara.get_by_text("Saved as version")).to_be_visible()
    expect(mara.get_by_text("Another person has to agree")).to_contain_text("Daniel Reyes")
    expect(mara.get_by_text("Another person has to agree")).to_be_visible()
    mara.get_by_role("link", name="Open", exact=True).click()
    expect(mara.get_by_role("button", name="Confirm")).to_have_count(0)
    expect(mara.get_by_role("button", name="Withdraw")).to_be_visible()

    daniel = visit("daniel", java_script_enabled=has_script, **DESKTOP).page
    daniel.goto(reverse("reviews:inbox", args=[sample.slug]))
    daniel.get_by_role("link", name="Confirmations that wait for you: 1").first.click()
    daniel.get_by_role("link", name="How On-call dreams").click()
    expect(daniel.get_by_role("row").filter(has_text=DAYS)).to_contain_text("120")
    daniel.get_by_role("button", name="Confirm: do it").click()
    expect(daniel.get_by_text("Confirmed: it is done.")).to_be_visible()
    expect(daniel.get_by_role("link", name=re.compile("Confirmations that wait"))).to_have_count(0)

    kept = settings.of(agent)
    assert (kept.window_days, kept.max_minutes) == (120, 45)


def test_a_refusal_takes_a_reason_that_the_asker_reads(sample, agent, visit):
    mara = visit("mara", **DESKTOP).page
    ask(mara, sample)
    held = holding.waiting(agent)

    daniel = visit("daniel", **DESKTOP).page
    daniel.goto(held.get_absolute_url())
    daniel.locator("summary", has_text="Refuse").click()
    daniel.get_by_label("Why not").fill("Half a year is enough.")
    daniel.get_by_role("button", name="Refuse").click()
    expect(daniel.get_by_text("Refused: nothing was changed.")).to_be_visible()

    mara.goto(held.get_absolute_url())
    expect(mara.get_by_text("Half a year is enough.")).to_be_visible()
    assert settings.of(agent).window_days == 90


@in_variants
def test_pages_of_confirmations_have_no_faults(sample, agent, visit, variant):
    mara = visit("mara", **DESKTOP)
    ask(mara.page, sample)
    held = holding.waiting(agent)
    window = visit("daniel", **VARIANTS[variant])
    mine = visit("mara", **VARIANTS[variant])
    places = {
        "list": (window, reverse("accounts:confirmations", args=[sample.slug])),
        "detail": (window, held.get_absolute_url()),
        "inbox": (window, reverse("reviews:inbox", args=[sample.slug])),
        "own": (mine, held.get_absolute_url()),
        "settings": (mine, reverse("dreaming:settings", args=[sample.slug, "on-call"])),
        "done": (mine, reverse("accounts:confirmations", args=[sample.slug]) + "?show=done"),
        "agent": (mine, reverse("dreaming:agent", args=[sample.slug, "on-call"])),
    }

    for name, (who, url) in places.items():
        who.page.goto(url)
        who.shot(f"confirmation-{name}-{variant}")
        found = Axe().run(who.page, options={"runOnly": RULES})
        assert found.violations_count == 0, found.generate_report()
        assert beyond(who.page) <= 0
        assert "phone" not in variant or who.page.evaluate(SMALL) == [], name
