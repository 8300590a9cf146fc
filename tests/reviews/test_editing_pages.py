"""Editing in the card and on its page: what is typed is shown as a diff, and two people never lose a word."""

import pytest
from django.urls import reverse

from reviews import rebasing
from reviews.models import Check, Revision
from tests.reviews import scenes

HTMX = {"HX-Request": "true"}


@pytest.fixture
def memory(team):
    return scenes.memory(scenes.namespace(team.row), text="- a\n- b\n- c\n- d\n- e\n")


@pytest.fixture
def change(team, memory):
    return scenes.changes(scenes.propose(team.row, scenes.edit(memory, "- A\n- b\n- C\n- d\n- E\n")))[0]


def url(team, name, change):
    return reverse(f"reviews:{name}", args=[team.slug, change.public_id])


def typed(revision, *texts):
    return {"revision": revision} | {f"after-0-{number}": text for number, text in enumerate(texts)}


def test_card_carries_the_form_and_its_answer_is_the_card(client, team, change):
    client.force_login(team.reviewer)

    part = client.get(url(team, "edit", change), headers=HTMX).content.decode()
    answer = client.post(
        url(team, "edit", change), typed(change.head.public_id, "- Ah", "- C", "- E"), headers=HTMX
    ).content.decode()

    assert part.lstrip().startswith("<article")
    assert part.count("<textarea") == 3 + 1  # and the reason for a no
    assert part.count("hx-vals") == part.count('"drawn":') == 1
    assert answer.lstrip().startswith("<article")
    assert "Ah" in answer
    assert "You edited this" in answer


def test_preview_shows_the_diff_and_the_checks_and_stores_nothing(client, team, change):
    client.force_login(team.reviewer)
    secret = "- Use AKIAIOSFODNN7EXAMPLE.\u200b"

    part = client.post(
        url(team, "preview", change), typed(change.head.public_id, secret, "- C", "- E"), headers=HTMX
    ).content.decode()

    assert "<article" not in part
    assert "AKIAIOSFODNN7EXAMPLE" in part
    assert "U+200B" in part
    assert part.count('class="chip chip--') >= 2
    change.refresh_from_db()
    assert Revision.objects.of(team.row).filter(change=change).count() == 1
    assert Check.objects.of(team.row).exclude(revision=change.head).count() == 0


def test_preview_without_scripts_keeps_the_form(client, team, change):
    client.force_login(team.reviewer)

    page = client.post(
        url(team, "preview", change), typed(change.head.public_id, "- Ah", "- C", "- E")
    ).content.decode()

    assert "As it would read" in page
    assert "- Ah</textarea>" in page


@pytest.mark.parametrize(
    ("text", "told"), [("x" * 102_400, "more than a memory"), ("- a", None)], ids=["too long", "as it was"]
)
def test_preview_says_what_could_not_be_saved(client, team, change, text, told):
    client.force_login(team.reviewer)

    part = client.post(url(team, "preview", change), typed(change.head.public_id, text, "- c", "- e"), headers=HTMX)

    assert (told or "Nothing would change in memory") in part.content.decode()


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_second_of_two_sees_the_other_edit_as_a_diff_and_puts_the_own_on_top(client, team, change, headers):
    began = change.head.public_id
    client.force_login(team.second)
    client.post(url(team, "edit", change), typed(began, "- A", "- see", "- E"))
    client.force_login(team.reviewer)

    clash = client.post(url(team, "edit", change), typed(began, "- Ah", "- C", "- E"), headers=headers)
    page = clash.content.decode()
    change.refresh_from_db()
    on_top = client.post(url(team, "edit", change), typed(change.head.public_id, "- Ah", "- see", "- E"))

    assert clash.status_code == 409
    assert "What Second changed meanwhile" in page
    assert "Put mine on top" in page
    assert "- Ah</textarea>" in page  # what was typed
    assert "- see\n</textarea>" in page  # what the other typed where this one typed nothing
    assert f'value="{change.head.public_id}"' in page
    assert on_top.status_code == 302
    change.refresh_from_db()
    after = [hunk["after"] for hunk in change.head.targets.get().hunks]
    assert after == [["- Ah\n"], ["- see\n"], ["- E\n"]]
    assert change.head.contributors == sorted([team.second.public_id, team.reviewer.public_id])


def test_text_for_lines_that_the_other_took_out_is_not_lost(client, team, change):
    """The first hunk goes, so that the numbers of the others are no longer the same."""
    began = change.head.public_id
    client.force_login(team.second)
    client.post(url(team, "edit", change), typed(began, "- a", "- C", "- E"))
    client.force_login(team.reviewer)

    page = client.post(url(team, "edit", change), typed(began, "- Ah", "- C", "- Eh")).content.decode()

    assert page.count("<textarea") == 2
    assert "- C\n</textarea>" in page
    assert "- Eh</textarea>" in page
    assert "no longer part of the change" in page
    assert '<span class="verbatim">- Ah' in page


def test_preview_tells_early_that_somebody_else_saved(client, team, change):
    began = change.head.public_id
    client.force_login(team.second)
    client.post(url(team, "edit", change), typed(began, "- A", "- see", "- E"))
    client.force_login(team.reviewer)

    part = client.post(url(team, "preview", change), typed(began, "- Ah", "- C", "- E"), headers=HTMX)

    assert "Someone saved another revision" in part.content.decode()


def test_fields_of_lines_are_not_called_optional(client, team, change):
    client.force_login(team.reviewer)

    page = client.get(url(team, "edit", change)).content.decode()

    assert page.count("(optional)") == 1  # the reason


def test_the_title_is_said_to_be_of_the_first_revision_once_words_were_edited(client, team, change):
    client.force_login(team.reviewer)
    said = "The title is that of the first revision"
    before = client.get(change.get_absolute_url()).content.decode()

    client.post(url(team, "edit", change), typed(change.head.public_id, "- Ah", "- C", "- E"))

    after = client.get(change.get_absolute_url()).content.decode()
    assert (said in before, said in after) == (False, True)


def test_a_revision_that_was_only_carried_over_keeps_its_title_without_a_word(client, team, memory):
    change = scenes.changes(scenes.propose(team.row, scenes.line_edit(memory, 1, 4, "- B\n", "- c\n", "- D\n")))[0]
    client.force_login(team.reviewer)
    scenes.write_elsewhere(memory, "- new\n- a\n- b\n- c\n- D\n- e\n")
    rebasing.refresh(team=team.row, change_id=change.pk, at=scenes.LATER)
    change.refresh_from_db()

    page = client.get(change.get_absolute_url()).content.decode()

    assert (change.head.number, "that of the first revision" in page) == (2, False)
