"""The trail stands without trust: a pack of a thousand events, and what lucid-verify says of it and of forgeries."""

import pytest

from audit import trail
from audit.checkpoints import signing_keys
from audit.verify import cli
from compliance.packs import files
from tests.compliance.packs import scenes
from tests.recipes import AT

EVENTS = 1_000


@pytest.mark.django_db
def test_a_pack_verifies_and_a_flipped_byte_or_a_dropped_tail_does_not(team, tmp_path, capsys):
    for _ in range(EVENTS // 100):
        _happen(team, 100)
    early = scenes.made(team)
    _happen(team, 10)
    late = scenes.made(team)

    key = signing_keys.published()[0]
    pin = tmp_path / "kept.note"
    pin.write_text(late.plan["checkpoints"][-1])
    whole = files.path_of(late.public_id)
    flipped = tmp_path / "flipped.zip"
    body = bytearray(whole.read_bytes())
    body[len(body) // 2] ^= 1
    flipped.write_bytes(body)

    def verify(path, *more):
        return cli.main([str(path), "--key", key.fingerprint, *more])

    assert late.rows > early.rows > EVENTS
    assert verify(whole, "--strict", "--pin", str(pin)) == 0
    assert verify(flipped) == 1
    assert verify(files.path_of(early.public_id)) == 0  # whole by itself: only the pin knows what is missing
    assert verify(files.path_of(early.public_id), "--pin", str(pin)) == 1
    assert "rollback" in capsys.readouterr().out


def _happen(team, count):
    with trail.unit_of_work(at=AT) as unit:
        for number in range(count):
            private = {"reason": f"reason {number}"} if number % 10 == 0 else {}
            unit.record("team.changed", target=team.row, by=team.admin, private=private)
