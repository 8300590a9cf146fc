import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.models import Memory, MemoryVersion, StatementRecord, StorePush
from audit import checking
from audit.models import Event
from reviews import rebasing, reverting
from reviews.models import Change
from tests.reviews import scenes


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


def test_an_approved_change_is_written_after_its_wait(team, space):
    memory = scenes.memory(space)
    change = scenes.changes(scenes.propose(team.row, scenes.edit(memory, "- one\n- 2\n- three\n")))[0]

    scenes.vote(change, team.reviewer)
    early = scenes.apply(space, at=scenes.AT)
    late = scenes.apply(space, at=scenes.LATER)

    assert (early, [one.pk for one in late]) == ([], [change.pk])
    assert scenes.text(memory) == "- one\n- 2\n- three\n"
    change.refresh_from_db()
    assert (change.state, change.proposal.state) == ("applied", "closed")


def test_applying_leaves_version_push_records_events_and_a_closed_proposal(team, space):
    memory = scenes.memory(space)
    proposal = scenes.propose(team.row, scenes.edit(memory, "- one\n- 2\n- three\n"))
    change = scenes.changes(proposal)[0]

    scenes.approve_and_apply(change, team.reviewer)

    version = MemoryVersion.objects.of(team.row).get(memory=memory, number=2)
    assert (version.cause, version.origin_ids, version.edits[0]["change"]) == (
        "change",
        [change.public_id],
        change.public_id,
    )
    assert StorePush.objects.of(team.row).get(version=version).state == "pending"
    records = StatementRecord.objects.of(team.row).filter(memory=memory)
    assert {(one.start, one.retired_at is None, one.introduced_by == change.public_id) for one in records} == {
        (0, True, False),
        (1, False, False),
        (1, True, True),
        (2, True, False),
    }
    types = list(Event.objects.of_log(team.row.trail_log).oldest_first().values_list("type", flat=True))
    assert types[-4:] == ["change.approved", "memory.written", "change.applied", "proposal.closed"]
    assert checking.check(team.row.trail_log).is_sound


def test_twenty_changes_of_one_file_apply_one_after_another(team, space):
    """Adjacent bullets, five insertions under one heading and two identical bullets among them."""
    base = [
        "# Rules\n",
        "\n",
        "## Tools\n",
        *(f"- bullet {n}\n" for n in range(12)),
        "- same\n",
        "- x\n",
        "- same\n",
        "end\n",
    ]
    memory = scenes.memory(space, "/CLAUDE.md", "".join(base))
    drafts = [scenes.line_edit(memory, 3 + n, 4 + n, f"- BULLET {n}\n") for n in range(11)]
    drafts += [scenes.line_edit(memory, 3, 3, f"- new {n}\n") for n in range(5)]
    drafts += [scenes.line_edit(memory, 15, 16, "- first same\n"), scenes.line_edit(memory, 17, 18)]
    drafts += [scenes.line_edit(memory, 19, 19, "after the end\n"), scenes.line_edit(memory, 0, 1, "# Better rules\n")]
    changes = scenes.changes(scenes.propose(team.row, *drafts))
    assert len(changes) == 20

    order = [7, 3, 19, 12, 0, 15, 4, 16, 11, 1, 18, 5, 2, 14, 17, 6, 10, 13, 9, 8]
    for index in order:
        applied = scenes.approve_and_apply(changes[index], team.reviewer)
        assert applied.state == "applied", index
        rebasing.follow_versions(team=team.row, at=scenes.LATER)

    states = set(Change.objects.of(team.row).values_list("state", flat=True))
    assert states == {"applied"}
    expected = ["# Better rules\n", "\n", "## Tools\n", *(f"- new {n}\n" for n in range(5))]
    expected += [
        *(f"- BULLET {n}\n" for n in range(11)),
        "- bullet 11\n",
        "- first same\n",
        "- x\n",
        "end\n",
        "after the end\n",
    ]
    assert scenes.text(memory) == "".join(expected)


def test_twenty_changes_due_together_are_one_version(team, space):
    memory = scenes.memory(space, text="".join(f"- {n}\n" for n in range(20)))
    drafts = [scenes.line_edit(memory, n, n + 1, f"- new {n}\n") for n in range(20)]
    changes = scenes.changes(scenes.propose(team.row, *drafts))

    for change in changes:
        scenes.vote(change, team.reviewer)
    scenes.apply(space)

    assert scenes.text(memory) == "".join(f"- new {n}\n" for n in range(20))
    assert MemoryVersion.objects.of(team.row).filter(memory=memory).count() == 2


def test_a_base_that_moved_is_never_overwritten_but_carried_over(team, space):
    memory = scenes.memory(space, text="# T\n- a\n- b\n- c\n- d\n- e\n")
    change = scenes.changes(scenes.propose(team.row, scenes.line_edit(memory, 4, 5, "- D\n")))[0]
    scenes.vote(change, team.reviewer)
    scenes.write_elsewhere(memory, "# T\n- a\n- b\n- c changed\n- d\n- e\n")

    scenes.apply(space)

    change.refresh_from_db()
    assert scenes.text(memory) == "# T\n- a\n- b\n- c changed\n- d\n- e\n"
    assert change.state == "conflict"  # merge3 takes neighbouring lines for one place


def test_a_moved_base_that_goes_together_is_open_again_on_a_new_revision(team, space):
    memory = scenes.memory(space, text="- a\n- b\n- c\n- d\n- e\n")
    change = scenes.changes(
        scenes.propose(team.row, scenes.line_edit(memory, 1, 4, "- B\n", "- c\n", "- D\n"), by=team.lead)
    )[0]
    scenes.vote(change, team.reviewer)
    scenes.write_elsewhere(memory, "- a\n- b\n- c\n- d\n- e\n- f\n")
    assert scenes.seat(change).held
    scenes.write_elsewhere(memory, "- new\n- a\n- b\n- c\n- D\n- e\n- f\n")

    scenes.apply(space)

    change.refresh_from_db()
    revision = change.head
    assert (change.state, change.apply_after) == ("open", None)
    assert (revision.number, revision.origin, revision.contributors) == (2, "rebased", [team.lead.public_id])
    assert [hunk["after"] for hunk in revision.targets.get().hunks] == [["- B\n"]]
    assert scenes.text(memory) == "- new\n- a\n- b\n- c\n- D\n- e\n- f\n"
    assert scenes.approve_and_apply(change, team.reviewer).state == "applied"
    assert scenes.text(memory) == "- new\n- a\n- B\n- c\n- D\n- e\n- f\n"


def test_new_lines_in_a_memory_to_be_archived_are_a_conflict_that_names_who_wrote_them(team, space):
    memory = scenes.memory(space)
    change = scenes.changes(scenes.propose(team.row, scenes.archive(memory)))[0]
    scenes.write_elsewhere(memory, "- one\n- two\n- three\n- four\n")

    rebasing.follow_versions(team=team.row, at=scenes.LATER)

    change.refresh_from_db()
    other = Change.objects.of(team.row).get(state="applied")
    reason = f"/notes.md has lines that this change has not seen. It was #{other.proposal.number}: {other.title}"
    assert (change.state, change.state_reason) == ("conflict", reason)


def test_the_same_edit_made_elsewhere_supersedes_the_change(team, space):
    memory = scenes.memory(space)
    change = scenes.changes(scenes.propose(team.row, scenes.edit(memory, "- one\n- 2\n- three\n")))[0]
    scenes.write_elsewhere(memory, "- one\n- 2\n- three\n")

    rebasing.follow_versions(team=team.row, at=scenes.LATER)

    change.refresh_from_db()
    assert change.state == "superseded"


def test_an_add_to_a_path_that_was_taken_is_a_conflict_that_says_so(team, space):
    change = scenes.changes(scenes.propose(team.row, scenes.add(space, "/new.md", "- mine\n")))[0]
    scenes.memory(space, path="/new.md", text="- theirs\n")

    rebasing.follow_versions(team=team.row, at=scenes.LATER)

    change.refresh_from_db()
    assert (change.state, change.state_reason) == ("conflict", "Another memory stands at /new.md now.")


def test_merge_move_archive_and_add_are_applied_and_undone_byte_for_byte(team, space):
    texts = {"/a.md": "- a\n- b", "/b.md": "- b\n", "/c.md": "- c\n", "/d.md": "d\r\nd2\n"}
    rows = {path: scenes.memory(space, path, text) for path, text in texts.items()}
    proposal = scenes.propose(
        team.row,
        scenes.merge(rows["/a.md"], "- a\n- b\n- from b\n", rows["/b.md"]),
        scenes.archive(rows["/c.md"]),
        scenes.move(rows["/d.md"], "/moved/d.md"),
        scenes.add(space, "/e.md", "- e\n"),
    )
    for change in scenes.changes(proposal):
        scenes.vote(change, team.reviewer)
    scenes.apply(space)
    assert live(team, space) == {"/a.md": "- a\n- b\n- from b\n", "/moved/d.md": "d\r\nd2\n", "/e.md": "- e\n"}

    revert = reverting.open_revert(team=team.row, proposal=proposal, reason="wrong", by=team.lead, at=scenes.LATER)
    for change in scenes.changes(revert):
        scenes.vote(change, team.reviewer, at=scenes.LATER)
    scenes.apply(space, at=scenes.LATER.replace(hour=10))

    assert live(team, space) == texts
    assert {change.state for change in scenes.changes(proposal)} == {"reverted"}


def live(team, space):
    rows = Memory.objects.of(team.row).live().filter(namespace=space).with_text()
    return {memory.path: memory.head.text for memory in rows}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    base=st.lists(st.sampled_from(["- a\n", "- b\n", "\n", "# h\n"]), min_size=1, max_size=7),
    data=st.data(),
)
def test_any_proposal_can_be_undone_to_the_same_bytes(team, base, data):
    space = scenes.namespace(team.row)
    before = "".join(base)
    memory = scenes.memory(space, text=before)
    drafts, taken = [], set()
    for n in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(base)))
        end = data.draw(st.integers(start, min(len(base), start + 2)))
        end = start if taken & set(range(start, end)) else end
        lines = [f"new {n}.{i}\n" for i in range(data.draw(st.integers(0 if end > start else 1, 2)))]
        taken |= set(range(start, end))
        drafts.append(scenes.line_edit(memory, start, end, *lines, title=f"{n}"))
    proposal = scenes.propose(team.row, *drafts)
    for change in data.draw(st.permutations(scenes.changes(proposal))):
        assert scenes.approve_and_apply(change, team.reviewer).state == "applied"

    revert = reverting.open_revert(team=team.row, proposal=proposal, reason="x", by=team.lead, at=scenes.LATER)
    for change in scenes.changes(revert):
        scenes.vote(change, team.reviewer, at=scenes.LATER)
    scenes.apply(space, at=scenes.LATER.replace(hour=10))

    assert scenes.text(memory) == before
