"""Reading in a browser: gaps, lines with an address, very long diffs, three texts, merges, trees, hidden characters."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from reviews import rebasing
from tests.e2e.conftest import VARIANTS, in_variants
from tests.e2e.measuring import beyond
from tests.e2e.test_pages import RULES
from tests.reviews import scenes

LONG = "# Refunds\n" + "".join(f"- Rule {n}: a refund within {n} days needs no lead.\n" for n in range(1, 61))
HOSTILE = "- Pay \u202eeurt\u202c on\u200b time, \U000e0069\U000e0067\U000e006e now.\n"
WHOLE = "- می‌خواهم, क्‍ष, 👨‍👩‍👧 and 🏳️‍🌈 stay whole.\n"


@pytest.fixture
def space(sample):
    return scenes.namespace(sample, slug="reading", name="Reading")


@pytest.fixture
def edited(space):
    memory = scenes.memory(space, "/refunds.md", LONG)
    after = LONG.replace("within 30 days", "within 14 days").replace("- Rule 9:", "- Rule nine:") + HOSTILE + WHOLE
    return scenes.changes(scenes.propose(space.team, scenes.edit(memory, after, title="Shorten refunds")))[0]


@pytest.fixture
def conflict(space):
    memory = scenes.memory(space, "/hours.md", LONG)
    draft = scenes.line_edit(memory, 30, 31, "- Rule 30: a refund within 20 days needs no lead.\n")
    change = scenes.changes(scenes.propose(space.team, draft))[0]
    scenes.write_elsewhere(memory, LONG.replace("within 30 days", "within 40 days").replace("Rule 50", "Rule fifty"))
    rebasing.refresh(team=space.team, change_id=change.pk, at=scenes.LATER)
    return change


@pytest.fixture
def restructured(space):
    memories = [scenes.memory(space, f"/m{n}.md", f"- Memory {n} says /etc/m{n}.toml.\n- Ask.\n") for n in range(6)]
    drafts = [scenes.move(memory, f"/topics{memory.path}") for memory in memories[:3]]
    drafts.append(scenes.merge(memories[3], "- Memory 3 says /etc/m3.toml.\n- Memory 4 too.\n- Ask.\n", *memories[4:]))
    return scenes.propose(space.team, *drafts, title="Sort by topic")


def card_url(change):
    return reverse("reviews:change", args=[change.team.slug, change.public_id])


def revision_url(change):
    return reverse("reviews:revision", args=[change.team.slug, change.public_id, 1])


@pytest.mark.parametrize(("width", "is_there"), ((390, False), (1280, True)))
def test_columns_are_offered_where_there_is_room_for_two(edited, visit, width, is_there):
    page = visit("mara", viewport={"width": width, "height": 800}).page
    page.goto(edited.proposal.get_absolute_url())

    expect(page.get_by_role("button", name="Split")).to_be_visible(visible=is_there)


@in_variants
def test_what_is_read_has_no_faults(sample, edited, conflict, restructured, visit, variant):
    window = visit("mara", **VARIANTS[variant])
    pages = {
        "reading-card": card_url(edited),
        "reading-revision": revision_url(edited),
        "reading-three-texts": card_url(conflict),
        "reading-tree": restructured.get_absolute_url(),
        "reading-merge": card_url(scenes.changes(restructured)[3]),
    }
    faults = {}

    for name, url in pages.items():
        answer = window.page.goto(url)
        found = Axe().run(window.page, options={"runOnly": RULES})
        overflow = beyond(window.page)
        window.shot(f"{name}-{variant}")
        if answer.status != 200 or found.violations_count or overflow > 0:
            faults[name] = (answer.status, overflow, found.generate_report() if found.violations_count else "")

    assert faults == {}, faults


def test_gaps_open_by_keyboard_and_the_focus_stays_there(edited, visit):
    window = visit("mara", viewport={"width": 1440, "height": 900})
    page = window.page
    page.goto(edited.get_absolute_url())
    card = page.locator(f"#{edited.public_id}")
    before = card.locator(".diff__row").count()

    card.get_by_role("link", name="Show all", exact=False).first.focus()
    page.keyboard.press("Enter")
    card.locator(".diff__row").nth(before).wait_for()

    expect(page.locator(".diff:focus-within")).to_have_count(1)
    card.get_by_role("link", name="Show 10 more").first.click()
    card.get_by_text("Rule 43:").first.wait_for()
    assert card.get_by_text("Rule 46:").count() == 0


def test_lines_have_an_address_and_ranges_are_marked(edited, visit):
    window = visit("mara", viewport={"width": 1440, "height": 900})
    page = window.page
    page.goto(revision_url(edited) + "?context=all")

    page.locator("#L12 .diff__side--repeat .diff__no").click()
    page.locator("#L15 .diff__side--repeat .diff__no").click(modifiers=["Shift"])

    expect(page).to_have_url(re.compile("#L12-L15$"))
    expect(page.locator(".is-linked")).to_have_count(4)
    page.goto(revision_url(edited) + "?context=all#L20-L21")
    expect(page.locator(".is-linked")).to_have_count(2)


def test_without_scripts_gaps_open_on_the_page_of_the_revision(edited, visit):
    window = visit("mara", java_script_enabled=False)
    window.page.goto(edited.get_absolute_url())

    window.page.locator(f"#{edited.public_id}").get_by_role("link", name="Show all", exact=False).first.click()

    expect(window.page).to_have_url(re.compile("/r/1/"))
    expect(window.page.locator("main")).to_contain_text("Rule 45:")


def test_split_needs_room(edited, visit):
    wide, narrow = (visit("mara", viewport={"width": width, "height": 900}) for width in (1440, 880))
    tops = []
    for window in (wide, narrow):
        window.page.goto(revision_url(edited))
        row = window.page.locator(".diff__row--change").first
        tops.append([side.bounding_box()["y"] for side in row.locator(".diff__side").all()])

    assert tops[0][0] == tops[0][1]
    assert tops[1][0] < tops[1][1]


def test_hidden_characters_are_labels_and_words_stay_whole(edited, visit):
    window = visit("mara", viewport={"width": 1440, "height": 900})
    window.page.goto(revision_url(edited))
    text = window.page.inner_text(".diff")

    assert "U+202E" in text
    assert "\u202e" not in text
    assert "“ign”" in text
    assert "می‌خواهم, क्‍ष, 👨‍👩‍👧 and 🏳️‍🌈 stay whole." in text
    window.page.get_by_label("How text is shown").click()
    window.page.get_by_role("button", name="With white space in sight").click()
    expect(window.page.locator(".diff")).to_contain_text("U+200C")


def test_a_very_long_diff_is_approved_when_it_was_read(sample, space, visit):
    change = scenes.changes(scenes.propose(sample, scenes.add(space, "/long.md", "- a line of many\n" * 4_100)))[0]
    window = visit("mara", viewport={"width": 1440, "height": 900})
    page = window.page
    page.goto(change.get_absolute_url())
    card = page.locator(f"#{change.public_id}")

    while (shown := card.locator(".diff__row--ins").count()) < 4_100:
        page.evaluate("document.querySelector('.diff__more')?.scrollIntoView()")
        expect(card.locator(".diff__row--ins")).not_to_have_count(shown, timeout=15_000)

    card.get_by_role("button", name="Approve").click()
    page.wait_for_selector(f"#{change.public_id}.change--decided")
    assert [vote.verdict for vote in change.decisions.all()] == ["approve"]  # it is long: another one is asked for
