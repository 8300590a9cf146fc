import hashlib
import io
import json

import pytest
from django.core.management import CommandError, call_command, load_command_class
from django.db import connection

from audit import testing
from audit.models import Event

pytestmark = pytest.mark.django_db


def run(*arguments):
    """What the command prints, and its exit code."""
    out, code = io.StringIO(), 0
    try:
        call_command("audit", *arguments, stdout=out)
    except CommandError as error:
        code = error.returncode
    return out.getvalue(), code


@pytest.fixture
def log(happen):
    happen("team.created", "member.invited", "member.joined")


def test_verify_says_what_was_checked_and_what_was_not(log):
    printed, code = run("verify")

    assert code == 0
    assert "team_a: sound; checked 3 events" in printed
    assert "Not checked: whether a whole log was rewritten" in printed


def test_verify_prints_one_json_document(log, happen):
    happen("team.created", log="team_b")

    printed, code = run("verify", "--json")

    document = json.loads(printed)
    assert (code, document["version"], document["ok"]) == (0, 1, True)
    assert [(one["log"], one["size"], one["faults"]) for one in document["logs"]] == [
        ("team_a", 3, []),
        ("team_b", 1, []),
    ]


def test_verify_of_a_changed_log_names_event_and_reason_and_fails(log):
    with testing.guards_open():
        Event.objects.filter(seq=2).update(outcome="denied")

    printed, code = run("verify", "--log", "team_a")
    document, json_code = run("verify", "--json")

    assert "team_a: BROKEN" in printed
    assert "event 2: column: the column outcome says something else than the body" in printed
    assert (code, json_code) == (1, 1)
    assert json.loads(document)["logs"][0]["faults"] == [
        {"seq": 2, "reason": "column", "detail": "the column outcome says something else than the body"}
    ]


def test_verify_of_an_empty_installation_is_sound():
    printed, code = run("verify", "--json")

    assert (json.loads(printed), code) == ({"version": 1, "ok": True, "logs": []}, 0)


@pytest.mark.parametrize(
    "arguments",
    [("verify", "--log", "team_x"), ("export", "--log", "team_x"), ("export", "--log", "team_a", "--json")],
)
def test_what_cannot_be_meant_prints_nothing_and_ends_with_2(log, arguments):
    assert run(*arguments) == ("", 2)


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "--log", "team_a", "--since", "yesterday"),
        ("export", "--log", "team_a", "--since", "2026-13-01"),
        ("export", "--log", "team_a", "--format", "xml"),
        ("export",),
        ("explode",),
        (),
    ],
)
def test_bad_usage_ends_the_process_with_2(arguments):
    command = load_command_class("audit", "audit")
    command._called_from_command_line = True

    with pytest.raises(SystemExit) as ending:
        command.create_parser("manage.py", "audit").parse_args(arguments)

    assert ending.value.code == 2


def test_export_writes_the_canonical_lines_and_is_an_event_itself(log):
    bodies = b"".join(bytes(event.body) + b"\n" for event in Event.objects.order_by("seq"))

    printed, code = run("export", "--log", "team_a")

    made = Event.objects.get(type="export.made").content()
    assert (printed.encode(), code) == (bodies, 0)
    assert made["data"] == {
        "format": "jsonl",
        "rows": 3,
        "sha256": hashlib.sha256(bodies).hexdigest(),
        "door": "command",
    }


def test_export_narrows_and_writes_a_file_whole(log, tmp_path):
    out = tmp_path / "trail.csv"

    printed, code = run(
        *("export", "--log", "team_a", "--format", "csv", "--out", str(out), "--json"),
        *(
            "--type",
            "member.invited",
            "--type",
            "member.joined",
            "--since",
            "2026-03-01",
            "--until",
            "2026-03-02T00:00Z",
        ),
    )

    document = json.loads(printed)
    assert (code, document["rows"], document["sha256"]) == (0, 2, hashlib.sha256(out.read_bytes()).hexdigest())
    assert [path.name for path in tmp_path.iterdir()] == ["trail.csv"]
    assert Event.objects.get(type="export.made").content()["data"]["since"] == "2026-03-01T00:00:00+00:00"


def test_export_to_a_place_that_cannot_be_written_fails_and_is_no_event(log, tmp_path):
    assert run("export", "--log", "team_a", "--out", str(tmp_path / "no" / "x.jsonl")) == ("", 1)
    assert Event.objects.filter(type="export.made").count() == 0


def test_grant_prints_its_statements_where_there_are_roles():
    printed, code = run("grant", "--role", 'app"x', "--print")

    if connection.vendor == "postgresql":
        assert (code, 'GRANT SELECT, INSERT ON public.audit_event TO "app""x";\n' in printed) == (0, True)
    else:
        assert (printed, code) == ("", 2)
