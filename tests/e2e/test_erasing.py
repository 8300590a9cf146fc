"""An erasure in a browser: an auditor prepares and asks, a second person agrees, and the page says what was erased."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import User
from agents.models import Session, SessionEvent
from compliance.erasure import performing
from compliance.models import Erasure
from tests.e2e.agreeing import agree
from tests.e2e.conftest import VARIANTS
from tests.e2e.test_pages import walk
from tests.recipes import now

DESKTOP = VARIANTS["light-desktop"]


@pytest.mark.slow
def test_two_people_erase_a_session_and_the_page_says_what_went(sample, visit):
    session = Session.objects.of(sample).order_by("pk").first()
    daniel = User.objects.get(email__startswith="daniel.")
    ingrid = visit("ingrid", **DESKTOP).page
    ingrid.goto(reverse("compliance:trail", args=[sample.slug]))
    ingrid.get_by_role("link", name="Erasures").click()
    ingrid.get_by_role("link", name="Prepare an erasure").click()
    ingrid.get_by_label("What to erase").select_option("session")
    ingrid.get_by_label("Its id").fill(session.public_id)
    ingrid.get_by_label("Basis").select_option("unlawful")
    ingrid.get_by_role("button").filter(has_text="Look").click()
    expect(ingrid.get_by_text("What it would reach")).to_be_visible()
    ingrid.get_by_role("button", name="Ask a second person to agree").click()
    row = Erasure.objects.of(sample).get()

    agree(visit, daniel, reverse("accounts:confirmation", args=[sample.slug, row.confirmation_id]), **DESKTOP)
    performing.perform(erasure_id=row.pk, now=now())

    ingrid.goto(reverse("compliance:erasure", args=[sample.slug, row.public_id]))
    expect(ingrid.get_by_role("heading", name="What was erased")).to_be_visible()
    assert not SessionEvent.objects.of(sample).filter(session=session).exclude(text="").exists()
    pages = {
        "erasure done": reverse("compliance:erasure", args=[sample.slug, row.public_id]),
        "retention": reverse("compliance:retention", args=[sample.slug]),
    }
    for variant, options in VARIANTS.items():
        assert walk(visit("ingrid", **options), pages, variant) == ""
