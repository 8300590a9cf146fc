"""A pack as a stranger gets it: checked by the file that it brings along, and by the verifier in another language."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from audit.checkpoints import signing_keys
from audit.verify import verifying
from compliance.packs import files
from tests.audit.test_second_verifier import find_node
from tests.compliance.packs import scenes

pytestmark = pytest.mark.django_db


def answer(*command):
    done = subprocess.run([*command, "--strict", "--json"], capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, json.loads(done.stdout)


def test_a_pack_is_verified_by_its_own_file_and_in_javascript_with_a_fingerprint(team, tmp_path):
    export = scenes.made(team)
    path, key = str(files.path_of(export.public_id)), signing_keys.held()[-1].secret.public
    script = tmp_path / "verify.py"
    script.write_bytes(scenes.read(export, "verify.py"))

    alone = answer(sys.executable, "-I", "-S", str(script), path, "--key", key.fingerprint)
    node = find_node() or pytest.skip("no node on this machine, neither its own nor one that Playwright brings")
    other = answer(node, str(Path(verifying.__file__).with_name("verify.mjs")), path, "--key", key.fingerprint)

    assert (alone[0], alone[1]["verdict"], alone[1]["faults"]) == (0, "verified", [])
    assert (other[0], other[1]["verdict"], other[1]["faults"]) == (0, "verified", [])
    assert alone[1]["checked"]["events"] == other[1]["checked"]["events"] == export.rows
