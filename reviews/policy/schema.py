"""The JSON Schema of policy documents: the one place that says what a document may hold.

Checking reads it (`reviews.policy.checking`), docs/policy.schema.json is it, and what a document may never lower stands
in it: people who approve, rules that mark a danger, checks for secrets.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from accounts import roles
from accounts.enums import Role
from agents.enums import Tier
from reviews.enums import AssignedBy, Mode, Severity, ToolDeed
from reviews.policy.documents import RESOLVED, VERSION
from reviews.policy.tiers import DANGEROUS_CHECKS, RULES

Schema = dict[str, Any]

MOST_PEOPLE = 10
MOST_NAMED = 500  # agents, namespaces or owner rules that a document may name
DECIDERS = [str(role) for role in Role if roles.DECIDE in roles.TABLE[role]]
"""Roles that may approve. Others would be asked for something that they can never give."""

OFF = "off"
ACTS = ("policy",)
ALWAYS_BLOCK = ("rulebook", "secrets")
HELD_BACK = (*ALWAYS_BLOCK, *sorted(DANGEROUS_CHECKS))
"""Checks that no document may switch off or make a note; the first of them it may not make a warning either."""

TOOL = r"^[^\s\u0000-\u001f\u007f]+$"
NAME = "[a-z][a-z_]{0,39}"


@cache
def of_documents() -> Schema:
    """Draft 2020-12. Titles name the fields in messages and on pages."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Lucid policy",
        "description": "Who must approve what, and what may be applied without a vote. Defaults stand in for the rest.",
    } | _object(
        version={"const": VERSION},
        mode=_one_of(Mode),
        agents=_named("^agt_", _one_of(Mode)),
        namespaces=_named("^nsp_", _one_of(Mode)),
        own_writes=_object(agents=_named("^agt_", _OWN_WRITES), namespaces=_named("^nsp_", _OWN_WRITES)),
        votes=_object(**{str(tier): _VOTE for tier in Tier}),
        owners={"type": "array", "maxItems": MOST_NAMED, "items": _OWNER},
        tiers=_tiers(),
        tools=_named("^agt_", _TOOLS),
        checks=_checks(),
        conversation={"enum": ["", RESOLVED]},
        undo_seconds=_object(single=_whole(0, 3600), bulk=_whole(0, 86_400)),
        expiry_days=_whole(1, 365),
        targets=_object(**{str(tier): _number(0.25, 2000) for tier in Tier}),
        assign={"enum": ["nobody", str(AssignedBy.TURNS), str(AssignedBy.LEAST)]},
        second_person={"type": "array", "uniqueItems": True, "items": {"enum": list(ACTS)}},
        machines=_object(per_minute=_whole(0, 10_000), burst=_whole(0, 10_000), open=_whole(0, 100_000)),
        watch=_object(second_reviews=_whole(0, 1000), canaries=_whole(0, 50)),
        baseline=_object(
            every_days=_whole(1, 3650),
            thresholds=_object(**{name: _number(0, 1) for name in ("added", "changed", "gone")}),
        ),
        budgets=_object(entry=_LIMITS, week=_LIMITS),
        automatic=_object(after=_whole(10, 10_000), unedited_percent=_whole(80, 100), wait_minutes=_whole(5, 10_080)),
    )


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _named(pattern: str, value: Schema) -> Schema:
    names = {"type": "string", "pattern": f"{pattern}[0-9A-Za-z-]+$", "maxLength": 60}
    return {"type": "object", "maxProperties": MOST_NAMED, "propertyNames": names, "additionalProperties": value}


def _whole(low: int, high: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high}


def _number(low: float, high: float) -> Schema:
    return {"type": "number", "minimum": low, "maximum": high}


def _one_of(choices: Any) -> Schema:
    return {"enum": [str(one) for one in choices]}


_OWN_WRITES = _one_of((Mode.REVIEWED, Mode.AUTOMATIC_LOW))
_VOTE = _object(people=_whole(1, MOST_PEOPLE), owner={"type": "boolean"}, role={"enum": ["", *DECIDERS]}) | {
    "required": ["people"]
}
_GLOB = {"type": "string", "maxLength": 200, "pattern": r"^[^\u0000-\u001f\u007f\u0085\u2028\u2029]+$"}
_OWNER = _object(
    namespace=_GLOB,
    path=_GLOB,
    people={
        "type": "array",
        "uniqueItems": True,
        "maxItems": 50,
        "items": {"type": "string", "pattern": "^usr_[0-9A-Za-z-]+$", "maxLength": 60},
    },
    roles={"type": "array", "uniqueItems": True, "items": {"enum": DECIDERS}},
)
_TOOLS: Schema = {
    "type": "object",
    "maxProperties": MOST_NAMED,
    "propertyNames": {"type": "string", "maxLength": 200, "pattern": TOOL},
    "additionalProperties": _one_of(ToolDeed),
}
_LIMITS: Schema = {
    "type": "object",
    "maxProperties": 50,
    "propertyNames": {"type": "string", "pattern": f"^{NAME}$"},
    "additionalProperties": {"type": ["integer", "null"], "minimum": 0},
}


def _tiers() -> Schema:
    """Of a rule that marks a danger the tier may be raised, never lowered. Rules of checks come and go, so any name may
    stand here that is like one; `checking` knows which there are.
    """
    grave = {"enum": [str(Tier.HIGH), str(Tier.CRITICAL)]}
    dangers = [*(rule.name for rule in RULES if rule.danger), "protected", *(f"check_{name}" for name in HELD_BACK)]
    names = "|".join([*(rule.name for rule in RULES), "protected", f"check_{NAME}"])
    return {
        "type": "object",
        "maxProperties": 100,
        "propertyNames": {"type": "string", "pattern": f"^(?:{names})$"},
        "properties": dict.fromkeys(dangers, grave),
        "additionalProperties": {"enum": [*(str(tier) for tier in Tier), OFF]},
    }


def _checks() -> Schema:
    held = {name: _severity(Severity.WARNING, Severity.BLOCKING) for name in HELD_BACK}
    return {
        "type": "object",
        "maxProperties": 100,
        "propertyNames": {"type": "string", "pattern": f"^{NAME}$"},
        "properties": held | {name: _severity(Severity.BLOCKING) for name in ALWAYS_BLOCK},
        "additionalProperties": _severity(*Severity, OFF),
    }


def _severity(*options: str) -> Schema:
    return _object(severity={"enum": [str(one) for one in options]}) | {"required": ["severity"]}
