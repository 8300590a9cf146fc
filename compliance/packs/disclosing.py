"""The private values that a pack discloses, each with the salt that proves it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice

from audit import private
from audit.verify.packs import Disclosure
from compliance.packs import plans
from compliance.packs.shown import AT_ONCE, Shown


def disclosures(shown: Shown, disclosure: str) -> Iterator[Disclosure]:
    """In the order of events, and within one of names. What was erased, or cannot be read any more, is left out."""
    bodies = shown.bodies("private values")
    while some := [json.loads(body) for body in islice(bodies, AT_ONCE)]:
        promised = {one["id"]: one["seq"] for one in some if one["private"]}
        found = [Disclosure(promised[event], *value) for event, value in _open(list(promised), disclosure)]
        yield from sorted(found, key=lambda one: (one.seq, one.name))


def reasons(events: Sequence[str], disclosure: str) -> dict[str, str]:
    """By event, the reason that a person gave, where it is there and disclosed."""
    return {event: value for event, (name, _salt, value) in _open(events, disclosure) if name == "reason"}


def _open(events: Sequence[str], disclosure: str) -> Iterator[tuple[str, tuple[str, bytes, str]]]:
    for row in private.of_events(events):
        if plans.is_disclosed(row.name, disclosure):
            try:
                opened = private.open(row)
            except private.Sealed:
                continue
            yield row.event, (row.name, opened.salt, opened.value)
