"""Working together in a browser: threads on lines, replies, drafts, notices, and what happened."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import User
from agents.text.diffs import ADDED, CHANGED
from reviews.enums import NoticeKind, Side
from reviews.models import Change, Comment, Thread
from reviews.talking import noticing, threads
from reviews.talking.carrying import Spot
from tests.e2e.conftest import NOW, VARIANTS, in_variants
from tests.e2e.measuring import beyond
from tests.e2e.test_pages import RULES

DESKTOP = VARIANTS["light-desktop"]
HOSTILE = "<img src=x onerror=alert(1)> \u202eevil\u202c https://tracker.example/x.png"


@pytest.fixture
def change(sample):
    """An edit with an added line, which nobody has decided on."""
    rows = Change.objects.of(sample).filter(operation="edit").undecided().order_by("pk")
    return next(one for one in rows.select_related("proposal__team") if added_line(one))


def added_line(change):
    """The number of the first line that the change adds to its first memory."""
    rows = change.head.targets.order_by("position").first().rows
    return next((row[2] for row in rows if row[0] in (ADDED, CHANGED)), 0)


def page_of(change):
    return reverse("reviews:change", args=[change.proposal.team.slug, change.public_id])


def test_two_people_talk_about_a_line_and_settle_it(sample, change, visit):
    daniel = visit("daniel", **DESKTOP).page
    daniel.goto(page_of(change))
    card = daniel.locator(f"#{change.public_id}")
    card.locator(".diff__side--ins a.diff__no").first.click()
    form = card.locator(".diff > form.say")
    expect(form.get_by_label("Comment", exact=True)).to_be_focused()
    form.get_by_label("Comment", exact=True).fill(f"@Mara: for every region? {HOSTILE}")
    form.get_by_role("button", name="Comment", exact=True).click()
    thread = card.locator(".diff__under .thread")
    expect(thread).to_be_focused()
    expect(thread.locator(".mention")).to_have_text("@Mara")
    expect(thread).to_contain_text("<img src=x onerror=alert(1)>")

    mara = visit("mara", **DESKTOP).page
    mara.goto(page_of(change))
    mara.get_by_role("link", name=re.compile("Notices: 1 unread")).click()
    mara.get_by_role("link", name="You were mentioned").click()
    mara.locator(".discussion").get_by_role("link", name=re.compile("^Line")).click()
    panel = mara.locator(".diff__under")
    panel.get_by_text("Reply", exact=True).click()
    panel.locator(".thread").get_by_label("Comment", exact=True).fill("No, only here.")
    panel.locator(".thread").get_by_role("button", name="Comment", exact=True).click()
    expect(panel.locator(".comment")).to_have_count(2)

    daniel.goto(reverse("reviews:notices", args=[sample.slug]))
    daniel.get_by_role("link", name="Somebody replied to you").click()
    daniel.locator(".diff__under").get_by_role("button", name="Resolve", exact=True).click()
    expect(daniel.locator(".thread--resolved")).to_have_count(1)

    row = Thread.objects.of(sample).get()
    assert (row.side, row.line_start, row.resolved_by.email[:6]) == (Side.AFTER, added_line(change), "daniel")
    mara.goto(reverse("reviews:notices", args=[sample.slug]))
    expect(mara.get_by_role("link", name="A thread of yours was resolved")).to_be_visible()
    mara.get_by_role("button", name="Mark all as read").click()
    expect(mara.get_by_role("link", name="Notices", exact=True)).to_be_visible()


def test_a_key_opens_a_comment_that_stays_a_draft_until_it_is_sent(sample, change, visit):
    page = visit("daniel", **DESKTOP).page
    page.goto(page_of(change))
    page.locator(f"#{change.public_id}").focus()
    page.keyboard.press("c")
    form = page.locator(".change__footer form.say")
    expect(form.get_by_label("Comment", exact=True)).to_be_focused()
    page.keyboard.type("Not sure yet")
    form.get_by_role("button", name="Keep as draft").click()
    draft = page.locator(f"#{change.public_id} .comment--draft")
    expect(draft).to_contain_text("only you see it")

    mara = visit("mara", **DESKTOP).page
    mara.goto(page_of(change))
    expect(mara.get_by_text("Not sure yet")).to_have_count(0)
    draft.get_by_role("button", name="Send").click()
    expect(draft).to_have_count(0)
    mara.reload()

    expect(mara.get_by_text("Not sure yet").first).to_be_visible()


def test_escape_drops_the_form_and_goes_back_to_the_line(sample, change, visit):
    page = visit("daniel", **DESKTOP).page
    page.goto(page_of(change))
    line = page.locator(".diff__side--ins a.diff__no").first
    line.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".diff > form.say textarea")).to_be_focused()

    page.keyboard.press("Escape")

    expect(page.locator(".diff > form.say")).to_have_count(0)
    expect(line).to_be_focused()


def test_members_are_offered_after_an_at_and_taken_by_keys(change, visit):
    page = visit("daniel", **DESKTOP).page
    page.goto(page_of(change))
    field = page.locator(".discussion form.say").last.get_by_label("Comment", exact=True)
    field.focus()
    page.keyboard.type("Look, @ma")
    names = page.get_by_role("listbox")
    expect(names.get_by_role("option", selected=True)).to_contain_text("Mara")
    page.keyboard.press("Escape")
    expect(names).to_have_count(0)
    page.keyboard.type("r")
    page.keyboard.press("Enter")

    expect(field).to_have_value(re.compile(r"^Look, @Mara \S+ $"))
    expect(field).to_be_focused()


def test_a_line_is_talked_about_without_scripts(sample, change, visit):
    page = visit("daniel", **DESKTOP, java_script_enabled=False).page
    page.goto(page_of(change))
    page.locator(".diff__side--ins a.diff__no").first.click()
    page.get_by_label("Comment", exact=True).fill("Why this one?")
    page.get_by_role("button", name="Comment", exact=True).click()

    expect(page.locator(".diff__under .thread")).to_contain_text("Why this one?")
    expect(page.locator(".thread")).to_have_count(1)
    page.locator(".diff__under").get_by_role("button", name="Resolve", exact=True).click()
    expect(page.locator(".thread--resolved")).to_have_count(1)
    assert Thread.objects.of(sample).get().resolved_at is not None


def test_what_happened_comes_as_it_is_reached_and_is_filtered(sample, change, visit):
    scenes_of_talk(sample, change)
    page = visit("mara", **DESKTOP).page
    page.goto(change.proposal.get_absolute_url())
    page.get_by_role("heading", name="What happened", exact=True).scroll_into_view_if_needed()
    feed = page.locator("section[aria-labelledby=activity] .activity")
    expect(feed).to_contain_text("opened this proposal")

    feed.get_by_role("link", name="Comments").click()

    expect(feed.locator(".stage")).to_have_count(2)
    feed.get_by_role("link", name=re.compile("Verify event")).first.click()
    expect(page).to_have_url(re.compile("/audit/events/"))


def scenes_of_talk(team, change):
    """A thread on a line by the reviewer, and one about the whole change by the lead, whom the first one names."""
    mara, daniel = (User.objects.get(email__startswith=name) for name in ("mara.", "daniel."))
    spot = Spot(0, Side.AFTER, added_line(change), added_line(change))
    for by, place, text in ((daniel, spot, f"@Mara {HOSTILE}"), (mara, None, "About all of it")):
        threads.open_(team=team, change_id=change.public_id, revision=1, spot=place, text=text, by=by, at=NOW)
    return mara


@in_variants
def test_pages_of_the_team_have_no_faults(sample, change, visit, variant):
    mara = scenes_of_talk(sample, change)
    thread = Thread.objects.of(sample).order_by("pk").last()
    threads.resolve(team=sample, thread_id=thread.public_id, by=mara, at=NOW)
    noticing.tell(people=[mara], kind=NoticeKind.YOUR_TURN, proposal=change.proposal, at=NOW)
    window = visit("mara", **VARIANTS[variant])
    urls = {
        "change": page_of(change),
        "comment": reverse("reviews:thread_new", args=[sample.slug, change.public_id]) + "?r=1&line=1",
        "notices": reverse("reviews:notices", args=[sample.slug]),
        "activity": reverse("reviews:activity", args=[sample.slug, change.proposal.number]),
    }
    faults = {}

    for name, url in urls.items():
        window.page.goto(url)
        found = Axe().run(window.page, options={"runOnly": RULES})
        overflow = beyond(window.page)
        window.shot(f"team-{name}-{variant}")
        if found.violations_count or overflow > 0:
            faults[name] = (found.generate_report(), overflow)

    assert faults == {}
    assert Comment.objects.of(sample).count() == 2
