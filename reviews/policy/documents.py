"""The team's policy document: what holds where it says nothing, and which version holds."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from accounts.enums import Role
from accounts.models import Team
from reviews.enums import Mode
from reviews.models import Policy

VERSION = 2

DEFAULT: dict[str, Any] = {
    "version": VERSION,
    "mode": "reviewed",
    "agents": {},  # an agent's mode, by its public id; the stricter of all that touch a change holds
    "namespaces": {},
    "own_writes": {"agents": {}, "namespaces": {}},  # what an agent writes itself; the stricter holds, else "reviewed"
    "votes": {
        "low": {"people": 1},
        "medium": {"people": 1, "owner": True},
        "high": {"people": 2},
        "critical": {"people": 2, "role": str(Role.SECURITY)},
    },
    "owners": [],  # beside those of the namespaces; of these rules the last one that matches holds
    "tiers": {},  # another tier for a rule of `reviews.policy.tiers`, or "off"
    "tools": {},  # by agent: what a tool does, "changes" or "looks", where its name says something else
    "checks": {},  # another severity for a rule of `reviews.checks`, or "off"
    "conversation": "",  # "resolved": threads are settled before a change is applied
    "undo_seconds": {"single": 10, "bulk": 60},
    "targets": {},  # working hours until somebody should have decided, by tier; `reviews.inbox.ageing` has the defaults
    "assign": "nobody",  # or "turns", "least": who is asked first
    "expiry_days": 7,  # an approval that old falls away where the change is not applied by then
    "second_person": [],  # acts that wait for one, beside those that always do
    "machines": {"per_minute": 600, "burst": 100, "open": 500},
    "watch": {"second_reviews": 0, "canaries": 0},  # per mille
    "baseline": {"every_days": 90, "thresholds": {}},
    "budgets": {  # null: no limit
        "entry": {"changes": 50, "removals": 200},  # of a memory: changes in a week; statements one proposal takes out
        # of a namespace in a week: readings that changes reach, statements taken out, share of statements changed
        "week": {"exposures": None, "removals": 500, "churn_percent": 50, "automatic": 100},
    },
    "automatic": {"after": 50, "unedited_percent": 95, "wait_minutes": 60},
}
RESOLVED = "resolved"
_GROUPS = frozenset(
    ("own_writes", "votes", "undo_seconds", "machines", "watch", "baseline", "thresholds", "budgets", "entry", "week")
) | {"automatic"}
"""Keys under which a document may leave entries out, and means their defaults."""


def current(team: Team) -> Policy | None:
    return Policy.objects.of(team).order_by("-version").first()


def document_of(team: Team) -> dict[str, Any]:
    """The document that holds now, whole: what it does not say is as in the default."""
    held = current(team)
    return whole(held.document) if held else copy.deepcopy(DEFAULT)


def whole(document: Mapping[str, Any]) -> dict[str, Any]:
    """A stored document of any version with every key of this one."""
    return _filled(DEFAULT, upgraded(document)) | {"version": VERSION}


def upgraded(document: Any) -> Any:
    """A document of version 1 as one of this version; any other as it is. Version 1 said how many people, no more."""
    if (
        not isinstance(document, Mapping)
        or document.get("version", 1) != 1
        or isinstance(document.get("version"), bool)
    ):
        return document
    votes = document.get("votes")
    if isinstance(votes, Mapping):
        votes = {tier: {"people": asked} if isinstance(asked, int) else asked for tier, asked in votes.items()}
        document = {**document, "votes": votes}
    return {**document, "version": VERSION}


def _filled(default: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given over what is the default, key by key; what names things by itself (a vote, owners) whole."""
    found = copy.deepcopy(dict(default))
    for key, value in given.items():
        is_group = key in _GROUPS and isinstance(value, Mapping) and isinstance(default.get(key), Mapping)
        found[key] = _filled(default[key], value) if is_group else value
    return found


def wants_resolved(document: Mapping[str, Any]) -> bool:
    """Whether threads have to be settled before a change is applied."""
    return document.get("conversation") == RESOLVED


def own_writes(document: Mapping[str, Any], *, agent: str, namespace: str) -> Mode:
    """The mode of what an agent (by public id) writes itself in a namespace: the stricter of both."""
    named = document["own_writes"]
    modes = {named["agents"].get(agent), named["namespaces"].get(namespace)}
    return Mode.AUTOMATIC_LOW if modes == {Mode.AUTOMATIC_LOW} else Mode.REVIEWED


def takes_own_writes(document: Mapping[str, Any]) -> bool:
    """Whether anything that an agent writes itself may be applied without a vote."""
    return all(Mode.AUTOMATIC_LOW in modes.values() for modes in document["own_writes"].values())


def apply_after(*, at: datetime, document: Mapping[str, Any], bulk: bool, by_votes: bool = True) -> datetime:
    """When a change that has all it needs is written; without votes it waits longer, so that people can say no."""
    if not by_votes:
        return at + timedelta(minutes=document["automatic"]["wait_minutes"])
    return at + timedelta(seconds=document["undo_seconds"]["bulk" if bulk else "single"])
