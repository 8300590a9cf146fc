"""The verifier in JavaScript against the one in Python, over one corpus: the same verdicts for the same reasons."""

import io
import json
import random
import shutil
import subprocess
from importlib import util
from pathlib import Path

import pytest

from audit.verify import notes, packs, verifying
from tests.audit import mutations
from tests.audit import pack_recipes as recipes
from tests.audit.test_golden_packs import GOLDEN, VERDICTS
from tests.audit.test_lucid_verify import without_a_reader

FOLDER = Path(verifying.__file__).parent
KEY = recipes.KEY.public.encode()
DRIVER = """
import { readFileSync } from "node:fs";
const { module, jobs } = JSON.parse(readFileSync(0));
const { verify } = await import(module + "/check.mjs");
const { readKey } = await import(module + "/forms.mjs");
const found = [];
for (const { path, keys, pin, strict } of jobs) {
  const fingerprints = keys.filter((key) => key.startsWith("sha256:"));
  const given = keys.filter((key) => !fingerprints.includes(key)).map(readKey);
  found.push(await verify(path, { keys: given, fingerprints, pin: pin ? Buffer.from(pin) : null }, strict));
}
console.log(JSON.stringify(found));
"""


def find_node():
    """The system's, else the one that Playwright for Python brings along."""
    found = shutil.which("node")
    playwright = util.find_spec("playwright")
    if found is None and playwright is not None and playwright.origin is not None:
        bundled = Path(playwright.origin).parent / "driver" / "node"
        found = str(bundled) if bundled.exists() else None
    return found


@pytest.fixture(scope="module")
def node():
    return find_node() or pytest.skip("no node on this machine, neither its own nor one that Playwright brings")


def in_javascript(node, tmp_path, cases):
    jobs = []
    for number, case in enumerate(cases):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(case.pack)
        pin = case.pin.decode() if case.pin else None
        jobs += [{"path": str(path), "keys": [case.key], "pin": pin, "strict": strict} for strict in (True, False)]
    return run_jobs(node, jobs)


def run_jobs(node, jobs):
    said = json.dumps({"module": (FOLDER / "node").as_uri(), "jobs": jobs})
    command = [node, "--input-type=module", "-e", DRIVER]
    done = subprocess.run(command, input=said, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def in_python(case, *, strict):
    is_fingerprint = case.key.startswith("sha256:")
    keys = [] if is_fingerprint else [notes.PublicKey.parse(case.key)]
    trust = verifying.Trust(keys, [case.key] if is_fingerprint else [], case.pin)
    return verifying.verify(io.BytesIO(case.pack), trust, strict=strict).as_json()


def differences(node, tmp_path, cases):
    found = iter(in_javascript(node, tmp_path, cases))
    wrong = []
    for case in cases:
        for strict in (True, False):
            one, other = in_python(case, strict=strict), next(found)
            # Once places are lost or a file is damaged, how far each read before it stopped is its own affair.
            is_lost = {"gap", "zip"} & set(one["reasons"]) & set(other["reasons"])
            if one["exit"] != other["exit"] or (one["reasons"] != other["reasons"] and not is_lost):
                wrong.append((case.name, strict, one["reasons"], other["reasons"]))
            if one["exit"] == 0 and counts(one) != counts(other):
                wrong.append((case.name, strict, one["checked"], other["checked"]))
    return wrong


def counts(verdict):
    return {what: count for what, count in verdict["checked"].items() if count}


def random_cases(count):
    """Changed bytes: of the zip by an outsider, of a file by whoever holds the key."""
    choose = random.Random(6962)
    raw = recipes.filtered(size=30, every=4, sizes=(10, 30)).build()
    files = recipes.unpacked(raw)
    names = sorted(set(files) - {packs.MANIFEST, packs.MANIFEST_NOTE})
    for number in range(count):
        name = choose.choice(names)
        content = changed(files[name], choose)
        yield mutations.Case(f"signed {number} {name}", recipes.signed({**files, name: content}), None)
        manifest = changed(files[packs.MANIFEST], choose, alphabet=b'019-[]{},:"a')
        yield mutations.Case(f"manifest {number}", recipes.with_manifest(files, manifest), None)
        yield mutations.Case(f"bytes {number}", changed(raw, choose), None)


def changed(raw, choose, alphabet=bytes(range(256))):
    found = bytearray(raw)
    start = choose.randrange(len(found) + 1)
    found[start : start + choose.randrange(4)] = bytes(choose.choices(alphabet, k=choose.randrange(4)))
    return bytes(found)


def test_both_verifiers_give_each_mutation_the_same_verdict(node, tmp_path):
    assert differences(node, tmp_path, mutations.cases()) == []


def test_both_verifiers_agree_on_random_changes(node, tmp_path):
    assert differences(node, tmp_path, list(random_cases(60))) == []


def test_the_golden_packs_get_their_verdicts(node):
    keys = (GOLDEN / "keys.txt").read_text().split()
    pins = [(GOLDEN / f"{pin}.note").read_text() if pin else None for _, pin, *_ in VERDICTS]
    jobs = [
        {"path": str(GOLDEN / f"{row[0]}.zip"), "keys": keys, "pin": pin, "strict": True}
        for row, pin in zip(VERDICTS, pins, strict=True)
    ]

    found = run_jobs(node, jobs)

    assert [(one["exit"], one["reasons"]) for one in found] == [(row[2], row[3]) for row in VERDICTS]


def test_the_command_line_has_the_same_exit_codes(node, tmp_path):
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    good.write_bytes(recipes.contiguous(size=4, sizes=(4,)).build())
    bad.write_bytes(mutations.edited(25))
    later = tmp_path / "later.zip"
    later.write_bytes(recipes.signed(recipes.unpacked(good.read_bytes()), version=2))
    pin = tmp_path / "pin.note"
    pin.write_bytes(recipes.contiguous().log.checkpoint(50))
    mailed = tmp_path / "mailed.note"
    mailed.write_bytes(recipes.contiguous().log.checkpoint(4).replace(b"\n", b"\r\n"))
    calls = {
        (str(good), "--key", KEY, "--pin", str(mailed)): 0,
        (str(good), "--key", KEY): 0,
        (str(bad), "--key", KEY, "--strict"): 1,
        (str(good), "--key", KEY, "--pin", str(pin)): 1,
        (str(good), "--key", recipes.OTHER_KEY.public.encode()): 2,
        (str(good),): 3,
        (str(good), "--key", "x"): 3,
        (str(tmp_path / "none.zip"), "--key", KEY): 3,
        (str(later), "--key", KEY, "--json"): 4,
    }

    codes = [
        subprocess.run([node, FOLDER / "verify.mjs", *call], capture_output=True, check=False).returncode
        for call in calls
    ]

    assert codes == list(calls.values())
    assert without_a_reader(node, str(FOLDER / "verify.mjs"), str(good), "--key", KEY) == (0, "")
