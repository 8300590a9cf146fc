"""Who and what the ids in a pack are: names of today, and the roles that people held at each time, as the log tells."""

from __future__ import annotations

from typing import Any

from compliance import names, people
from compliance.packs.shown import Shown

_AT_ONCE = 500


def document(shown: Shown, ids: set[str]) -> dict[str, Any]:
    """`names` by id; `roles` of each person as stretches of time, each with the number of the event that began it.

    A first stretch without an event was there before the log tells of that person.
    """
    told = _named(shown, sorted(ids))
    persons = [id for id in told if id.startswith("usr_")]
    return {
        "version": 1,
        "names_as_of": shown.plan.made_at,
        "names": told,
        "roles": people.stretches(shown.team, persons, size=shown.plan.size),
    }


def _named(shown: Shown, ids: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(ids), _AT_ONCE):
        known = names.resolve(shown.team, ids[start : start + _AT_ONCE])
        found |= {id: name.label for id, name in known.items()}
    return found
