"""Which changes of the policy a second person has to agree to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reviews.enums import Mode
from reviews.policy.modes import STRICTEST_FIRST, is_any

AUTOMATIC, POLICY = "automatic", "policy"
KINDS = (AUTOMATIC, POLICY)
TERMS = ("after", "unedited_percent", "wait_minutes")
GUARDS = ("tiers", "tools", "checks", "baseline", "budgets")
"""What keeps a change from being applied without a vote. While anything is automatic, each counts as a wider mode."""


def kind_of(was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """The kind of confirmation that the step from one whole document to the next takes, or nothing.

    What is asked of the step stands in the document before it: switching the second person off takes one, too.
    """
    if widens(was, now):
        return AUTOMATIC
    return POLICY if POLICY in was["second_person"] and was != now else ""


def widens(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether more could be applied without a vote."""
    if any(_rank(now, *place) > _rank(was, *place) for place in _places(was, now)):
        return True
    if any(_own_rank(now, *place) > _own_rank(was, *place) for place in _places(was["own_writes"], now["own_writes"])):
        return True
    if any(now["automatic"][term] < was["automatic"][term] for term in TERMS):
        return True
    return is_any(now) and any(now[guard] != was[guard] for guard in GUARDS)


def _places(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Everything that a mode stands for: the team, and what either names."""
    named = {(kind, name) for kind in ("agents", "namespaces") for name in {*was[kind], *now[kind]}}
    return [("mode", ""), *sorted(named)]


def _rank(document: Mapping[str, Any], kind: str, name: str) -> int:
    mode = document["mode"] if kind == "mode" else document[kind].get(name, document["mode"])
    return STRICTEST_FIRST.index(Mode(mode))


def _own_rank(document: Mapping[str, Any], kind: str, name: str) -> int:
    mode = document["own_writes"].get(kind, {}).get(name, Mode.REVIEWED)
    return STRICTEST_FIRST.index(Mode(mode))
