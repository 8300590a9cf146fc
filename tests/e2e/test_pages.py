"""Every page, light and dark, wide and narrow: axe finds nothing, nothing scrolls sideways or leaves the server."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from agents.models import Agent, Memory, Namespace, Session
from audit.models import Event
from dreaming.models import Run
from reviews.models import Proposal
from tests.e2e.conftest import VARIANTS

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pages_of(team):
    slug = team.slug
    agent = Agent.objects.of(team).get(slug="support-triage")
    memory = Memory.objects.of(team).order_by("pk").first()
    session = Session.objects.of(team).filter(agent=agent).order_by("pk").first()
    space = Namespace.objects.of(team).get(slug="support")
    proposal = Proposal.objects.of(team).get(agent=agent)
    run = Run.objects.of(team).get(agent=agent)
    event = Event.objects.of_log(team.trail_log).newest_first().first()
    return {
        "inbox": reverse("reviews:inbox", args=[slug]),
        "proposal": reverse("reviews:proposal", args=[slug, proposal.number]),
        "agents": reverse("dreaming:agents", args=[slug]),
        "agent": reverse("dreaming:agent", args=[slug, agent.slug]),
        "settings": reverse("dreaming:settings", args=[slug, agent.slug]),
        "curation": reverse("dreaming:curation", args=[slug, agent.slug]) + "?preset=compliance-evidence",
        "curation-document": reverse("dreaming:curation_document", args=[slug, agent.slug]),
        "settings-compare": reverse("dreaming:settings_compare", args=[slug, agent.slug]),
        "runs": reverse("dreaming:runs", args=[slug]),
        "run": reverse("dreaming:run", args=[slug, run.number]),
        "namespaces": reverse("agents:namespaces", args=[slug]),
        "namespace": reverse("agents:namespace", args=[slug, space.slug]),
        "memory": reverse("agents:memory", args=[slug, memory.public_id]),
        "history": reverse("agents:memory_history", args=[slug, memory.public_id]),
        "lines": reverse("agents:memory_lines", args=[slug, memory.public_id]),
        "sessions": reverse("agents:sessions", args=[slug, agent.slug]),
        "session": reverse("agents:session", args=[slug, session.public_id]),
        "upload": reverse("agents:upload", args=[slug, agent.slug]),
        "trail": reverse("compliance:trail", args=[slug]),
        "event": reverse("compliance:event", args=[slug, event.public_id]),
        "team": reverse("accounts:team", args=[slug]),
        "tokens": reverse("accounts:tokens", args=[slug]),
        "profile": reverse("accounts:profile"),
    }


@pytest.mark.parametrize("variant", VARIANTS)
def test_pages_have_no_faults(sample, visit, variant):
    window = visit("mara", **VARIANTS[variant])
    faults = {}

    for name, url in pages_of(sample).items():
        answer = window.page.goto(url)
        found = Axe().run(window.page, options={"runOnly": RULES})
        overflow = window.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        window.shot(f"{name}-{variant}")
        if answer.status != 200 or found.violations_count or overflow > 0:
            faults[name] = (answer.status, overflow, found.generate_report() if found.violations_count else "")

    assert faults == {}
