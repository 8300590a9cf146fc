"""What one event proves by itself: its hash, its link to the event before, and the private values it commits to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from audit import private, trail
from audit.models import Event, Private
from audit.trail import HasActor
from audit.verify import commitments, merkle


@dataclass(frozen=True)
class Proof:
    """`links` is None for the first event of a log, and where the event before is gone."""

    body: str
    leaf: str
    prev: str
    leaf_fits: bool
    links: bool | None


@dataclass(frozen=True)
class Secret:
    """A private value: `value` is empty where it may not be seen, `fits` None where there is nothing to compare."""

    name: str
    commitment: str
    value: str = ""
    fits: bool | None = None
    is_kept: bool = False


def of_event(event: Event, *, before: bytes | None) -> Proof:
    """`before` is the leaf hash of the event before, None where it is not there."""
    body, leaf, prev = bytes(event.body), bytes(event.leaf), bytes(event.prev)
    return Proof(
        body=body.decode(errors="backslashreplace"),
        leaf=leaf.hex(),
        prev=prev.hex(),
        leaf_fits=merkle.leaf_hash(body) == leaf,
        links=None if before is None else bytes(before) == prev == _named_before(body),
    )


def secrets(event: Event, *, promised: Mapping[str, str], reveals: bool) -> list[Secret]:
    """The private values of an event, each held against its commitment; in sight only where `reveals`."""
    kept = {secret.name: secret for secret in private.of_events([event.public_id])}
    return [_secret(name, str(promised.get(name, "")), kept.get(name), reveals) for name in sorted({*promised, *kept})]


def show(event: Event, *, by: HasActor, at: datetime) -> None:
    """Record that somebody looks at the private values of an event."""
    kept = sum(1 for _ in private.of_events([event.public_id]))
    with trail.unit_of_work(at=at) as unit:
        target = trail.Target("event", event.public_id)
        unit.record("audit.values_shown", target=target, by=by, log=event.log, data={"fields": kept})


def _secret(name: str, commitment: str, kept: Private | None, reveals: bool) -> Secret:
    if kept is None:
        return Secret(name, commitment)
    try:
        opened = private.open(kept)
    except private.Sealed:
        return Secret(name, commitment, fits=False, is_kept=True)
    fits = commitments.is_kept(commitment=commitment, name=name, value=opened.value, salt=opened.salt)
    return Secret(name, commitment, opened.value if reveals else "", fits, is_kept=True)


def _named_before(body: bytes) -> bytes | None:
    """The leaf that the record itself names as the one before."""
    try:
        return bytes.fromhex(json.loads(body)["prev"])
    except (ValueError, TypeError, KeyError):
        return None
