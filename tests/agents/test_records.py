from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.models import StatementRecord
from agents.text import normalise
from agents.text.statements import statements
from tests.reviews import scenes

LATER = scenes.LATER + timedelta(days=3)


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


def live(memory):
    rows = StatementRecord.objects.of(memory.team).filter(memory=memory, retired_at=None)
    return list(rows.order_by("start", "pk"))


def said(text):
    return sorted((one.start, one.end, normalise.digest(one.text)) for one in statements(text))


def write(team, memory, *drafts, order=None):
    changes = scenes.changes(scenes.propose(team.row, *drafts))
    for change in changes:
        assert scenes.approve_and_apply(change, team.reviewer).state == "applied"
    return changes


def test_a_statement_keeps_its_record_when_others_come_and_go(team, space):
    memory = scenes.memory(space, text="# T\n- one\n- two\n- three\n")
    two = live(memory)[2]
    StatementRecord.objects.of(team.row).filter(pk=two.pk).update(helpful=4, harmful=1, pinned=True, confirmed_at=LATER)

    write(team, memory, scenes.line_edit(memory, 1, 2), scenes.line_edit(memory, 2, 2, "- new\n", "- newer\n"))

    two.refresh_from_db()
    assert (two.start, two.end, two.retired_at) == (3, 4, None)
    assert (two.helpful, two.harmful, two.pinned, two.confirmed_at, two.first_seen) == (4, 1, True, LATER, scenes.AT)


def test_identical_bullets_are_not_mixed_up(team, space):
    memory = scenes.memory(space, text="- same\n- x\n- same\n- same\n")
    first, _, second, third = live(memory)

    write(team, memory, scenes.line_edit(memory, 2, 3))

    for record in (first, second, third):
        record.refresh_from_db()
    assert [first.start, third.start] == [0, 2]
    assert (first.retired_at, second.retired_at, third.retired_at) == (None, scenes.LATER, None)


def test_a_sentence_said_twice_in_a_line_keeps_both_records(team, space):
    memory = scenes.memory(space, text="Ask first. Ask first.\nEnd here.\n")
    before = [one.pk for one in live(memory)]

    write(team, memory, scenes.line_edit(memory, 1, 2, "The end is here.\n"))

    assert [one.pk for one in live(memory)][:2] == before[:2]


def test_a_statement_that_moved_to_another_line_is_found_by_its_text(team, space):
    memory = scenes.memory(space, text="- one\n- two\n- three\n")
    one = live(memory)[0]

    write(team, memory, scenes.edit(memory, "- two\n- three\n- One.\n"))

    one.refresh_from_db()
    assert (one.start, one.retired_at) == (2, None)


def test_what_replaces_a_statement_names_change_and_parent(team, space):
    memory = scenes.memory(space, text="- one\n- two\n- three\n")
    _, two, three = live(memory)
    drafts = [scenes.line_edit(memory, 1, 2, "- 2\n"), scenes.line_edit(memory, 2, 3, "- 3\n", "- 3b\n")]
    changes = scenes.changes(scenes.propose(team.row, *drafts))
    for change in changes:
        scenes.vote(change, team.reviewer)

    scenes.apply(space)  # both in one version

    brought = {(one.start, one.introduced_by, tuple(one.parents)) for one in live(memory)[1:]}
    assert brought == {
        (1, changes[0].public_id, (two.public_id,)),
        (2, changes[1].public_id, (three.public_id,)),
        (3, changes[1].public_id, (three.public_id,)),
    }


def test_an_edit_inside_a_statement_of_two_lines_names_its_change(team, space):
    memory = scenes.memory(space, text="- first line\n  second line\n- other\n")
    parent = live(memory)[0]

    (change,) = write(team, memory, scenes.line_edit(memory, 1, 2, "  another line\n"))

    now = live(memory)[0]
    assert (now.introduced_by, now.parents, now.end) == (change.public_id, [parent.public_id], 2)


LINES = st.lists(
    st.sampled_from(["- a\n", "- b\n", "# h\n", "\n", "A. B. A.\n", "text\n", "  goes on\n"]), min_size=1, max_size=8
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(LINES.map("".join), min_size=2, max_size=4))
def test_live_records_are_always_the_statements_of_the_text(team, texts):
    memory = scenes.memory(scenes.namespace(team.row), text=texts[0])
    for before, after in pairwise(texts):
        if before != after:
            write(team, memory, scenes.edit(memory, after))

        assert sorted((one.start, one.end, one.sha256) for one in live(memory)) == said(after)
