"""The real tool against a real server: what the model is told, what is proposed, and what is read."""

import subprocess
import sys

import pytest
from anthropic.tools import ToolError
from django.conf import settings
from django.utils import timezone

from accounts.enums import Scope
from agents.importers.records import EventRecord
from agents.models import ReadTrace
from audit.models import Event
from reviews.drift import baselines
from reviews.enums import Verdict
from reviews.memory_tool import LucidMemoryTool
from reviews.models import Change, Proposal
from tests import agent_recipes, recipes
from tests.api.test_limits import allow
from tests.reviews import scenes

TEXT = "# Notes\n- one\n- two\n"
NOTES = "/memories/notes.md"


def call(tool, command, path=None, **values):
    given = {"command": command} | ({"path": path} if path else {}) | values
    return tool.call(given)


def refused(tool, *given, **values):
    with pytest.raises(ToolError) as wrong:
        call(tool, *given, **values)
    return str(wrong.value)


@pytest.fixture
def notes(desk):
    return agent_recipes.memories(desk.space, {"/notes.md": TEXT, "/policies/refunds.md": "- a day\n"})[0]


def test_files_are_listed_and_read_as_approved(desk, notes):
    tool = desk.tool(namespace=desk.space.slug)

    assert call(tool, "view", "/memories") == (
        "Here're the files and directories up to 2 levels deep in /memories, excluding hidden items:\n"
        "28B\t/memories\n20B\t/memories/notes.md\n8B\t/memories/policies/\n8B\t/memories/policies/refunds.md"
    )
    assert call(tool, "view", NOTES) == (
        "Here's the content of /memories/notes.md with line numbers:\n"
        "     1\t# Notes\n     2\t- one\n     3\t- two\n     4\t"
    )
    assert call(tool, "view", NOTES, view_range=[2, 3]).endswith("numbers:\n     2\t- one\n     3\t- two")


def test_namespaces_are_folders_where_none_is_named(desk, notes):
    other = agent_recipes.namespace(desk.people.row, slug="empty")
    agent_recipes.access(desk.agent, other, "read")
    tool = desk.tool()

    listed = call(tool, "view", "/memories")

    assert "0B\t/memories/empty/" in listed
    assert f"/memories/{desk.space.slug}/notes.md" in listed
    assert "- one" in call(tool, "view", f"/memories/{desk.space.slug}/notes.md")
    assert "can be read and not changed" in refused(tool, "create", "/memories/empty/a.md", file_text="x")


def test_each_read_is_recorded_and_a_list_is_not(desk, notes):
    tool = desk.tool(namespace=desk.space.slug)

    call(tool, "view", "/memories")
    assert not ReadTrace.objects.of(desk.people.row).exists()
    call(tool, "view", NOTES)

    assert ReadTrace.objects.of(desk.people.row).get().version_ids == [scenes.head(notes).public_id]


def test_what_is_written_is_proposed_and_not_in_memory(desk, notes):
    tool = desk.tool(namespace=desk.space.slug, session="s-17")

    said = call(tool, "str_replace", NOTES, old_str="- two", new_str="- 2")

    [change] = desk.waiting()
    assert said.startswith(
        f"Proposed, and waits for review by people; it is not in memory before they approve it: {change.public_id}."
    )
    assert "     3\t- 2" in said
    assert (change.operation, change.proposal.origin_kind) == ("edit", "agent")
    assert "s-17" in Proposal.objects.of(desk.people.row).get().summary
    assert desk.files()["/notes.md"] == TEXT
    assert "- 2" not in call(tool, "view", NOTES)
    assert refused(tool, "str_replace", NOTES, old_str="- 2", new_str="- II").endswith(
        "An earlier change of this file waits for review."
    )
    desk.approve()
    assert "     3\t- 2" in call(tool, "view", NOTES)


@pytest.mark.parametrize(
    ("command", "values", "after"),
    [
        ("create", {"path": "/memories/new.md", "file_text": "- new\n"}, {"/notes.md": TEXT, "/new.md": "- new\n"}),
        ("insert", {"path": NOTES, "insert_line": 0, "insert_text": "- top\n"}, {"/notes.md": "- top\n" + TEXT}),
        ("delete", {"path": NOTES}, {}),
        ("rename", {"old_path": NOTES, "new_path": "/memories/old/n.md"}, {"/old/n.md": TEXT}),
    ],
)
def test_each_command_is_as_it_says_once_approved(desk, notes, command, values, after):
    call(desk.tool(namespace=desk.space.slug), command, **values)

    desk.approve()

    assert desk.files() == after | {"/policies/refunds.md": "- a day\n"}


def test_a_folder_is_moved_and_put_away_as_one_proposal(desk, notes):
    agent_recipes.memories(desk.space, {"/policies/returns.md": "- two days\n"})
    tool = desk.tool(namespace=desk.space.slug)

    call(tool, "rename", old_path="/memories/policies", new_path="/memories/rules")
    desk.approve()
    assert sorted(desk.files()) == ["/notes.md", "/rules/refunds.md", "/rules/returns.md"]
    call(tool, "delete", "/memories/rules")
    desk.approve()

    assert sorted(desk.files()) == ["/notes.md"]
    assert [one.changes.count() for one in Proposal.objects.of(desk.people.row).order_by("pk")] == [2, 2]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("view", "/etc/passwd"), "Path must start with /memories, got: /etc/passwd"),
        (("view", "/memoriesx/a"), "Path must start with /memories"),
        (("view", "/memories/../a"), "would escape /memories directory"),
        (("view", "/memories/%2e%2e/a"), "would escape /memories directory"),
        (("view", "/memories/%252e%252e/a"), "would escape /memories directory"),
        (("view", "/memories/a%2f..%2f..%2fb"), "would escape /memories directory"),
        (("view", "/memories/none.md"), "The path /memories/none.md does not exist. Please provide a valid path."),
        (("delete", "/memories"), "Cannot delete the /memories directory itself"),
        (("delete", "/memories/none.md"), "The path /memories/none.md does not exist"),
    ],
)
def test_paths_are_refused_in_the_words_of_the_reference(desk, notes, given, says):
    assert says in refused(desk.tool(namespace=desk.space.slug), *given)


def test_refusals_in_the_words_of_the_reference(desk, notes):
    tool = desk.tool(namespace=desk.space.slug)

    assert refused(tool, "create", NOTES, file_text="x") == "File /memories/notes.md already exists"
    assert refused(tool, "str_replace", NOTES, old_str="- ", new_str="x") == (
        "No replacement was performed. Multiple occurrences of old_str `- ` in lines: 2, 3. Please ensure it is unique"
    )
    assert "did not appear verbatim in /memories/notes.md." in refused(
        tool, "str_replace", NOTES, old_str="none", new_str="x"
    )
    assert "It should be within the range [0, 3]." in refused(tool, "insert", NOTES, insert_line=9, insert_text="x")
    assert "already exists" in refused(tool, "rename", old_path=NOTES, new_path="/memories/policies/refunds.md")
    assert refused(tool, "view", "/memories/\u200bx.md").endswith("does not exist. Please provide a valid path.")
    assert "U+200B" in refused(tool, "create", "/memories/\u200bx.md", file_text="x")
    assert not Change.objects.of(desk.people.row).exists()


def test_own_writings_are_shown_where_asked_and_marked(desk, notes):
    tool = desk.tool(namespace=desk.space.slug, shows_pending=True)

    call(tool, "create", "/memories/new.md", file_text="- new\n")
    call(tool, "str_replace", "/memories/new.md", old_str="new", new_str="newer")

    assert "with line numbers: (proposed, not approved)\n     1\t- newer" in call(tool, "view", "/memories/new.md")
    assert "/memories/new.md (proposed, not approved)" in call(tool, "view", "/memories")
    assert "proposed" not in call(tool, "view", NOTES)
    [change] = desk.waiting()  # the first was taken back for the second
    assert Change.objects.of(desk.people.row).count() == 2
    scenes.approve_and_apply(change, desk.people.reviewer)
    assert desk.files()["/new.md"] == "- newer\n"
    assert "proposed" not in call(tool, "view", "/memories/new.md")


def test_what_people_rejected_is_not_shown_any_more(desk, notes):
    tool = desk.tool(namespace=desk.space.slug, shows_pending=True)
    call(tool, "str_replace", NOTES, old_str="- two", new_str="- 2")

    scenes.vote(desk.waiting()[0], desk.people.reviewer, Verdict.REJECT, reason="No.", reason_code="false")

    assert "- two" in call(tool, "view", NOTES)


def test_a_session_is_proposed_together(desk, notes):
    with desk.tool(namespace=desk.space.slug, grouped=True) as tool:
        said = call(tool, "create", "/memories/a.md", file_text="- a\n")
        call(tool, "str_replace", NOTES, old_str="- two", new_str="- 2")
        call(tool, "create", "/memories/b.md", file_text="- b\n")
        call(tool, "delete", "/memories/b.md")
        assert not Change.objects.of(desk.people.row).exists()

    assert "together with the rest of this session" in said
    proposal = Proposal.objects.of(desk.people.row).get()
    assert sorted(proposal.changes.values_list("operation", flat=True)) == ["add", "edit"]


def test_a_session_that_broke_proposes_nothing(desk, notes):
    def broken():
        with desk.tool(namespace=desk.space.slug, grouped=True) as tool:
            call(tool, "create", "/memories/a.md", file_text="- a\n")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()

    assert not Change.objects.of(desk.people.row).exists()


def test_limits_are_told_so_that_the_model_can_act(desk, notes):
    tool = desk.tool(namespace=desk.space.slug)
    allow(desk.people.row, open=1)
    call(tool, "create", "/memories/a.md", file_text="x")

    said = refused(tool, "create", "/memories/b.md", file_text="x")

    assert said.startswith("So many changes of this agent wait for people")
    assert "Go on without saving." in said
    assert Event.objects.filter(type="access.limited").count() == 1


def test_a_token_without_the_scope_and_one_of_another_agent_say_why(desk, notes):
    reads = desk.tool(namespace=desk.space.slug, scopes=(Scope.MEMORY_READ,))
    strange = desk.tool(agent=agent_recipes.agent(desk.people.row))

    assert "Memory refused this" in refused(reads, "create", "/memories/a.md", file_text="x")
    assert refused(strange, "view", "/memories") == "Memory refused this: there is no such agent."


def test_a_lucid_that_is_away_is_a_tool_error():
    tool = LucidMemoryTool(url="http://127.0.0.1:9/api/v1", token="t", agent="a")

    assert "Memory cannot be reached now" in refused(tool, "view", "/memories")


def test_the_sdks_loop_reads_writes_and_goes_on_after_a_refusal(desk, notes, platform):
    """The unmodified SDK asks the model, carries out what it wants of memory, and tells it what came of it."""
    wanted = [
        {"command": "view", "path": "/memories"},
        {"command": "create", "path": NOTES, "file_text": "x"},
        {"command": "str_replace", "path": NOTES, "old_str": "- two", "new_str": "- 2"},
    ]
    for number, given in enumerate(wanted):
        use = {"type": "tool_use", "id": f"toolu_{number}", "name": "memory", "input": given}
        platform.say(content=[use], stop_reason="tool_use")
    platform.say("Noted.")
    client = platform.client()

    last = client.beta.messages.tool_runner(
        model="claude-opus-5-5",
        max_tokens=1024,
        messages=[{"role": "user", "content": "Write two as 2."}],
        tools=[desk.tool(namespace=desk.space.slug)],
    ).until_done()

    assert last.content[0].text == "Noted."
    sent = [one["body"]["messages"][-1]["content"] for one in platform.asked("POST /v1/messages")[1:]]
    results = [part for [part] in sent]
    assert [bool(one.get("is_error")) for one in results] == [False, True, False]
    assert "already exists" in str(results[1]["content"])
    assert "waits for review" in str(results[2]["content"])
    assert len(desk.waiting()) == 1


def test_the_tool_needs_no_django():
    """As in an agent's process, where there is none."""
    code = "import sys; sys.modules['django'] = None; from reviews.memory_tool import LucidMemoryTool"

    subprocess.run([sys.executable, "-c", code], check=True, cwd=settings.BASE_DIR)


SAID = "The limit is 40."


def quotes_of(desk, asked):
    """A person said it, a tool showed it: as an agent gives it that has pushed its session so far."""
    session = agent_recipes.session(
        desk.agent,
        events=[
            EventRecord("message", "user", SAID, "user_input"),
            EventRecord("tool_result", "", SAID, "external_tool", tool="get_limit"),
        ],
    )

    def quotes(change):
        asked.append(change)
        one = {"session": session.public_id, "start": 0, "end": len(SAID), "quote": SAID}
        return [one | {"event": 0}, one | {"event": 1}]

    return quotes


def let_own_writes_in(desk):
    baselines.sign(
        namespace=desk.space, root=baselines.live(desk.space).root, note="", by=desk.people.security, at=timezone.now()
    )
    own = {"agents": {desk.agent.public_id: "automatic_low"}, "namespaces": {desk.space.public_id: "automatic_low"}}
    recipes.policy(desk.people.row, own_writes=own, tiers={})


@pytest.mark.parametrize("bound", (True, False))
def test_what_policy_lets_straight_in_is_stored_and_the_model_is_told_which(desk, notes, bound):
    let_own_writes_in(desk)
    asked = []
    tool = desk.tool(namespace=desk.space.slug, agent=desk.agent if bound else None, evidence=quotes_of(desk, asked))

    said = call(tool, "str_replace", NOTES, old_str="- two", new_str="- The limit is 40.")

    assert [(one["operation"], one["path"]) for one in asked] == [("edit", "/notes.md")]
    assert said.endswith("(Stored.)") is bound
    assert said.startswith("Proposed, and waits for review by people") is not bound
    assert (desk.files()["/notes.md"] == "# Notes\n- one\n- The limit is 40.\n") is bound
    assert len(desk.waiting()) == (0 if bound else 1)
    assert ("The limit is 40." in call(tool, "view", NOTES)) is bound


def test_without_quotes_it_is_proposed_and_a_part_that_waits_is_told_as_such(desk, notes):
    let_own_writes_in(desk)
    plain = desk.tool(namespace=desk.space.slug, agent=desk.agent)
    quoting = desk.tool(namespace=desk.space.slug, agent=desk.agent, grouped=True, evidence=quotes_of(desk, []))

    assert call(plain, "insert", NOTES, insert_line=3, insert_text="- three").startswith("Proposed, and waits")
    call(quoting, "create", "/memories/limit.md", file_text="- The limit is 40.\n")
    call(quoting, "delete", "/memories/policies/refunds.md")
    said = quoting.propose()

    assert said.startswith("Proposed, and waits for review by people")
    assert "Stored" in said
    assert set(desk.files()) == {"/notes.md", "/policies/refunds.md", "/limit.md"}
