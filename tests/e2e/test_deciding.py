"""Deciding in the browser: words in the card with a live diff, each no by its own way, many at once, a review sent."""

import re

from playwright.sync_api import expect

from reviews.models import Proposal
from tests.e2e.measuring import beyond


def biggest(sample):
    return max(Proposal.objects.of(sample).open(), key=lambda one: one.changes.count())


def undecided(page):
    return page.locator("[data-change]:not(.change--decided)")


def test_words_are_typed_in_the_card_beside_their_diff(visit, sample):
    page = visit("mara", viewport={"width": 1440, "height": 900}).page
    page.goto(biggest(sample).get_absolute_url())
    card = page.locator(f"#{undecided(page).first.get_attribute('id')}")

    card.locator("a[href$='/edit/']").click()
    field = card.locator("form.edit textarea").first
    expect(field).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.type("- Written in the browser.")
    expect(card.locator(".edit__preview")).to_contain_text("Written in the browser.")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(card.locator("form.edit")).to_have_count(0)

    card.locator("a[href$='/edit/']").click()
    card.locator("form.edit textarea").first.fill("- Written in the browser.")
    page.keyboard.press("Control+Enter")
    expect(card).to_contain_text("You edited this")


def test_many_are_decided_and_taken_back_at_once(visit, sample):
    window = visit("mara", viewport={"width": 390, "height": 844})
    page = window.page
    page.goto(biggest(sample).get_absolute_url())
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Decide on several").click()
    page.get_by_role("link", name=re.compile("low-risk")).click()
    page.get_by_role("button", name="Show what will happen").click()
    approve = page.get_by_role("button", name=re.compile("^Approve"))
    expect(approve).to_be_visible()
    assert beyond(page) <= 0
    window.shot("several-phone")
    approve.click()
    expect(page.locator(".chip--approved").first).to_be_visible()
    page.get_by_role("button", name="Undo all").click()
    expect(page.locator(".chip--approved")).to_have_count(0)


def test_a_review_is_prepared_without_scripts_and_sent(visit, sample):
    page = visit("mara", java_script_enabled=False).page
    page.goto(biggest(sample).get_absolute_url())
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Prepare a review").click()
    first = undecided(page).first.get_attribute("id")
    undecided(page).first.get_by_role("button", name="Approve").click()
    expect(page.locator(f"#{first}")).to_contain_text("Prepared: Approve")
    page.get_by_role("button", name="Send review").click()
    expect(page.locator(f"#{first}")).to_contain_text("Approved by you")
