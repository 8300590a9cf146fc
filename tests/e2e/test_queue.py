"""The queue in a browser: turn, order, search, filters kept, claims, who else is here, and the next proposal."""

import re

from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import User
from reviews.models import Claim, Proposal
from tests.e2e.conftest import VARIANTS, in_variants
from tests.e2e.measuring import beyond
from tests.e2e.test_pages import RULES

DESKTOP = VARIANTS["light-desktop"]


def inbox(team, query=""):
    return reverse("reviews:inbox", args=[team.slug]) + query


def titles(page):
    return page.locator(".line h2").all_inner_texts()


def test_a_lead_searches_keeps_a_filter_and_sends_its_address(sample, visit):
    page = visit("mara", **DESKTOP).page
    page.goto(inbox(sample))
    everything = titles(page)
    page.get_by_label("Search proposals").fill("agent:on-call")
    page.get_by_role("button", name="Search", exact=True).click()
    found = titles(page)
    page.get_by_text("Keep this filter").click()
    page.get_by_label("Name").fill("Not so small")
    page.get_by_label("For the whole team").check()
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_role("link", name=re.compile("Not so small"))).to_be_visible()
    address = page.url
    page.get_by_role("link", name="Drop agent:on-call").click()
    dropped = titles(page)

    other = visit("daniel", **DESKTOP).page
    other.goto(address)

    assert 0 < len(found) < len(everything)
    assert dropped == everything
    assert titles(other) == found
    expect(other.get_by_role("link", name=re.compile("Not so small"))).to_be_visible()


def test_what_cannot_be_read_is_said_beside_the_field(sample, visit):
    page = visit("mara", **DESKTOP).page
    page.goto(inbox(sample, "?q=teir:high"))

    expect(page.get_by_role("alert")).to_contain_text("“teir” at character 1 is no key")
    assert page.get_by_label("Search proposals").input_value() == "teir:high"


def test_two_people_see_each_other_and_the_claim(sample, visit):
    row = Proposal.objects.of(sample).order_by("pk").first()
    first = visit("mara", **DESKTOP).page
    first.goto(row.get_absolute_url())
    first.get_by_role("button", name="Claim for 15 minutes").click()
    expect(first.locator("#here")).to_contain_text("You are on it until")
    expect(first.get_by_role("button", name="15 more minutes")).to_be_visible()

    second = visit("daniel", **DESKTOP).page
    second.goto(row.get_absolute_url())
    expect(second.locator("#here")).to_contain_text("is on it until")
    expect(second.locator("#here")).to_contain_text("Also here:")
    first.get_by_role("button", name="Release").click()
    expect(first.get_by_role("button", name="Claim for 15 minutes")).to_be_visible()

    assert not Claim.objects.of(sample).exists()


def test_a_claim_is_shown_though_the_page_was_just_asking_who_is_here(sample, visit):
    """An answer to that question that came while the claim was on its way replaced the form under it."""
    page, held = visit("mara", **DESKTOP).page, {}
    page.route("**/here/", lambda route: held.setdefault("here", route))
    page.route("**/claim/", lambda route: held.setdefault("claim", route))
    with page.expect_request("**/here/"):
        page.goto(Proposal.objects.of(sample).order_by("pk").first().get_absolute_url())
    with page.expect_request("**/claim/"):
        page.get_by_role("button", name="Claim for 15 minutes").click()

    held["here"].continue_()
    page.evaluate("new Promise((done) => setTimeout(done, 300))")
    held["claim"].continue_()

    expect(page.locator("#here")).to_contain_text("You are on it until")


def test_a_proposal_is_assigned_and_is_then_the_turn_of_one(sample, visit):
    row = Proposal.objects.of(sample).order_by("pk").first()
    page = visit("mara", **DESKTOP).page
    page.goto(row.get_absolute_url())
    page.get_by_text("Assign", exact=True).first.click()
    page.get_by_label("Person", exact=True).select_option(User.objects.get(email__startswith="daniel.").public_id)
    page.locator(".menu__list").get_by_role("button", name="Assign", exact=True).click()
    expect(page.locator(".together")).to_contain_text("Turn of Daniel")

    page.goto(inbox(sample, "?view=waiting"))

    assert titles(page) == [row.title]
    expect(page.locator(".line")).to_contain_text("Waiting on: Daniel")


def test_after_the_last_change_the_next_proposal_is_offered(sample, visit):
    page = visit("mara", **DESKTOP).page
    page.goto(inbox(sample))
    first, second = titles(page)[:2]
    page.get_by_role("link", name=first, exact=True).click()
    expect(page.get_by_role("link", name=re.compile("^Next: " + re.escape(second)))).to_be_visible()
    waiting = page.locator("[data-change]:not(.change--decided)")
    while waiting.count():
        left = waiting.count()
        waiting.first.get_by_role("button", name="Approve").click()
        expect(waiting).to_have_count(left - 1)
    expect(page.locator("#onward")).to_contain_text("Nothing here waits for you any more.")
    page.locator("#onward").get_by_role("link", name=re.compile("^Next: ")).click()

    expect(page.get_by_role("heading", level=1)).to_contain_text(second)
    assert "queue=view" in page.url


def test_proposals_are_chosen_by_keys_and_decided_from_a_preview(sample, visit):
    page = visit("mara", **DESKTOP).page
    page.goto(inbox(sample, "?view=open"))
    for key in "xjx":
        page.keyboard.press(key)
    expect(page.get_by_role("status").filter(has_text="2 chosen")).to_be_visible()
    page.keyboard.press("X")
    expect(page.locator(".line__choose input:not(:checked)")).to_have_count(0)
    page.get_by_role("button", name="Decide on the chosen").click()
    page.get_by_role("button", name="Show what will happen").click()
    folded = page.locator(".several__change").last
    expect(folded.locator(".diff")).to_have_count(0)
    folded.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(folded.locator(".diff").first).to_be_visible()

    page.get_by_role("button", name=re.compile("^Approve")).click()
    expect(page.locator(".chip--approved").first).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator(".chip--approved")).to_have_count(0)


@in_variants
def test_pages_of_the_queue_have_no_faults(sample, visit, variant):
    window = visit("mara", **VARIANTS[variant])
    pages = {
        "queue-filtered": inbox(sample, "?view=open&q=tier:medium"),
        "queue-nothing": inbox(sample, "?view=open&q=tier:critical+is:stale"),
        "queue-unread": inbox(sample, "?q=teir:high"),
        "queue-waiting": inbox(sample, "?view=waiting"),
        "queue-together": reverse("reviews:gathered", args=[sample.slug]) + "?view=open&all=1",
        "absences": reverse("reviews:absences", args=[sample.slug]),
    }
    faults = {}
    for name, url in pages.items():
        window.page.goto(url)
        found = Axe().run(window.page, options={"runOnly": RULES})
        overflow = beyond(window.page)
        window.shot(f"{name}-{variant}")
        if found.violations_count or overflow > 0:
            faults[name] = (overflow, found.generate_report() if found.violations_count else "")

    assert faults == {}


def test_without_scripts_a_claim_and_the_next_link_work(sample, visit):
    page = visit("mara", java_script_enabled=False, **DESKTOP).page
    page.goto(inbox(sample))
    first = titles(page)[0]
    page.get_by_role("link", name=first, exact=True).click()
    page.get_by_role("button", name="Claim for 15 minutes").click()

    expect(page.locator("#here")).to_contain_text("You are on it until")
    assert "queue=view" in page.url


def test_without_scripts_several_are_chosen_decided_and_taken_back(sample, visit):
    page = visit("mara", java_script_enabled=False, **DESKTOP).page
    page.goto(inbox(sample, "?view=open"))
    for box in page.locator(".line__choose input").all()[:2]:
        box.check()
    page.get_by_role("button", name="Decide on the chosen").click()
    page.get_by_role("button", name="Show what will happen").click()
    folded = page.locator(".several__change")
    expect(folded.first.locator(".diff").first).to_be_visible()
    page.get_by_role("button", name=re.compile("^Approve")).click()

    expect(page.locator(".chip--approved").first).to_be_visible()
    page.get_by_role("button", name="Undo all").click()
    expect(page.locator("main")).to_contain_text("All votes that could be are taken back.")
