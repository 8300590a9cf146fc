"""Hostile text in a real browser: nothing of it runs, is fetched, or becomes an element of the page."""

import pytest
from django.urls import reverse

from reviews.models import AT_ONCE
from tests import hostile, recipes
from tests.reviews import scenes
from tests.test_hostile import fill

TAKEN = (
    "window.__pwned !== undefined || document.querySelector('x-pwn, [data-pwn], [hx-get*=evil], base, iframe') !== null"
)


@pytest.fixture
def people(transactional_db):
    return recipes.people_of_a_team("north")


@pytest.mark.slow
def test_no_hostile_text_runs_or_fetches(people, visit):
    filled = fill(people, hostile.EVERY)
    changes = scenes.changes(filled.proposal)
    slug = people.slug
    urls = [f"{filled.proposal.get_absolute_url()}?from={start}" for start in range(0, len(changes), AT_ONCE)]
    urls += [reverse("reviews:change", args=[slug, change.public_id]) for change in changes[5::8]]
    urls += [
        reverse("reviews:inbox", args=[slug]),
        reverse("reviews:search", args=[slug]) + "?q=script",
        reverse("agents:memory", args=[slug, filled.memory.public_id]),
        reverse("agents:memory_lines", args=[slug, filled.memory.public_id]),
        reverse("agents:session", args=[slug, filled.session.public_id]),
        reverse("dreaming:agent", args=[slug, filled.agent.slug]),
        reverse("compliance:trail", args=[slug]),
        reverse("compliance:past", args=[slug])
        + f"?about={filled.agent.public_id}&at={recipes.now():%Y-%m-%dT%H:%M:%SZ}",
        reverse("accounts:team", args=[slug]),
    ]
    page = visit(people.lead, viewport={"width": 1440, "height": 900}).page

    taken = []
    for url in urls:
        page.goto(url)
        taken += [url] if page.evaluate(TAKEN) else []

    assert taken == []
    assert page.evaluate(f"document.body.append(document.createElement('x-pwn')) || ({TAKEN})")  # the check can tell
