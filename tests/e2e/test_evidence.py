"""What a change rests on and what it does, in a browser: lines and quotes that point at each other, and the panels."""

import re

from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from reviews.models import Change
from tests.e2e.conftest import VARIANTS, in_variants
from tests.e2e.measuring import beyond
from tests.e2e.test_pages import RULES

REFUND, TOOL = "Keep 14 days for refund window", "Before calling issue_refund"
PANELS = ("evidence", "impact", "pattern", "similar", "origin")


def change_of(team, title):
    return Change.objects.of(team).select_related("proposal__team").get(title__startswith=title)


def address(change):
    return reverse("reviews:change", args=[change.team.slug, change.public_id])


def test_a_line_and_its_quotes_point_at_each_other_by_pointer_and_keyboard(sample, visit):
    window = visit("mara", **VARIANTS["light-desktop"])
    page = window.page
    page.goto(address(change_of(sample, REFUND)))
    card = page.locator("[data-change]")

    card.locator("[data-quotes]").hover()
    expect(card.locator(".quote.is-pointed-at")).to_have_count(2)
    window.shot("evidence-pointed-at")
    page.locator("h1").hover()
    expect(page.locator(".is-pointed-at")).to_have_count(0)
    card.locator(".diff__why").focus()
    expect(card.locator(".quote.is-pointed-at")).to_have_count(2)
    card.locator(".quote a").first.focus()
    expect(card.locator("[data-quotes].is-pointed-at")).to_have_count(1)

    card.locator(".diff__why").click()
    expect(page).to_have_url(re.compile(f"#{card.locator('.quote').first.get_attribute('id')}$"))


def test_panels_are_loaded_on_the_page_of_the_proposal(sample, visit):
    window = visit("mara", **VARIANTS["light-desktop"])
    page = window.page
    change = change_of(sample, TOOL)
    page.goto(change.proposal.get_absolute_url())
    card = page.locator(f"[id='{change.public_id}']")
    card.locator("h2").click()

    for name in PANELS:
        card.locator(f"[data-panel={name}] > summary").click()
    passages = card.locator("[data-panel=evidence] .passage")
    expect(passages).to_have_count(7)
    passages.first.locator("details > summary").click()
    expect(passages.first.locator("mark")).to_have_count(1)
    expect(card.locator("[data-panel=pattern]")).to_contain_text("could have shown it")
    expect(card.locator("[data-panel=impact]")).to_contain_text("It would have mattered in")
    assert beyond(page) <= 0
    window.shot("evidence-panels")


def test_a_statement_that_another_memory_contradicts_is_named(sample, visit):
    page = visit("mara").page
    page.goto(address(change_of(sample, REFUND)))

    assert "Contradicts" in page.locator("#similar").inner_text()
    assert "The refund window is 30 days" in page.locator("#impact .forgotten").inner_text()


def test_everything_stands_on_the_changes_own_page_without_scripts(sample, visit):
    window = visit("mara", java_script_enabled=False)
    page = window.page
    page.goto(address(change_of(sample, TOOL)))

    assert all(page.locator(f"#{name}").is_visible() for name in PANELS)
    page.locator("#evidence .passage details > summary").first.click()
    expect(page.locator("#evidence mark").first).to_be_visible()


def test_a_line_that_a_person_writes_without_evidence_is_hatched_and_says_so(sample, visit):
    window = visit("daniel", **VARIANTS["light-desktop"])
    page = window.page
    change = change_of(sample, TOOL)
    page.goto(f"{address(change)}edit/")
    field = page.locator("textarea").first
    field.fill(field.input_value() + "- Thank the customer for waiting so patiently.\n")
    page.get_by_role("button", name="Save as next revision").click()

    bare = page.locator(f"[id='{change.public_id}'] [data-bare]")

    expect(bare).to_have_count(1)
    expect(bare).to_contain_text("No support")
    assert "repeating-linear-gradient" in bare.locator(".diff__line").evaluate(
        "e => getComputedStyle(e).backgroundImage"
    )
    window.shot("evidence-no-support")


@in_variants
def test_the_panels_have_no_faults(sample, visit, variant):
    window = visit("mara", **VARIANTS[variant])
    page = window.page
    page.goto(address(change_of(sample, REFUND)))
    for summary in page.locator(".passage details > summary").all():
        summary.click()

    found = Axe().run(page, options={"runOnly": RULES})
    window.shot(f"evidence-{variant}")

    assert found.violations_count == 0, found.generate_report()
    assert beyond(page) <= 0
