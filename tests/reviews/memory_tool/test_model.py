"""Any sequence of commands does to memory what it does to a plain dict, once people approved what came of it."""

import pytest
from anthropic.tools import ToolError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviews.memory_tool import showing
from tests import agent_recipes
from tests.reviews.memory_tool.test_tool import call

PATHS = ["/a.md", "/b.md", "/d/a.md", "/d/b.md"]
FOLDERS = ["/d", "/e"]
START = {"/a.md": "- one\n- two\n", "/d/a.md": "- three\n"}
BUSY = "is free only once"

texts = st.sampled_from(["- one\n", "- one\n- two\n", "- four", "x\ny\nz\n"])
paths, anywhere = st.sampled_from(PATHS), st.sampled_from(PATHS + FOLDERS)
commands = st.one_of(
    st.tuples(st.just("create"), paths, texts),
    st.tuples(
        st.just("str_replace"),
        paths,
        st.sampled_from(["- two", "y", "- one\n", "o"]),
        st.sampled_from(["- 2", "", "q\n"]),
    ),
    st.tuples(st.just("insert"), paths, st.integers(0, 3), st.sampled_from(["- new", "a\nb\n"])),
    st.tuples(st.just("delete"), anywhere),
    st.tuples(st.just("rename"), anywhere, anywhere),
)


class Files(dict):
    """The model: what the reference does to files, without folders of their own."""

    def below(self, path):
        return [path] if path in self else [one for one in sorted(self) if one.startswith(f"{path}/")]

    def need(self, holds):
        if not holds:
            raise KeyError

    def create(self, path, text):
        self.need(not self.below(path))
        self[path] = text

    def str_replace(self, path, old, new):
        self.need(path in self and sum(self[path].startswith(old, at) for at in range(len(self[path]))) == 1)
        self[path] = self[path].replace(old, new)

    def insert(self, path, line, text):
        self.need(path in self and line <= len(self[path].removesuffix("\n").split("\n")) - (not self[path]))
        self[path] = showing.inserted(self[path], line, text)

    def delete(self, path):
        self.need(self.below(path))
        for one in self.below(path):
            del self[one]

    def rename(self, old, new):
        self.need(self.below(old) and not self.below(new) and not new.startswith(f"{old}/"))
        self.need(not any(new.startswith(f"{one}/") for one in self))
        for one in self.below(old):
            self[new + one[len(old) :]] = self.pop(one)


def given_of(command, path, *values):
    names = {"create": ["file_text"], "str_replace": ["old_str", "new_str"], "insert": ["insert_line", "insert_text"]}
    if command == "rename":
        return {"old_path": f"/memories{path}", "new_path": f"/memories{values[0]}"}
    return {"path": f"/memories{path}"} | dict(zip(names.get(command, []), values, strict=True))


def follow(tool, files, step, after=lambda: None):
    """One command on both; they refuse the same."""
    command, *values = step
    wished = Files(files)
    try:
        getattr(wished, command)(*values)
    except KeyError:
        wished = None
    try:
        call(tool, command, **given_of(*step))
    except ToolError as refused:
        said = str(refused)
    else:
        said = ""
    if said:
        assert wished is None or BUSY in said, (step, said)
        return files
    assert wished is not None, step
    after()
    return wished


TRIES = settings(
    max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)


def start(desk):
    """A namespace of this example."""
    desk.space = agent_recipes.namespace(desk.people.row)
    agent_recipes.access(desk.agent, desk.space)
    agent_recipes.memories(desk.space, START)
    return Files(START)


@pytest.mark.slow
@TRIES
@given(steps=st.lists(commands, max_size=6))
def test_what_is_approved_at_once(desk, steps):
    files = start(desk)
    tool = desk.tool(namespace=desk.space.slug)

    for step in steps:
        files = follow(tool, files, step, after=desk.approve)

        assert desk.files() == files


@pytest.mark.slow
@TRIES
@given(steps=st.lists(commands, max_size=6))
@pytest.mark.parametrize("grouped", [False, True])
def test_what_waits_is_read_by_its_session_and_approved_in_the_end(desk, grouped, steps):
    files = start(desk)
    tool = desk.tool(namespace=desk.space.slug, shows_pending=True, grouped=grouped)

    for step in steps:
        files = follow(tool, files, step)
        listed = call(tool, "view", "/memories")
        assert {line.split("\t")[1].split(" ")[0] for line in listed.splitlines()[2:] if not line.endswith("/")} == {
            f"/memories{path}" for path in files
        }
        for path, text in files.items():
            assert call(tool, "view", f"/memories{path}").partition("\n")[2] == "\n".join(
                showing.numbered(text.split("\n"), 1)
            )

    assert desk.files() == START
    tool.propose()
    desk.approve()
    assert desk.files() == files
