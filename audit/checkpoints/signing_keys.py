"""The key that signs checkpoints: its first use and each change of it are events, so that a log names its own keys.

It changes by handing over. The log gets the event `key.rotated`, which names the new key; the next checkpoint covers
that event and is signed by the old key and by the new one; after it the new one signs alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from audit import keys, trail
from audit.keys import Key
from audit.models import Event
from audit.verify.notes import PublicKey
from audit.verify.signing import SecretKey

NAME = "checkpoint"
SIGNS_AS = "lucid"  # stands in each signature, beside the id of the key
NAMING = ("key.made", "key.rotated", "checkpoint.restarted")  # the events that name a public key


@dataclass(frozen=True)
class Signer:
    generation: int
    secret: SecretKey


def of(log: str, *, signed_by: int | None, at: datetime) -> list[Signer]:
    """Who signs the next checkpoint of a log: the newest key, after the one that signed the last where that is another.

    Raises keys.NoKey, keys.BadKey.
    """
    newest = _newest(at=at)
    if signed_by is None or signed_by == newest.generation:
        return [newest]
    if signed_by > newest.generation:
        raise keys.NoKey(f"generation {signed_by} of the key {NAME} signed before, and the newest here is older")
    old = of_generation(signed_by)
    _name_next(log, old=old, new=newest, at=at)
    return [old, newest]


def of_generation(generation: int) -> Signer:
    """Raises keys.NoKey, keys.BadKey."""
    return _signer(keys.of_generation(NAME, generation))


def rotate() -> Signer:
    """Make the next generation; each log is handed over with its next checkpoint. Raises keys.BadKey."""
    return _signer(keys.add(NAME, _fresh()))


def held() -> list[Signer]:
    """All generations that are here, oldest first. Raises keys.BadKey."""
    return [_signer(key) for key in keys.generations(NAME)]


def published() -> list[PublicKey]:
    """The public keys that the log of the installation names, newest first. Needs no secret key."""
    named = Event.objects.of_log(trail.INSTALLATION).matching(types=NAMING).newest_first()
    texts = dict.fromkeys(event.content()["data"]["public"] for event in named)
    return [PublicKey.parse(text) for text in texts]


def _newest(*, at: datetime) -> Signer:
    made = Event.objects.of_log(trail.INSTALLATION).filter(type="key.made").exists()
    # Where a key was in use once, another one is never made up in its place.
    signer = _signer(keys.newest(NAME) if made else keys.ensure(NAME, _fresh))
    if not made:
        _record("key.made", trail.INSTALLATION, signer, at=at)
    return signer


def _name_next(log: str, *, old: Signer, new: Signer, at: datetime) -> None:
    """Once for each log: a kill may have come between the event and the checkpoint."""
    named = Event.objects.of_log(log).filter(type="key.rotated", target_id=_id(new))
    if not named.exists():
        _record("key.rotated", log, new, at=at, replaces=old.secret.public.encode())


def _record(type: str, log: str, signer: Signer, *, at: datetime, **more: str) -> None:
    public = signer.secret.public
    data = {
        "generation": signer.generation,
        "public": public.encode(),
        "fingerprint": public.fingerprint,
        **more,
    }
    with trail.unit_of_work(at=at) as unit:
        unit.record(type, target=trail.Target("key", _id(signer)), by=trail.SYSTEM, log=log, data=data)


def _id(signer: Signer) -> str:
    return f"{NAME}.{signer.generation}"


def _signer(key: Key) -> Signer:
    return Signer(key.generation, SecretKey(SIGNS_AS, key.material))


def _fresh() -> bytes:
    return SecretKey.generate(SIGNS_AS).seed
