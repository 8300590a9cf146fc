import pytest

from reviews import editing, rebasing
from reviews.decisions import Moved, Refused, Settled
from reviews.models import Revision
from tests.reviews import scenes


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


def edit(change, person, text, *, hunk=0):
    head = scenes.seat(change).head
    given = {"team": change.team, "change_id": change.public_id, "revision_id": head.public_id}
    return editing.edit(**given, texts={(0, hunk): text}, reason="", by=person, at=scenes.AT)


def proposed(team, *drafts):
    return scenes.changes(scenes.propose(team.row, *drafts))


def test_an_edit_keeps_its_places_whatever_its_length(team, space):
    """So that a change never comes to touch a line of its sibling."""
    memory = scenes.memory(space, text="- a\n- b\n- c\n- d\n")
    first, second = proposed(team, scenes.line_edit(memory, 1, 2, "- B\n"), scenes.line_edit(memory, 2, 3, "- C\n"))

    edit(first, team.lead, "- B1\n- B2\n- B3\n- c\n")
    hunk = scenes.seat(first).head.targets.get().hunks[0]
    for change in (first, second):
        scenes.vote(change, team.reviewer)
    scenes.apply(space)

    assert (hunk["start"], hunk["end"], hunk["before"]) == (1, 2, ["- b\n"])
    assert scenes.text(memory) == "- a\n- B1\n- B2\n- B3\n- c\n- C\n- d\n"


def test_an_edit_drops_the_approvals_of_what_it_changes(team, space):
    memory = scenes.memory(space)
    (change,) = proposed(team, scenes.edit(memory, "- one\n- 2\n- three\n"))
    scenes.vote(change, team.reviewer)

    edited = edit(change, team.lead, "- zwei\n")
    scenes.apply(space)

    assert (edited.state, edited.apply_after, edited.head.contributors) == ("open", None, [team.lead.public_id])
    assert scenes.text(memory) == "- one\n- two\n- three\n"


def test_a_change_whose_memory_moved_is_not_edited(team, space):
    memory = scenes.memory(space, text="- a\n- b\n- c\n")
    (change,) = proposed(team, scenes.line_edit(memory, 1, 2, "- B\n"))
    scenes.write_elsewhere(memory, "- a\n- b\n- see\n")

    with pytest.raises(Moved, match="The memory has changed since this was proposed"):
        edit(change, team.lead, "- bee\n")
    rebasing.follow_versions(team=team.row, at=scenes.AT)
    with pytest.raises(Moved, match="clashes with what stands there now"):
        edit(change, team.lead, "- bee\n")

    assert Revision.objects.of(team.row).filter(change=change).count() == 1


def test_an_edit_of_an_older_revision_is_told_and_not_stored(team, space):
    (change,) = proposed(team, scenes.edit(scenes.memory(space), "- one\n- 2\n- three\n"))
    old = scenes.seat(change).head.public_id
    edit(change, team.lead, "- zwei\n")

    with pytest.raises(Moved, match="Someone saved another revision meanwhile"):
        editing.edit(
            team=team.row,
            change_id=change.public_id,
            revision_id=old,
            texts={(0, 0): "- deux\n"},
            reason="",
            by=team.second,
            at=scenes.AT,
        )


@pytest.mark.parametrize(
    ("text", "says"),
    [("- 2\n", "Nothing was changed"), ("- two\n", "Nothing would be left"), ("x" * 102_400, "more than a memory")],
)
def test_an_edit_that_says_nothing_or_too_much_is_refused(team, space, text, says):
    (change,) = proposed(team, scenes.edit(scenes.memory(space), "- one\n- 2\n- three\n"))

    with pytest.raises(Refused, match=says):
        edit(change, team.lead, text)


def test_a_settled_change_is_not_edited(team, space):
    (change,) = proposed(team, scenes.edit(scenes.memory(space), "- one\n- 2\n- three\n"))
    scenes.vote(change, team.reviewer, "reject", reason_code="other")

    with pytest.raises(Settled):
        edit(change, team.lead, "- zwei\n")


def test_what_a_browser_does_to_line_ends_is_undone(team, space):
    memory = scenes.memory(space, text="a\r\nb\r\nc\r\n")
    (change,) = proposed(team, scenes.line_edit(memory, 1, 2, "B\r\n"))

    with pytest.raises(Refused, match="Nothing was changed"):
        edit(change, team.lead, "B\r\n")
    edit(change, team.lead, "B1\r\nB2")
    scenes.approve_and_apply(change, team.reviewer)

    assert scenes.text(memory) == "a\r\nB1\r\nB2\r\nc\r\n"


def test_a_last_line_stays_without_its_ending(team, space):
    memory = scenes.memory(space, text="a\nb")
    (change,) = proposed(team, scenes.line_edit(memory, 1, 2, "B"))

    edit(change, team.lead, "bee")
    scenes.approve_and_apply(change, team.reviewer)

    assert scenes.text(memory) == "a\nbee"
