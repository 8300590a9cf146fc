from dataclasses import replace

import pytest

from agents.text.lines import Edit
from reviews import decisions, reverting
from reviews.drafts import BadDraft, Draft, DraftQuote, DraftTarget
from reviews.enums import Operation
from reviews.models import Change, Evidence
from tests import agent_recipes
from tests.reviews import scenes


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


def restore(memory):
    base = scenes.head(memory)
    return Draft(Operation.RESTORE, memory.namespace, "Restore", (DraftTarget(base=base, path_after=base.path),))


def refuse(team, says, *drafts):
    with pytest.raises(BadDraft, match=says):
        scenes.propose(team.row, *drafts)
    assert not Change.objects.of(team.row).exists()


def test_a_memory_of_another_namespace_is_refused(team, space):
    draft = scenes.edit(scenes.memory(scenes.namespace(team.row)), "- 1\n")

    refuse(team, "is not in", replace(draft, namespace=space))


def test_one_memory_twice_in_a_change_is_refused(team, space):
    target = scenes.line_edit(scenes.memory(space), 0, 1, "- 1\n").targets[0]

    refuse(team, "touches one memory twice", Draft(Operation.EDIT, space, "Twice", (target, target)))


def test_an_insertion_into_a_memory_that_a_sibling_archives_is_refused(team, space):
    memory = scenes.memory(space)

    refuse(team, "another change of the proposal", scenes.archive(memory), scenes.line_edit(memory, 1, 1, "- new\n"))
    refuse(team, "another change of the proposal", scenes.line_edit(memory, 1, 1, "- new\n"), scenes.archive(memory))


def test_an_archive_that_edits_as_well_is_refused(team, space):
    target = DraftTarget(base=scenes.head(scenes.memory(space)), path_after=None, edits=(Edit(0, 1, ("unseen\n",)),))

    refuse(team, "cannot edit it as well", Draft(Operation.ARCHIVE, space, "Archive", (target,)))


def test_two_ways_to_one_path_are_refused(team, space):
    memory = scenes.memory(space)

    refuse(team, "another change of the proposal", scenes.move(memory, "/x.md"), scenes.add(space, "/x.md", "- x\n"))


def test_a_taken_path_is_refused(team, space):
    scenes.memory(space, "/here.md")

    refuse(team, "another memory stands at /here.md", scenes.add(space, "/here.md", "- x\n"))


@pytest.mark.parametrize("lines", [("- a\n- b\n",), ("- no end", "- x\n"), ("",)])
def test_lines_that_are_no_lines_are_refused(team, space, lines):
    refuse(team, "run into one another", scenes.line_edit(scenes.memory(space), 1, 2, *lines))


def test_a_line_after_a_last_line_without_ending_is_refused(team, space):
    memory = scenes.memory(space, text="- a\n- b")

    refuse(team, "run into one another", scenes.line_edit(memory, 2, 2, "- c\n"))


def test_two_last_lines_without_ending_never_run_into_one(team, space):
    memory = scenes.memory(space, text="- a\n")
    drafts = [scenes.line_edit(memory, 1, 1, "- b"), scenes.line_edit(memory, 1, 1, "- c")]
    changes = scenes.changes(scenes.propose(team.row, *drafts))
    for change in changes:
        scenes.vote(change, team.reviewer)

    scenes.apply(space)

    states = [change.state for change in scenes.changes(changes[0].proposal)]
    assert (states, scenes.text(memory)) == (["applied", "conflict"], "- a\n- b")


def test_changes_that_are_too_large_together_do_not_stop_the_others(team, space):
    memory = scenes.memory(space, text="- a\n" * 10)
    big = "x" * 60_000 + "\n"
    drafts = [scenes.line_edit(memory, n, n + 1, text) for n, text in ((0, big), (3, big), (6, "- small\n"))]
    changes = scenes.changes(scenes.propose(team.row, *drafts))
    for change in changes:
        scenes.vote(change, team.reviewer)

    scenes.apply(space)

    states = [(change.state, change.state_reason[-40:]) for change in scenes.changes(changes[0].proposal)]
    assert [state for state, _ in states] == ["applied", "conflict", "applied"]
    assert "more than a memory may hold" in states[1][1]
    decisions.withdraw(team=team.row, change_id=changes[1].public_id, by=team.reviewer, at=scenes.LATER)


def test_a_move_and_an_edit_of_one_memory_go_in_any_order(team, space):
    for order in ((0, 1), (1, 0)):
        memory = scenes.memory(space, f"/{order[0]}.md")
        drafts = [scenes.move(memory, f"/moved{order[0]}.md"), scenes.line_edit(memory, 1, 2, "- 2\n")]
        changes = scenes.changes(scenes.propose(team.row, *drafts))
        for index in order:
            assert scenes.approve_and_apply(changes[index], team.reviewer).state == "applied"

        memory.refresh_from_db()
        assert (memory.path, scenes.text(memory)) == (f"/moved{order[0]}.md", "- one\n- 2\n- three\n")


def test_a_restore_shows_its_text_and_is_undone(team, space):
    memory = scenes.memory(space)
    scenes.approve_and_apply(scenes.changes(scenes.propose(team.row, scenes.archive(memory)))[0], team.reviewer)
    proposal = scenes.propose(team.row, restore(memory))
    (change,) = scenes.changes(proposal)
    assert [row[0] for row in change.head.targets.get().rows] == ["ins", "ins", "ins"]
    scenes.approve_and_apply(change, team.reviewer)
    memory.refresh_from_db()
    assert not memory.archived

    revert = reverting.open_revert(team=team.row, proposal=proposal, reason="", by=team.lead, at=scenes.LATER)
    scenes.approve_and_apply(scenes.changes(revert)[0], team.reviewer)

    memory.refresh_from_db()
    assert (memory.archived, scenes.text(memory)) == (True, "- one\n- two\n- three\n")


def test_undoing_an_added_memory_that_others_wrote_in_is_a_conflict(team, space):
    proposal = scenes.propose(team.row, scenes.add(space, "/new.md", "- a\n- b\n"))
    change = scenes.approve_and_apply(scenes.changes(proposal)[0], team.reviewer)
    memory = change.namespace.memories.get(path="/new.md")
    scenes.write_elsewhere(memory, "- a\n- b\n- of others\n")

    revert = reverting.open_revert(team=team.row, proposal=proposal, reason="", by=team.lead, at=scenes.LATER)

    assert scenes.changes(revert)[0].state == "conflict"


def test_equal_lines_at_two_places_are_two_changes(team, space):
    memory = scenes.memory(space, text="- same\n- x\n- same\n")
    drafts = [replace(scenes.line_edit(memory, line, line + 1), title="Drop") for line in (0, 2)]

    changes = scenes.changes(scenes.propose(team.row, *drafts))

    assert len({change.fingerprint for change in changes}) == 2


@pytest.mark.parametrize(("start", "end", "status"), [(0, 5, "verified"), (0, 50, "missing"), (1, 6, "missing")])
def test_a_quote_counts_at_its_very_place_only(team, space, start, end, status):
    session = agent_recipes.session(scenes.agent(team.row), ["forty"])
    quote = DraftQuote(session.public_id, 0, start, end, "forty")

    scenes.propose(team.row, scenes.edit(scenes.memory(space), "- 1\n", quotes=(quote,)))

    assert Evidence.objects.of(team.row).get().status == status


def test_a_place_that_is_none_is_refused(team, space):
    quote = DraftQuote("ses_x", 0, -5, 0, "forty")

    refuse(team, "is no place in an event", scenes.edit(scenes.memory(space), "- 1\n", quotes=(quote,)))
