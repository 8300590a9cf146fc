import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agents.text import lines
from agents.text.statements import statements

MARKDOWN = st.lists(
    st.sampled_from(
        ["- ", "a", "b. C", "\n", "\n\n", "  ", "    ", "> ", "1. ", "# ", "```", "|", "|-|", "---", "===", "\t", "\r",
         "\x00", "\xa0", "\u2028", "\ufeff", "x: y", "*", "<div>", "[a]: b", "é", "\U0001f469"]
    ),
    max_size=60,
).map("".join)  # fmt: skip


def kinds(document):
    return [(statement.kind, statement.text) for statement in statements(document)]


@given(st.one_of(st.text(), MARKDOWN))
def test_statements_stand_where_they_say(document):
    count = len(lines.split(document))
    for statement in statements(document):
        assert document[statement.offset : statement.offset + len(statement.text)] == statement.text
        assert 0 <= statement.start < statement.end <= count


@given(MARKDOWN)
@example("```\na'")  # a fence that nobody closed, to the end of the text
def test_statements_leave_out_markup_only(document):
    covered = {row for found in statements(document) for row in range(found.start, found.end)}
    for row, line in enumerate(lines.split(document)):
        assert row in covered or not any(character.isalpha() for character in line)


def test_statements_follow_bullets_over_lines_and_levels():
    document = "- one\n  wrapped\n  - nested\n1. two\n\n   more\n"
    found = statements(document)
    assert [(each.kind, each.text, each.start, each.end) for each in found] == [
        ("bullet", "one\n  wrapped", 0, 2),
        ("bullet", "nested", 2, 3),
        ("bullet", "two", 3, 4),
        ("bullet", "more", 5, 6),
    ]


def test_statements_of_a_line_share_it():
    found = statements("One thing. Another thing.\n")
    assert [(each.kind, each.text, each.start, each.end) for each in found] == [
        ("sentence", "One thing.", 0, 1),
        ("sentence", "Another thing.", 0, 1),
    ]


def test_statements_of_wrapped_prose_are_one_paragraph_and_lines_of_facts_are_many():
    assert kinds("A long sentence that\ngoes on.\n") == [("paragraph", "A long sentence that\ngoes on.")]
    assert kinds("Name: Bob\nZone: CET\n") == [("sentence", "Name: Bob"), ("sentence", "Zone: CET")]


def test_statements_know_their_headings():
    document = "# Team #\nx\n## Deploys\ny\n# Other\nz\n"
    assert [(each.text, each.heading) for each in statements(document)] == [
        ("Team", ()),
        ("x", ("Team",)),
        ("Deploys", ("Team",)),
        ("y", ("Team", "Deploys")),
        ("Other", ()),
        ("z", ("Other",)),
    ]


def test_statements_take_a_yaml_head_code_and_tables():
    document = "---\nname: x\ntags:\n  - a\n---\n```sh\nmake\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    assert kinds(document) == [
        ("sentence", "name: x"),
        ("sentence", "tags:"),
        ("bullet", "a"),
        ("code", "make"),
        ("table", "a | b"),
        ("table", "1 | 2"),
    ]


def test_statements_keep_link_targets_and_html_in_sight():
    assert kinds("[a]: http://example.org\n\n<!-- hidden -->\n") == [
        ("sentence", "[a]: http://example.org"),
        ("sentence", "<!-- hidden -->"),
    ]


@pytest.mark.parametrize(
    "unit", ["- ", "> ", "-\n", "a\n", "|", "|a|\n|-|\n", "```\n", "    ", "a. B ", "- a\n\n", "\t- a\n"]
)
def test_statements_of_hostile_repetition_stay_linear(unit):
    started = time.perf_counter()
    statements(unit * (100_000 // len(unit)))
    assert time.perf_counter() - started < 10
