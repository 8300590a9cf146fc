"""The curation policy in a browser that runs no script."""

from django.urls import reverse
from playwright.sync_api import expect

from agents.models import Agent
from dreaming import settings
from dreaming.presets import find


def test_a_preset_is_taken_over_without_javascript(sample, visit):
    agent = Agent.objects.of(sample).get(slug="support-triage")
    page = visit("mara", java_script_enabled=False).page

    page.goto(reverse("dreaming:settings", args=[sample.slug, agent.slug]))
    page.get_by_role("link", name="Curation policy").click()
    page.get_by_role("link", name="Compliance evidence").click()
    page.get_by_role("heading", name="What “Compliance evidence” would change").wait_for()
    page.get_by_label("Protected phrases").fill("must\nby law")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved as version").wait_for()

    policy = find("compliance-evidence").policy.document(whole=False)
    assert settings.of(agent).curation == policy | {"protected_phrases": ["must", "by law"]}
    page.get_by_role("link", name="Compare versions").click()
    expect(page.get_by_role("row", name="Protected phrases none must by law")).to_have_count(1)
