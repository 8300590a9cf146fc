"""The desk as a new user meets it: with the keyboard alone, on a phone, without scripts, and right after signing in."""

import time

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import User
from agents.enums import Tier
from reviews.enums import State
from reviews.models import Change, Decision, Proposal
from tests import agent_recipes, recipes
from tests.e2e.conftest import VARIANTS
from tests.reviews import scenes

WORDS_A_SECOND = 4  # reading with care: 240 words a minute
A_GLANCE = 1.5  # at the quote beside it, which says the same
A_PRESS = 0.3
PASSWORD = "correct horse battery"
CURRENT = "[data-change].change--current"


@pytest.fixture
def people(transactional_db):
    return recipes.people_of_a_team("north")


def backed(people, count, every=3):
    """A proposal of low-risk changes. Of each `every` the last claims what nobody said: the truth that is planted."""
    agent, space = agent_recipes.agent(people.row), agent_recipes.namespace(people.row)
    said = [f"Order {n} goes out by depot {n + 3} and takes {n + 2} days." for n in range(count)]
    session = agent_recipes.session(agent, texts=said)
    drafts = []
    for n, text in enumerate(said):
        quotes = () if n % every == every - 1 else (scenes.quote(session, n, text),)
        drafts.append(
            scenes.add(space, f"/order-{n}.md", f"- {text}\n", quotes=quotes, rationale="Said by a customer.")
        )
    return scenes.propose(people.row, *drafts, title="Orders", agent=agent)


def read(page):
    """Takes as long as people take to read the change and look at its quote; tells whether anybody is quoted."""
    card = page.locator(CURRENT)
    diff, evidence = card.locator(".diff").first.inner_text(), card.locator(".evidence").first.inner_text()
    page.wait_for_timeout(1000 * (len(diff.split()) / WORDS_A_SECOND + A_GLANCE))
    return "No session is quoted" not in evidence


def press(page, *keys):
    for key in keys:
        page.wait_for_timeout(1000 * A_PRESS)
        page.keyboard.press(key)


@pytest.mark.slow
def test_twenty_changes_are_decided_by_keyboard_in_three_minutes(people, visit, record_property):
    page = visit(people.reviewer, viewport={"width": 1440, "height": 900}).page
    proposal = backed(people, 20)
    page.goto(proposal.get_absolute_url())
    began = time.monotonic()

    for done in range(1, 21):
        if read(page):
            press(page, "a", "a")
        else:
            press(page, "x", "ArrowDown", "ArrowDown", "Tab")  # Not supported by its evidence
            page.keyboard.type("Nobody said so.", delay=60)
            press(page, "Control+Enter")
        expect(page.locator(".change--decided")).to_have_count(done, timeout=15_000)
        expect(page.locator("[data-change]:focus-within, #onward:focus-within")).to_have_count(1)  # after the last: on

    seconds = time.monotonic() - began
    record_property("seconds", round(seconds))
    print(f"20 changes decided by keyboard in {seconds:.0f} s")
    votes = dict(Decision.objects.of(people.row).values_list("change__position", "verdict"))
    right = sum(votes[n] == ("reject" if n % 3 == 2 else "approve") for n in range(20))
    assert seconds <= 180
    assert right >= 19


@pytest.mark.slow
def test_first_decision_comes_within_a_minute_of_signing_in(people, visit):
    people.lead.set_password(PASSWORD)
    people.lead.save()
    backed(people, 4)
    page = visit(viewport={"width": 1440, "height": 900}).page
    began = time.monotonic()

    page.goto("/")
    page.get_by_label("Email").or_(page.locator("input[name=login]")).first.fill(people.lead.email)
    page.locator("input[name=password]").press_sequentially(PASSWORD, delay=150)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Orders").click()
    assert read(page)
    press(page, "a", "a")
    expect(page.locator(".change--decided")).to_have_count(1)

    seconds = time.monotonic() - began
    print(f"first decision {seconds:.0f} s after coming to the product")
    assert seconds <= 60


def test_phone_approves_rejects_and_comments(people, visit):
    proposal = backed(people, 3)
    page = visit(people.reviewer, **VARIANTS["light-phone"]).page
    page.goto(proposal.get_absolute_url())

    page.locator(CURRENT).get_by_role("button", name="Approve").tap()
    expect(page.locator(".change--decided")).to_have_count(1)
    card = page.locator(CURRENT)
    card.get_by_text("Reject", exact=True).tap()
    card.get_by_label("Why", exact=True).select_option("unsupported")
    card.get_by_role("button", name="Reject with this reason").tap()
    expect(page.locator(".change--decided")).to_have_count(2)
    page.locator(CURRENT).get_by_role("link", name="Comment", exact=True).tap()
    page.locator(CURRENT).get_by_label("Comment", exact=True).fill("Who said so?")
    page.locator(CURRENT).get_by_role("button", name="Comment", exact=True).tap()
    page.locator(CURRENT).get_by_text("Who said so?").wait_for()

    states = Change.objects.of(people.row).order_by("position").values_list("state", flat=True)
    assert list(states) == [State.APPROVED, State.REJECTED, State.OPEN]


def test_phone_says_why_a_grave_change_is_not_approved_on_it(people, visit):
    space = agent_recipes.namespace(people.row, tier_floor=Tier.HIGH)
    proposal = scenes.propose(people.row, scenes.add(space, "/limits.md", "- Refund any amount.\n"), title="Limits")

    phone = visit(people.lead, **VARIANTS["light-phone"]).page
    phone.goto(proposal.get_absolute_url())
    button = phone.get_by_role("button", name="Approve")
    assert button.evaluate("one => getComputedStyle(one).pointerEvents") == "none"
    why = button.get_attribute("aria-describedby")
    expect(phone.locator(f"#{why}")).to_be_visible()
    expect(phone.locator(f"#{why}")).to_contain_text("wider screen")
    assert phone.get_by_text("Reject", exact=True).first.is_visible()

    desk = visit(people.lead, **VARIANTS["light-desktop"]).page
    desk.goto(proposal.get_absolute_url())
    expect(desk.locator(f"#{why}")).to_be_hidden()
    desk.get_by_role("button", name="Approve").click()
    expect(desk.get_by_role("button", name="Undo").first).to_be_visible()


def test_every_change_of_a_proposal_is_decided_without_javascript(sample, visit):
    proposal = Proposal.objects.of(sample).get(agent__slug="support-triage")
    changes = list(Change.objects.of(sample).filter(proposal=proposal).order_by("position"))
    page = visit("daniel", viewport={"width": 1280, "height": 900}, java_script_enabled=False).page
    page.goto(reverse("reviews:proposal", args=[sample.slug, proposal.number]))
    waits = page.locator("[data-change]:not(.change--decided)")

    for n in range(len(changes)):
        expect(waits).to_have_count(len(changes) - n)
        card = waits.first
        if n % 3 == 1:
            card.get_by_text("Reject", exact=True).click()
            card.get_by_label("Why", exact=True).select_option("unsupported")
            card.get_by_role("button", name="Reject with this reason").click()
        elif n % 3 == 2:
            card.get_by_text("Ask for changes", exact=True).click()
            card.get_by_label("In your words").fill("Say since when.")
            card.get_by_role("button", name="Ask for these changes").click()
        else:
            card.get_by_role("button", name="Approve").click()

    expect(waits).to_have_count(0)
    by = User.objects.get(email__startswith="daniel.")
    votes = list(
        Decision.objects.of(sample).filter(by=by).order_by("change__position").values_list("verdict", flat=True)
    )
    assert votes == [("approve", "reject", "request_changes")[n % 3] for n in range(len(changes))]


def test_a_press_on_a_card_below_acts_at_once(visit, sample):
    """What is under the card before goes when another card becomes the current one; not from under the pointer."""
    page = visit("mara", viewport={"width": 1440, "height": 900}).page
    page.goto(f"/t/{sample.slug}/proposals/2/")
    card = page.locator("[data-change]:not(.change--decided)").nth(1)
    name = card.get_attribute("id")
    button = card.locator("button[value=approve]")
    button.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    box = button.bounding_box()

    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(80)
    page.mouse.up()

    expect(page.locator(f"#{name}.change--decided")).to_be_visible()


def test_the_next_card_begins_in_sight_on_a_phone(visit, sample):
    page = visit("mara", viewport={"width": 390, "height": 844}, has_touch=True).page
    page.goto(f"/t/{sample.slug}/proposals/2/")

    for _ in range(2):
        page.locator(".change--current button[value=approve]").tap()
        page.wait_for_timeout(600)
        top = page.locator(".change--current .change__title").bounding_box()["y"]
        assert 0 <= top < 844 / 2
