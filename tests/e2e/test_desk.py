"""The desk as a newcomer meets it: keys that open, words that stay in sight, answers that leave one's place alone."""

import re

import pytest
from playwright.sync_api import expect

from reviews.enums import State
from reviews.models import Change, Comment
from tests import recipes
from tests.e2e.test_keys import DESKTOP, approve, proposal_of, title
from tests.reviews import scenes

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture
def people(transactional_db):
    return recipes.people_of_a_team("north")


@pytest.fixture
def space(people):
    return scenes.namespace(people.row)


@pytest.mark.parametrize("key", ("Enter", "o"))
def test_the_marked_line_of_the_inbox_is_opened_by_a_key(people, space, visit, key):
    proposal_of(people, space, 1)
    second = proposal_of(people, space, 1, "rules")
    page = visit(people.reviewer, **DESKTOP).page
    page.goto(f"/t/{people.row.slug}/")

    page.keyboard.press("?")
    listed = page.get_by_role("dialog", name="Keys").locator(".keys").first
    expect(listed).to_contain_text("Open")
    expect(listed.get_by_text("Enter")).to_be_visible()
    page.keyboard.press("Escape")
    while second.title not in page.locator(".line.change--current").inner_text():
        page.keyboard.press("j")
    page.keyboard.press(key)

    page.wait_for_url(f"**{second.get_absolute_url()}*")


def test_reason_stands_above_the_buttons_on_a_phone_and_above_the_quotes_on_a_desk(people, space, visit):
    scenes.propose(people.row, scenes.add(space, "/a.md", "- new\n", rationale="People said so."))
    address = Change.objects.of(people.row).get().proposal.get_absolute_url()
    phone, desk = visit(people.reviewer, **PHONE).page, visit(people.reviewer, **DESKTOP).page
    for page in (phone, desk):
        page.goto(address)

    def top(page, selector):
        return page.locator(selector).filter(visible=True).first.bounding_box()["y"]

    assert top(phone, ".change__because") < top(phone, ".change__buttons")
    assert top(desk, ".change__because") < top(desk, ".evidence")
    assert [page.locator(".change__because").filter(visible=True).count() for page in (phone, desk)] == [1, 1]


def test_comment_with_a_mention_is_sent_by_one_press(people, space, visit):
    address = proposal_of(people, space, 1).get_absolute_url()
    page = visit(people.reviewer, **DESKTOP).page
    page.goto(address)
    for words in ("button", "Control+Enter"):
        page.keyboard.press("c")
        page.locator("form.say textarea:focus").wait_for()
        page.keyboard.type("Look, @")
        expect(page.locator(".mentions")).to_be_visible()
        button = page.locator(".change__footer form.say").get_by_role("button", name="Comment", exact=True)
        at = button.bounding_box()
        if words == "button":
            page.mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
            page.mouse.down()
            assert button.bounding_box() == at
            page.mouse.up()
        else:
            page.keyboard.press(words)
        page.locator(".thread:focus").wait_for()
        page.locator(".change--current .change__title").click()

    assert Comment.objects.of(people.row).count() == 2


def test_showing_the_source_keeps_the_change_and_the_focus(people, space, visit):
    page = visit(people.reviewer, **DESKTOP).page
    page.goto(proposal_of(people, space, 4).get_absolute_url())
    page.keyboard.press("j")
    page.keyboard.press("j")

    page.keyboard.press("s")

    page.wait_for_url("**#chg_*")
    page.wait_for_load_state()
    assert "notes-2" in title(page)
    expect(page.locator(".change--current")).to_be_focused()


def test_rejecting_without_a_reason_stays_at_the_reason(people, space, visit):
    window = visit(people.reviewer, **DESKTOP)
    page = window.page
    page.goto(proposal_of(people, space, 2).get_absolute_url())
    page.keyboard.press("x")
    page.keyboard.press("Control+Enter")
    expect(page.locator("select:invalid:focus")).to_have_count(1)
    assert window.messages == []

    page.locator(".change--current select").evaluate("(select) => (select.required = false)")
    page.keyboard.press("Control+Enter")

    page.locator("[role=alert]").filter(has_text="Choose why you reject this.").first.wait_for()
    expect(page.locator("select[aria-invalid]:focus")).to_be_visible()
    assert re.search("422", window.messages.pop())  # the browser's own note
    assert set(Change.objects.of(people.row).values_list("state", flat=True)) == {State.OPEN}


def test_folded_change_keeps_its_title_and_its_undo_in_the_card(people, space, visit):
    memories = [scenes.memory(space, f"/a-rather-long-name-of-a-memory-{n}.md", "- one\n") for n in range(2)]
    draft = scenes.merge(memories[0], "- one\n- two\n", memories[1])
    row = scenes.propose(people.row, draft, scenes.add(space, "/b.md", "- new\n"), scenes.add(space, "/c.md", "- c\n"))
    change = next(one for one in scenes.changes(row) if one.operation == "merge")
    Change.objects.of(people.row).filter(pk=change.pk).update(title="Remove two copies of one sentence " * 4)
    scenes.approve_and_apply(change, people.lead)
    page = visit(people.lead, **DESKTOP).page
    page.goto(row.get_absolute_url())

    card = page.locator(f"#{change.public_id} .change__card")
    box, undo = card.bounding_box(), card.get_by_role("link", name="Undo…").bounding_box()
    name = card.locator(".change__title").bounding_box()

    assert undo["x"] + undo["width"] <= box["x"] + box["width"]
    assert name["width"] > 240
    assert name["height"] > 30


def test_approving_too_early_says_so(people, space, visit):
    page = visit(people.reviewer, **DESKTOP).page
    page.goto(proposal_of(people, space, 2).get_absolute_url())

    page.keyboard.press("j")
    page.keyboard.press("a")

    expect(page.get_by_role("status").filter(has_text="One moment")).to_have_count(1)
    expect(page.locator("[data-armed]")).to_have_count(0)


def test_after_saving_and_after_the_last_decision_one_goes_on(people, space, visit):
    row, other = proposal_of(people, space, 2), proposal_of(people, space, 1, "rules")
    page = visit(people.lead, **DESKTOP).page
    page.goto(row.get_absolute_url())

    page.keyboard.press("e")
    page.locator("form.edit textarea:focus").wait_for()
    page.keyboard.type("- Mine.\n")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".change--current .change__title")).to_contain_text("notes-1")
    expect(page.locator(".change--current")).to_be_focused()

    approve(page)
    expect(page.locator("#onward a[rel=next]")).to_be_focused()
    expect(page.locator("#onward")).to_contain_text("Nothing here waits for you")
    page.keyboard.press("n")
    page.wait_for_url(f"**{other.get_absolute_url()}*")


def test_what_is_taken_back_with_a_key_is_offered_no_more(people, space, visit):
    page = visit(people.reviewer, **DESKTOP).page
    page.goto(proposal_of(people, space, 2).get_absolute_url())
    approve(page)
    expect(page.locator("#toasts")).to_contain_text("Approved:")

    page.keyboard.press("u")

    expect(page.locator("#toasts")).to_contain_text("Your vote is taken back.")
    expect(page.locator("#toasts")).not_to_contain_text("Approved:")


PRESS_AT_ONCE = """new MutationObserver((records, observer) => {
    observer.disconnect();
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "u", bubbles: true }));
}).observe(document.getElementById("toasts"), { childList: true })"""


def test_key_pressed_the_moment_an_answer_comes_stays_on_the_page(people, space, visit):
    page = visit(people.reviewer, **DESKTOP).page
    page.goto(proposal_of(people, space, 2).get_absolute_url())
    page.evaluate(PRESS_AT_ONCE)

    approve(page)

    expect(page.locator("#toasts")).to_contain_text("Your vote is taken back.")
    assert set(Change.objects.of(people.row).values_list("state", flat=True)) == {State.OPEN}
