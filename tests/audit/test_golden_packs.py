"""Packs of version 1 as they were written on 2026-11-28. They are never made again: whoever changes the verifier or
the writer keeps them verifying, and whoever changes the format makes a version 2 and packs beside these."""

import hashlib
import io
from pathlib import Path

import pytest

from audit.verify import cli, verifying

GOLDEN = Path(__file__).with_name("golden")
SHA256 = {
    "contiguous.zip": "153bad775b9ad4b9e5cff971e5e830ac35f13634835de168df09032472e793aa",
    "edited.zip": "58f1dee18acc6e18ab5187c38cc65da69beabed1fc25e7097c54beffc1053959",
    "filtered.zip": "35ea19f8099683b62fad9d79dfe32c1d93d5edc62422a4e7bde80928df223a66",
    "fork-20.note": "f1d562958884852ca30755a55f8dff00dd636e68b0859934da2e4faa7fb11527",
    "keys.txt": "454be352a8813514eeea7bf902b2ba30caaa596aa38d16bfa99b067f76a0bdf1",
    "part.zip": "5fb630ce7420119ae1854f0ee7ba8b366194f096eaf83b9babcaacb3b278eaef",
    "pin-20.note": "318b8565a6d49afcfeb0f32af83215e41c37169ff06fdd928dfb1c4f39c6153a",
    "rechained.zip": "77fbe8dfd63fa35c5ebe8485d5c9d1f1c003e209c0d8e5a89b5e6231ff1ea424",
    "redacted.zip": "58b76c09b9c7724997661c40f40586a0b5eb3095a26f8c5a4e3dc9b2f77adee7",
    "rotated.zip": "b7d4939da9fd196291c154cc0ff3fa5ae695c5c6d45dd7241ffc51ffc4a7ff90",
    "unsealed.zip": "ba35616d5af6751a0fc85d1c415cfdafd5be5b149f582159432ba337902fc2bd",
    "withheld.zip": "596681272905456a4493e2bd44e0a7db303c518fc3b3ff8cbfbbe9f7bb808bb1",
}
# pack, pin, exit code, reasons, events shown, events not shown, unsealed
VERDICTS = [
    ("contiguous", None, 0, [], 30, 0, 0),
    ("contiguous", "pin-20", 0, [], 30, 0, 0),
    ("contiguous", "fork-20", 1, ["pin"], 30, 0, 0),
    ("part", None, 0, [], 19, 11, 0),
    ("filtered", None, 0, [], 7, 93, 0),
    ("filtered", "pin-20", 2, ["pin-out-of-reach"], 7, 93, 0),
    ("redacted", None, 0, [], 10, 0, 0),
    ("unsealed", None, 0, [], 12, 0, 4),
    ("unsealed", "pin-20", 1, ["rollback"], 0, 0, 0),
    ("rotated", None, 0, [], 24, 0, 0),
    ("withheld", None, 0, [], 7, 0, 0),
    ("edited", None, 1, ["prev", "root"], 50, 0, 0),
    ("rechained", None, 1, ["root"], 50, 0, 0),
]


def test_the_golden_packs_are_the_ones_that_were_committed_first():
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in GOLDEN.iterdir()} == SHA256


@pytest.mark.parametrize(("name", "pin", "code", "reasons", "shown", "omitted", "unsealed"), VERDICTS)
def test_a_golden_pack_gets_the_verdict_that_it_always_got(name, pin, code, reasons, shown, omitted, unsealed):
    kept = (GOLDEN / f"{pin}.note").read_bytes() if pin else None
    trust = verifying.Trust(cli.read_keys([str(GOLDEN / "keys.txt")]), (), kept)
    verdict = verifying.verify(io.BytesIO((GOLDEN / f"{name}.zip").read_bytes()), trust, strict=True)
    counts = [verdict.checked[what] for what in ("events", "omitted events", "unsealed events")]

    assert (verdict.exit_code, sorted(verdict.reasons)) == (code, reasons)
    assert counts == [shown, omitted, unsealed]
