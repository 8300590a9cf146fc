import json

import pytest

from audit import private, testing, trail
from audit.checkpoints import signing_keys
from audit.models import Checkpoint, Delivery, Event, LogHead, Private
from audit.verify import notes
from tests.audit.test_command import run
from tests.recipes import AT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signs")]


@pytest.fixture
def log(happen):
    happen("team.created", "member.invited", "member.joined")


def public(generation=1):
    return signing_keys.of_generation(generation).secret.public


def cut(size, log="team_a"):
    """Take the end off the log, with head, checkpoints and all that the database knows of them."""
    with testing.guards_open():
        bodies = [event.content() for event in Event.objects.of_log(log).oldest_first()][:size]
        for rows in (Delivery, Checkpoint, Event, LogHead):
            rows.objects.all().delete()
    with trail.unit_of_work(at=AT) as unit:
        for body in bodies:
            unit.record(body["type"], target=trail.Target("team", "team_a"), by=trail.SYSTEM, log=log)


def test_checkpoint_signs_and_delivers_every_log(log, signs):
    printed, code = run("checkpoint")
    document = json.loads(run("checkpoint", "--json")[0])

    assert (code, "team_a: signed; newest checkpoint at 3\nteam_a\n3\n" in printed) == (0, True)
    assert [(one["log"], one["size"], one["refused"]) for one in document["logs"]] == [
        ("installation", 1, ""),
        ("team_a", 3, ""),
    ]
    assert len(list((signs / "checkpoints" / "team_a").iterdir())) == 2


def test_a_refused_log_ends_with_1_and_goes_on_by_an_act_of_a_person_that_it_records(happen, team, other_team):
    log = team.row.trail_log
    happen("team.created", "member.invited", "member.joined", log=log)
    run("checkpoint")
    cut(2, log)

    printed, code = run("checkpoint", "--log", log)
    assert (code, f"{log}: smaller; newest checkpoint at 3" in printed) == (1, True)

    restart = ("checkpoint", "--log", log, "--restart", "restored")
    for nobody in ("nobody@north.example", team.lead.email, other_team.admin.email):
        assert run(*restart, "--by", nobody) == ("", 2)
    assert run(*restart, "--by", team.auditor.email.upper())[1] == 0
    said = Event.objects.get(type="checkpoint.restarted")
    assert (said.actor_type, said.actor_id) == ("person", team.auditor.public_id)
    assert said.content()["data"]["reason_code"] == "restored"
    kept = Private.objects.get(event=said.public_id, name="account")
    assert (kept.subject, "@" in private.open(kept).value) == (team.auditor.public_id, True)
    assert run("checkpoint", "--log", log)[1] == 0


def test_an_admin_of_any_team_answers_for_the_log_of_the_installation(log, team):
    run("checkpoint")

    assert run("checkpoint", "--log", "installation", "--restart", "state_lost", "--by", team.admin.email)[1] == 0
    assert Event.objects.get(type="checkpoint.restarted").actor_id == team.admin.public_id


def test_verify_holds_the_log_against_what_the_signer_remembers(log):
    before = run("verify")[0]
    run("checkpoint")
    sound = run("verify", "--log", "team_a")
    cut(2)
    broken = run("verify", "--log", "team_a", "--json")

    assert "whether a whole log was rewritten" in before
    assert (sound[1], "whether a whole log was rewritten" in sound[0]) == (0, False)
    assert "2 checkpoints" in sound[0]
    assert [one["detail"] for one in json.loads(broken[0])["logs"][0]["faults"]] == [
        "the signer's memory knows 3 events, the log ends at 2"
    ]


def test_verify_holds_the_log_against_a_folder_of_notes(log, signs, settings):
    run("checkpoint")
    key, folder = public().encode(), str(signs / "checkpoints")
    (signs / "checkpoints" / "team_a" / "000000000009-torn.note").write_bytes(b"team_a\n9\n")
    settings.SIGNER_FOLDER = settings.KEY_FOLDER = signs / "elsewhere"

    assert run("verify", "--log", "team_a", "--notes", folder, "--key", key)[1] == 0
    cut(2)
    printed, code = run("verify", "--log", "team_a", "--notes", folder, "--key", key)

    assert (code, f"{folder} knows 3 events, the log ends at 2" in printed) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("verify", "--key", "nonsense"), 2),
        (("checkpoint", "--log", "team_x"), 2),
        (("checkpoint", "--restart", "restored"), 2),
        (("checkpoint", "--log", "team_a", "--restart", "restored"), 2),
    ],
)
def test_what_cannot_be_meant_ends_with_2(log, arguments, expected):
    assert run(*arguments) == ("", expected)


def test_notes_of_another_key_or_log_are_no_anchor(log, signs, happen):
    run("checkpoint")
    folder = signs / "checkpoints"
    other = notes.PublicKey("lucid", bytes(32)).encode()
    assert run("verify", "--notes", str(folder), "--key", other) == ("", 1)

    happen("team.created", log="team_b")
    (folder / "team_a").rename(folder / "team_b")
    assert run("verify", "--log", "team_b", "--notes", str(folder)) == ("", 1)


def test_a_note_that_says_something_else_than_its_row_is_found(log):
    run("checkpoint")
    with testing.guards_open():
        Checkpoint.objects.filter(log="team_a").update(note=Checkpoint.objects.get(log="installation").note)

    printed, code = run("verify", "--log", "team_a")

    assert (code, "event 3: note: the note of a checkpoint says something else than its row" in printed) == (1, True)


def test_keys_are_listed_rotated_and_exported(log, signs):
    assert run("keys", "list") == ("There is no key yet: the first checkpoint makes one.\n", 0)
    run("checkpoint")
    assert json.loads(run("keys", "list", "--json")[0])["keys"] == [
        {"generation": 1, "public": public().encode(), "fingerprint": public().fingerprint}
    ]

    printed, code = run("keys", "rotate")

    assert (code, printed) == (0, f"Generation 2 signs from here on; logs handed over: 2\n{public(2).encode()}\n")
    overlaps = [row for row in Checkpoint.objects.all() if row.note.count("\n— ") == 2]
    assert sorted(row.log for row in overlaps) == ["installation", "team_a"]
    out = signs / "public.txt"
    run("keys", "export", "--out", str(out))
    assert out.read_text() == run("keys", "export")[0] == f"{public(2).encode()}\n{public(1).encode()}\n"


def test_a_key_that_others_can_read_is_said_and_nothing_is_signed(log, signs):
    run("checkpoint")
    (signs / "keys" / "checkpoint.1.key").chmod(0o644)

    assert [run(*arguments) for arguments in (("checkpoint",), ("keys", "list"), ("keys", "rotate"))] == [("", 1)] * 3
    assert Checkpoint.objects.filter(log="team_a").count() == 1
