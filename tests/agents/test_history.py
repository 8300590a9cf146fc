from datetime import timedelta

from agents import history
from audit import ids
from tests import agent_recipes


def origins(row):
    return [(origin.line, origin.version.number, origin.change) for origin in history.line_origins(row)]


def test_lines_name_the_version_and_change_that_brought_them(team, at):
    (row,) = agent_recipes.memories(agent_recipes.namespace(team.row), {"/a.md": "one\ntwo\nthree\n"})

    first, second = ids.new("chg"), ids.new("chg")
    agent_recipes.rewrite(row, "one\n2\nthree\n", at=at + timedelta(days=1), change=first)
    agent_recipes.rewrite(row, "zero\none\n2\n", at=at + timedelta(days=2), change=second)

    assert origins(row) == [("zero", 3, second), ("one", 1, ""), ("2", 2, first)]


def test_lines_whose_edits_do_not_fit_are_compared(team, at):
    (row,) = agent_recipes.memories(agent_recipes.namespace(team.row), {"/a.md": "one\ntwo\n"})

    agent_recipes.rewrite(row, "one\nmore\ntwo\n", at=at, edits=[])

    assert origins(row) == [("one", 1, ""), ("more", 2, ""), ("two", 1, "")]


def test_empty_memory_has_no_lines(team):
    (row,) = agent_recipes.memories(agent_recipes.namespace(team.row), {"/a.md": ""})

    assert origins(row) == []
