import json
import os
import subprocess
import sys

import pytest

from audit.verify import cli, packs, single
from tests.audit import mutations
from tests.audit import pack_recipes as recipes

KEY = recipes.KEY.public.encode()


@pytest.fixture
def pack(tmp_path):
    path = tmp_path / "pack.zip"
    path.write_bytes(recipes.contiguous().build())
    return path


def write(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    return str(path)


def without_a_reader(*command):
    """(exit code, what stood on stderr) of a command whose output nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    os.close(writing)
    return done.returncode, done.stderr


def test_a_reader_that_has_gone_leaves_the_verdict_as_it_is(tmp_path, pack):
    tampered = write(tmp_path, "tampered.zip", mutations.edited(25))
    script = write(tmp_path, "verify.py", single.source().encode())
    for verifier in ([sys.executable, "-m", "audit.verify"], [sys.executable, "-I", "-S", script]):
        assert without_a_reader(*verifier, str(pack), "--key", KEY) == (0, "")
        assert without_a_reader(*verifier, tampered, "--key", KEY, "--json") == (1, "")


def test_exit_codes_tell_the_five_outcomes_apart(tmp_path, pack, capsys):
    files = recipes.unpacked(pack.read_bytes())
    tampered = write(tmp_path, "tampered.zip", mutations.edited(25))
    later = write(tmp_path, "later.zip", recipes.signed(files, version=2))
    other = recipes.OTHER_KEY.public.encode()

    assert cli.main([str(pack), "--key", KEY]) == 0
    assert cli.main([tampered, "--key", KEY]) == 1
    assert cli.main([str(pack), "--key", other]) == 2
    assert cli.main([str(tmp_path / "none.zip"), "--key", KEY]) == 3
    assert cli.main([later, "--key", KEY]) == 4
    assert "none.zip: No such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--key", KEY],
        ["x.zip"],
        ["x.zip", "--key", KEY, "--loud"],
        ["{pack}", "--key", "x"],
        ["{pack}", "--key", ""],
    ],
)
def test_what_cannot_be_understood_is_exit_code_3(pack, arguments, capsys):
    try:
        code = cli.main([str(pack) if one == "{pack}" else one for one in arguments])
    except SystemExit as stop:
        code = stop.code

    assert code == 3
    assert capsys.readouterr().err


def test_keys_come_as_text_file_or_fingerprint(tmp_path, pack):
    keys = write(tmp_path, "keys.txt", f"# ours\n{recipes.OTHER_KEY.public.encode()}\n{KEY}\n".encode())
    files = recipes.unpacked(pack.read_bytes())
    named = recipes.signed({**files, packs.KEYS: json.dumps({"keys": [KEY]}).encode()})

    assert cli.main([str(pack), "--key", keys]) == 0
    assert cli.main([write(tmp_path, "named.zip", named), "--key", recipes.KEY.public.fingerprint]) == 0
    assert cli.main([str(pack), "--key", write(tmp_path, "empty.txt", b"\n")]) == 3


def test_a_pin_catches_a_cut_log_and_a_bad_pin_is_said(tmp_path, capsys):
    pin = write(tmp_path, "pin.note", recipes.contiguous().log.checkpoint())
    shorter = write(tmp_path, "shorter.zip", recipes.contiguous(size=40, sizes=(40,)).build())

    assert cli.main([shorter, "--key", KEY]) == 0
    assert cli.main([shorter, "--key", KEY, "--pin", pin]) == 1
    mailed = write(tmp_path, "mailed.note", recipes.contiguous().log.checkpoint(40).replace(b"\n", b"\r\n"))
    assert cli.main([shorter, "--key", KEY, "--pin", mailed]) == 0
    assert "[rollback]" in capsys.readouterr().out
    assert cli.main([shorter, "--key", KEY, "--pin", write(tmp_path, "bad.note", b"x")]) == 3
    assert "--pin" in capsys.readouterr().err


def test_json_is_one_document_and_nothing_else(pack, capsys):
    cli.main([str(pack), "--key", KEY, "--json", "--strict"])
    found = json.loads(capsys.readouterr().out)

    assert (found["version"], found["verdict"], found["exit"], found["class"]) == (1, "verified", 0, "contiguous")
    assert found["range"] == {"first": 1, "last": 50}


def test_nothing_in_a_pack_reaches_the_terminal_but_as_text(tmp_path, capsys):
    scene = recipes.contiguous(size=4, sizes=(4,))
    scene.about = recipes.about(first=1, last=4, tool="\x1b[2J\x07\u202eevil\r\nVERIFIED")
    scene.extra = {"events.csv": b"x"}
    cli.main([write(tmp_path, "loud.zip", scene.build()), "--key", KEY])
    out = capsys.readouterr().out

    assert "evil" in out
    assert not [letter for letter in out if not letter.isprintable() and letter != "\n"]
    assert sum(line.startswith("VERIFIED") for line in out.splitlines()) == 1


def run_alone(tmp_path, *arguments):
    """The single file, with an interpreter that sees no installed package."""
    script = write(tmp_path, "verify.py", single.source().encode())
    command = [sys.executable, "-I", "-S", script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=60)


def test_the_single_file_needs_nothing_but_python(tmp_path, pack):
    good = run_alone(tmp_path, str(pack), "--key", KEY, "--strict", "--json")
    bad = run_alone(tmp_path, write(tmp_path, "bad.zip", mutations.edited(25)), "--key", KEY)
    lost = run_alone(tmp_path, str(pack))

    assert (good.returncode, json.loads(good.stdout)["verdict"], good.stderr) == (0, "verified", "")
    assert (bad.returncode, bad.stderr) == (1, "")
    assert "[root]" in bad.stdout
    assert lost.returncode == 3


OFFLINE = """
import runpy, sys
def refuse(event, arguments):
    if event.startswith("socket."):
        raise RuntimeError(f"reached for the network: {event}")
sys.addaudithook(refuse)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_the_verifier_never_reaches_for_the_network(tmp_path, pack):
    script = write(tmp_path, "verify.py", single.source().encode())
    command = [sys.executable, "-I", "-c", OFFLINE, script, str(pack), "--key", KEY, "--strict"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_without_the_letters_gets_the_same_verdict(tmp_path):
    scene = recipes.contiguous(size=4, sizes=(4,))
    scene.about = recipes.about(first=1, last=4, tool="Öl 油")
    path = write(tmp_path, "letters.zip", scene.build())
    command = [sys.executable, "-m", "audit.verify", path, "--key", KEY]
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": "ascii"})

    assert (done.returncode, done.stderr, done.stdout[:8]) == (0, b"", b"VERIFIED")


def test_the_single_file_is_the_same_each_time():
    assert single.source() == single.source()
    compile(single.source(), "verify.py", "exec")
