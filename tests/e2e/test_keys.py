"""The keyboard: deciding, going on over cards not loaded yet and over proposals, never losing the place."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from reviews.enums import State
from reviews.models import AT_ONCE, Change
from tests import recipes
from tests.reviews import scenes

DESKTOP = {"viewport": {"width": 1440, "height": 900}}
ON_A_CARD = "[data-change]:focus-within"


@pytest.fixture
def people(transactional_db):
    return recipes.people_of_a_team("north")


@pytest.fixture
def space(people):
    return scenes.namespace(people.row)


def proposal_of(people, space, count, name="notes"):
    drafts = [scenes.add(space, f"/{name}-{n}.md", f"- Line {n} of {name}\n") for n in range(count)]
    return scenes.propose(people.row, *drafts, title=f"About {name}")


def title(page):
    return page.locator(".change--current .change__title").inner_text()


def approve(page, key="a"):
    """As people do: not within half a second of arriving."""
    page.wait_for_timeout(450)
    page.keyboard.press(key)
    page.keyboard.press(key)


def states(people):
    return list(Change.objects.of(people.row).order_by("position").values_list("state", flat=True))


def test_approving_takes_two_presses_and_moves_on_to_the_next(people, space, visit):
    page = visit(people.reviewer, **DESKTOP).page
    page.goto(proposal_of(people, space, 3).get_absolute_url())
    assert "notes-0" in title(page)

    page.wait_for_timeout(450)
    page.keyboard.press("a")
    expect(page.get_by_role("status").filter(has_text="Press again to approve")).to_have_count(1)
    assert states(people) == [State.OPEN] * 3
    page.keyboard.press("a")

    expect(page.locator(".change--decided")).to_have_count(1)
    expect(page.locator(".change--current .change__title")).to_contain_text("notes-1")
    expect(page.locator(".change--current:focus")).to_have_count(1)
    assert states(people) == [State.APPROVED, State.OPEN, State.OPEN]

    page.keyboard.press("u")
    expect(page.locator(".change--decided")).to_have_count(0)
    expect(page.locator(".change--current .change__title")).to_contain_text("notes-0")
    expect(page.locator(ON_A_CARD)).to_have_count(1)


def test_focus_stays_on_a_card_after_every_kind_of_answer(people, space, visit):
    page = visit(people.reviewer, **DESKTOP).page
    page.goto(proposal_of(people, space, 3).get_absolute_url())

    page.keyboard.press("x")
    page.keyboard.press("Tab")
    page.keyboard.type("No.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("select:invalid:focus")).to_have_count(1)
    expect(page.locator(ON_A_CARD)).to_have_count(1)

    page.locator(".change--current select").select_option("false")
    page.locator(".change--current").get_by_role("button", name="Reject with this reason").click()
    expect(page.locator(".change--decided")).to_have_count(1)
    expect(page.locator(ON_A_CARD)).to_have_count(1)

    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.locator(".change--decided")).to_have_count(0)
    expect(page.locator(ON_A_CARD)).to_have_count(1)

    page.keyboard.press("o")
    expect(page.locator(".change__evidence:focus")).to_have_count(1)
    page.keyboard.press("e")
    page.locator("form.edit textarea:focus").wait_for()
    page.keyboard.press("Escape")
    expect(page.locator("form.edit")).to_have_count(0)
    expect(page.locator(ON_A_CARD)).to_have_count(1)


def test_next_goes_on_to_cards_that_are_not_loaded_yet(people, space, visit):
    page = visit(people.reviewer, **DESKTOP).page
    page.goto(proposal_of(people, space, AT_ONCE + 2).get_absolute_url())

    for _ in range(AT_ONCE):
        page.keyboard.press("j")

    expect(page.locator(".change--current .change__title")).to_contain_text(f"notes-{AT_ONCE}.")
    page.keyboard.press("k")
    assert f"notes-{AT_ONCE - 1}." in title(page)


def test_next_undecided_goes_on_to_the_next_proposal(people, space, visit):
    first, second = proposal_of(people, space, 2), proposal_of(people, space, 2, "rules")
    page = visit(people.reviewer, **DESKTOP).page
    page.goto(first.get_absolute_url())

    page.keyboard.press("n")
    assert "notes-1" in title(page)
    page.keyboard.press("n")

    page.wait_for_url(f"**{second.get_absolute_url()}**")
    assert "rules-0" in title(page)


def test_own_keys_act_and_the_others_do_not(people, space, visit):
    person = people.reviewer
    person.keys, person.confirms_approval = {"a": "y", "j": ""}, False
    person.save()
    page = visit(people.reviewer, **DESKTOP).page
    page.goto(proposal_of(people, space, 2).get_absolute_url())

    page.keyboard.press("j")
    assert "notes-0" in title(page)
    approve(page, "a")
    assert page.locator("[data-armed]").count() == 0
    page.keyboard.press("y")
    expect(page.locator(".change--decided")).to_have_count(1)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys").get_by_text("y", exact=True)).to_be_visible()


def test_no_single_key_acts_when_they_are_switched_off(people, space, visit):
    people.reviewer.single_keys = False
    people.reviewer.save()
    page = visit(people.reviewer, **DESKTOP).page
    page.goto(proposal_of(people, space, 2).get_absolute_url())

    for key in "jaax?":
        page.keyboard.press(key)
    page.wait_for_timeout(500)
    approve(page)

    assert states(people) == [State.OPEN] * 2
    assert "notes-0" in title(page)


def test_keys_are_set_without_javascript(people, space, visit):
    page = visit(people.reviewer, java_script_enabled=False).page
    page.goto("/profile/")

    page.get_by_label("Approve", exact=True).fill("y")
    page.get_by_role("button", name="Save the keys").click()

    page.get_by_text("Saved.").wait_for()
    assert page.get_by_label("Approve", exact=True).input_value() == "y"


def test_every_no_has_a_key_and_the_list_of_keys_opens_on_itself(people, space, visit):
    page = visit(people.reviewer, **DESKTOP).page
    page.goto(proposal_of(people, space, 2).get_absolute_url())

    for key, button in (("r", "Ask for these changes"), ("q", "Put into quarantine")):
        page.keyboard.press(key)
        expect(page.locator(".change--current").get_by_role("button", name=button)).to_be_visible()
        page.keyboard.press("Escape")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    for words in ("Ask for changes", "Quarantine"):
        expect(dialog.get_by_text(words, exact=True)).to_be_visible()


def test_a_form_that_is_left_is_folded_and_its_key_goes_back_to_its_list(people, space, visit):
    page = visit(people.reviewer, **DESKTOP).page
    page.goto(proposal_of(people, space, 2).get_absolute_url())
    reasons = page.locator(".change--current select[name=reason_code]")

    page.keyboard.press("x")
    expect(reasons).to_be_focused()
    page.keyboard.press("Escape")
    expect(reasons).to_be_hidden()
    expect(page.locator(ON_A_CARD)).to_have_count(1)

    page.keyboard.press("x")
    page.locator(".change--current .change__title").click()
    page.keyboard.press("x")
    expect(reasons).to_be_focused()
    page.keyboard.type("Not t")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".change--decided")).to_have_count(1)
    assert states(people) == [State.REJECTED, State.OPEN]


def test_no_more_than_three_notes_cover_what_is_read(people, space, visit):
    people.reviewer.confirms_approval = False
    people.reviewer.save()
    page = visit(people.reviewer, **DESKTOP).page
    page.goto(proposal_of(people, space, 5).get_absolute_url())

    for count in range(1, 5):
        page.wait_for_timeout(450)
        page.keyboard.press("a")
        expect(page.locator(".change--decided")).to_have_count(count)

    expect(page.locator("#toasts [data-toast]")).to_have_count(3)


def test_the_inbox_lists_each_key_once_and_searches_in_itself(people, space, visit):
    proposal_of(people, space, 2)
    page = visit(people.reviewer, **DESKTOP).page
    page.goto(reverse("reviews:inbox", args=[people.slug]))

    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys").locator("kbd").all_inner_texts()
    assert [keys.count(key) for key in "ox"] == [1, 1]
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()


def test_a_begun_proposal_opens_where_it_was_left(people, space, visit):
    proposal = proposal_of(people, space, 4)
    for change in scenes.changes(proposal)[:2]:
        scenes.vote(change, people.reviewer)
    page = visit(people.reviewer, **DESKTOP).page

    page.goto(proposal.get_absolute_url())

    assert "notes-2" in title(page)
    expect(page.locator(ON_A_CARD)).to_have_count(1)
