import json
import os
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from agents.models import Memory, ReadTrace, Session, SessionEvent
from audit.models import Event
from tests import agent_recipes, recipes

ONE_CHAT = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "How can I help?"}]


@pytest.fixture
def agent(team):
    return agent_recipes.agent(team.row, slug="triage")


def run(*arguments):
    """Exit code, what was printed, what was complained of."""
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command(*map(str, arguments), stdout=out, stderr=err)
    except CommandError as ended:
        code = ended.returncode
        err.write(str(ended))
    return code, out.getvalue(), err.getvalue()


def imported(*arguments):
    code, out, err = run("import_sessions", *arguments, "--json")
    return code, json.loads(out), err


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


def own_format(external_id="s-1", text="Hello"):
    return lines(
        {"record": "session", "version": 1, "id": external_id},
        {"record": "event", "kind": "message", "speaker": "user", "text": text},
        {"record": "outcome", "name": "completed", "source": "test", "score": 1.0},
    )


def test_folder_is_walked_and_the_rest_left_alone(agent, tmp_path):
    (tmp_path / "b.jsonl").write_text(own_format("s-2"))
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.jsonl").write_text(own_format("s-1"))
    (tmp_path / "notes.txt").write_text("nothing")

    code, document, err = imported(tmp_path, "--agent", "triage")

    assert code == 0
    assert document == {
        "version": 1,
        "files": [
            {
                "path": str(tmp_path / name),
                "format": "lucid",
                "sessions": 1,
                "new": 1,
                "unchanged": 0,
                "events": {"message": 1},
                "outcomes": {"completed": 1},
                "error": None,
            }
            for name in ("a/one.jsonl", "b.jsonl")
        ],
    }
    assert err == f"{tmp_path / 'notes.txt'}: left alone: not one of .json, .jsonl, .traj\n"


def test_second_import_finds_nothing_new(agent, tmp_path):
    file = tmp_path / "one.jsonl"
    file.write_text(own_format())
    imported(file, "--agent", "triage")

    code, document, _err = imported(file, "--agent", "triage")

    assert (code, document["files"][0]["new"], document["files"][0]["unchanged"]) == (0, 0, 1)


def test_source_is_the_format_unless_named(agent, tmp_path):
    file = tmp_path / "one.jsonl"
    file.write_text(own_format())

    imported(file, "--agent", "triage")
    imported(file, "--agent", "triage", "--source", "helpdesk")

    sources = Session.objects.of(agent.team).order_by("source").values_list("source", flat=True)
    assert list(sources) == ["helpdesk", "lucid"]


BAD_FILES = {
    "empty.json": (b"", "the file is empty"),
    "cut.json": (json.dumps(ONE_CHAT).encode()[:-20], "not valid JSON, or cut short"),
    "latin.json": (json.dumps(ONE_CHAT).replace("Hello", "H\u00e9llo").encode("latin-1"), "is not UTF-8"),
    "unknown.json": (b'{"hello": "world"}', "the format is not known"),
    "long_line.jsonl": (own_format().encode() + b'{"record": "event", "text": "' + b"x" * 2**21 + b'"}\n', "line 4"),
    "half_bad.jsonl": (own_format("s-9").encode() + b'{"record": "event", "kind": "nonsense"}\n', "line 4"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file_is_named_and_the_others_go_on(agent, tmp_path, name):
    data, reason = BAD_FILES[name]
    (tmp_path / name).write_bytes(data)
    (tmp_path / "zz_good.jsonl").write_text(own_format("s-1"))

    code, document, err = imported(tmp_path, "--agent", "triage")

    bad, good = document["files"]
    complaint, end = err.splitlines()
    assert code == 1
    assert str(tmp_path / name) in complaint
    assert reason in complaint
    assert complaint == bad["error"]
    assert end == "1 of 2 files were not taken in"
    assert (bad["sessions"], bad["new"], good["new"]) == (0, 0, 1)
    assert list(Session.objects.of(agent.team).values_list("external_id", flat=True)) == ["s-1"]


def test_file_over_the_limit_is_not_read(agent, tmp_path):
    with (tmp_path / "large.json").open("wb") as file:
        file.truncate(50 * 1024**2 + 1)

    code, document, _err = imported(tmp_path, "--agent", "triage")

    assert code == 1
    assert document["files"][0]["error"] == f"{tmp_path}/large.json: the file is larger than 50 MB"


def test_file_that_is_not_there_is_named(agent, tmp_path):
    code, _out, err = run("import_sessions", tmp_path / "gone.json", "--agent", "triage")

    assert code == 1
    assert f"{tmp_path}/gone.json: No such file or directory" in err


def test_unknown_agent_is_bad_usage_and_names_the_known(agent, tmp_path):
    code, _out, err = run("import_sessions", tmp_path, "--agent", "nobody")

    assert (code, err) == (2, "no agent is called 'nobody'; known are triage")


def test_team_is_needed_where_two_have_the_agent(agent, other_team, tmp_path):
    agent_recipes.agent(other_team.row, slug="triage")
    (tmp_path / "one.jsonl").write_text(own_format())

    unclear, _out, err = run("import_sessions", tmp_path, "--agent", "triage")
    clear, _out, _err = run("import_sessions", tmp_path, "--agent", "triage", "--team", "south")

    assert (unclear, err) == (2, "several teams have the agent 'triage'; choose one with --team: north, south")
    assert clear == 0
    assert Session.objects.of(other_team.row).count() == 1


def test_characters_that_no_database_stores_are_reported(agent, tmp_path):
    (tmp_path / "one.jsonl").write_text(own_format(text="a\0b"))

    _code, _document, err = imported(tmp_path, "--agent", "triage")

    assert err == f"{tmp_path}/one.jsonl: 1 characters that no database stores became U+FFFD\n"
    assert SessionEvent.objects.of(agent.team).get().text == "a\N{REPLACEMENT CHARACTER}b"


def test_memory_is_imported_to_free_paths(team, tmp_path):
    space = agent_recipes.namespace(team.row, slug="support")
    agent_recipes.memories(space, {"/taken.md": "- old\n", "/same.md": "- same\n"})
    (tmp_path / "sub").mkdir()
    for name, text in {"sub/new.md": "- new\n", "taken.md": "- other\n", "same.md": "- same\n"}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "long.md").write_text("x" * 102_401)

    code, out, err = run("import_memory", tmp_path, "--namespace", "support", "--json")

    document = json.loads(out)
    errors = {file["path"]: file["error"] for file in document["files"]}
    assert (code, document["new"], document["unchanged"]) == (1, 1, 1)
    assert errors == {
        "/long.md": "the text has 102,401 bytes; a memory holds at most 102,400",
        "/same.md": None,
        "/sub/new.md": None,
        "/taken.md": "another text stands at this path; propose the change instead",
    }
    assert "/long.md: the text has 102,401 bytes" in err
    assert Memory.objects.of(team.row).count() == 3


def test_memory_path_with_a_control_character_is_refused(team, tmp_path):
    agent_recipes.namespace(team.row, slug="support")
    (tmp_path / "a\x07b.md").write_text("- x\n")

    code, _out, err = run("import_memory", tmp_path, "--namespace", "support")

    assert code == 1
    assert "the path holds a control character (U+0007)" in err
    assert "\x07" not in err
    assert not Memory.objects.of(team.row).exists()


def test_export_writes_what_the_agent_reads(team, agent, tmp_path):
    space = agent_recipes.namespace(team.row, slug="support")
    agent_recipes.memories(space, {"/a/one.md": "- one\r\n", "/two.md": "- two"})
    agent_recipes.access(agent, space)

    code, _out, _err = run("export_memory", "triage", "--to", tmp_path / "out")

    written = {str(p.relative_to(tmp_path)): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert code == 0
    assert written == {"out/support/a/one.md": b"- one\r\n", "out/support/two.md": b"- two"}
    assert ReadTrace.objects.of(team.row).count() == 1
    assert Event.objects.filter(type="memory.read").count() == 1


def test_export_leaves_through_no_link(team, agent, tmp_path):
    space = agent_recipes.namespace(team.row, slug="support")
    agent_recipes.memories(space, {"/a/one.md": "- one\n", "/two.md": "- two\n"})
    agent_recipes.access(agent, space)
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "out" / "support").mkdir(parents=True)
    (tmp_path / "out" / "support" / "a").symlink_to(outside)
    (tmp_path / "out" / "support" / "two.md").symlink_to(outside / "two.md")

    code, _out, err = run("export_memory", "triage", "--to", tmp_path / "out")

    assert code == 1
    assert "support/a/one.md: its path leads out of the folder" in err
    assert "support/two.md: a link stands there" in err
    assert list(outside.iterdir()) == []


DATA = Path(os.environ["LUCID_DATA"], "dev") if os.environ.get("LUCID_DATA") else None


def plain_counts(folder):
    """Events by kind and outcomes by name, counted with plain json and nothing of the importers."""
    kinds, ends = Counter(), Counter()
    for path in sorted(path for path in (DATA / folder).rglob("*") if path.is_file()):
        text = path.read_text()
        for document in map(json.loads, text.splitlines()) if path.suffix == ".jsonl" else [json.loads(text)]:
            PLAIN[folder](document, kinds, ends)
    return kinds, ends


def _chat(messages, kinds):
    for message in messages:
        kinds["tool_call"] += len(message.get("tool_calls") or [])
        if message["role"] == "tool":
            kinds["tool_result"] += 1
        elif message["content"]:
            kinds["message"] += 1


def _tau(runs, kinds, ends):
    for run in runs:
        _chat(run["traj"], kinds)
        ends["completed" if run["reward"] == 1 else "failed"] += 1


def _tau2(results, kinds, ends):
    for simulation in results["simulations"]:
        _chat(simulation["messages"], kinds)
        ends["completed" if simulation["reward_info"]["reward"] == 1 else "failed"] += 1


def _claude_code(line, kinds, ends):
    names = {"text": "message", "tool_use": "tool_call", "tool_result": "tool_result", "thinking": "reasoning"}
    content = line.get("message", {}).get("content")
    blocks = [{"type": "text"}] if isinstance(content, str) else content or [{"type": "a line of its own"}]
    kinds.update(names.get(block["type"], "notice") for block in blocks)


def _swe_agent(run, kinds, ends):
    roles = [entry["role"] for entry in run["history"]]
    steps = len(run["trajectory"])
    kinds.update({"message": roles.index("assistant") + steps, "tool_call": steps, "tool_result": steps})
    ends["completed"] += 1


def _who_and_when(log, kinds, ends):
    kinds["message"] += len(log["history"])
    ends["failed"] += 1


PLAIN = {
    "tau_bench_airline": _tau,
    "tau2_bench": _tau2,
    "claude_code_jsonl": _claude_code,
    "swe_agent_traj": _swe_agent,
    "who_and_when": _who_and_when,
}


@pytest.mark.skipif(DATA is None or not DATA.is_dir(), reason="LUCID_DATA names no folder with dev/")
@pytest.mark.parametrize("folder", PLAIN)
def test_real_files_are_counted_alike_and_once(agent, folder):
    kinds, ends = plain_counts(folder)

    code, first, err = imported(DATA / folder, "--agent", "triage")
    _code, second, _err = imported(DATA / folder, "--agent", "triage")

    told = Counter(), Counter()
    for file in first["files"]:
        told[0].update(file["events"])
        told[1].update(file["outcomes"])
    rows = SessionEvent.objects.of(agent.team).values_list("kind", flat=True)
    assert (code, err) == (0, "")
    assert told == (kinds, ends)
    assert Counter(rows) == kinds
    assert sum(file["new"] for file in first["files"]) == Session.objects.of(agent.team).count()
    assert [file["new"] for file in second["files"]] == [0] * len(first["files"])


def test_no_team_is_said(db, tmp_path):
    assert recipes.Team.objects.count() == 0

    code, _out, err = run("import_sessions", tmp_path, "--agent", "triage")

    assert (code, err) == (2, "no agent is called 'triage'; there is none yet")
