"""What a value in the data of an event may look like. No shape lets a sentence in: those are private values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

DEEPEST = 6
_SAID = {None: "null", "": "empty"}
_PATH_TEXT = r"[/*][^\x00-\x1f\x7f]{0,1023}"
_PLAIN_TEXT = rf"(?:[A-Za-z0-9][A-Za-z0-9_.:+/@-]{{0,199}}|{_PATH_TEXT})?"


@dataclass(frozen=True, eq=False)
class Shape:
    """`schema` says in JSON Schema what `holds` tests, and `example` is a value that fits."""

    name: str
    says: str
    schema: Mapping[str, Any]
    example: Any
    holds: Callable[[Any], bool]


def text(name: str, says: str, pattern: str, example: str) -> Shape:
    """A string that the pattern matches as a whole."""
    fits = re.compile(pattern).fullmatch

    def holds(value: Any) -> bool:
        try:
            return fits(value) is not None
        except TypeError:  # not a string
            return False

    return Shape(name, says, {"type": "string", "pattern": f"^(?:{pattern})$"}, example, holds)


def word_of(name: str, says: str, *words: str) -> Shape:
    """One of a few words."""
    known = frozenset(words)
    schema = {"type": "string", "enum": list(words)}
    return Shape(name, says, schema, words[0], lambda value: isinstance(value, str) and value in known)


def many(one: Shape, name: str, says: str) -> Shape:
    holds = one.holds

    def all_hold(value: Any) -> bool:
        return isinstance(value, (list, tuple)) and all(map(holds, value))

    return Shape(name, says, {"type": "array", "items": reference(one)}, [one.example], all_hold)


def maybe(one: Shape, name: str, *nothings: Any) -> Shape:
    """What the shape takes, and these values where there is none."""
    holds = one.holds
    schema = {"anyOf": [reference(one), {"enum": list(nothings)}]}
    says = f"{one.says}, or {' or '.join(_SAID[nothing] for nothing in nothings)}"
    return Shape(name, says, schema, one.example, lambda value: value in nothings or holds(value))


def reference(shape: Shape) -> dict[str, str]:
    return {"$ref": f"#/$defs/{shape.name}"}


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_counts(value: Any) -> bool:
    return isinstance(value, Mapping) and all(CODE.holds(name) and _is_number(one) for name, one in value.items())


def _is_plain(value: Any, depth: int = 0) -> bool:
    if value is None or isinstance(value, int):
        return True
    if isinstance(value, str):
        return _fits_plain(value) is not None
    if depth == DEEPEST:
        return False
    if isinstance(value, Mapping):
        return all(_fits_plain(name) and _is_plain(one, depth + 1) for name, one in value.items())
    return isinstance(value, (list, tuple)) and all(_is_plain(one, depth + 1) for one in value)


def _is_owners(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(
        isinstance(one, Mapping)
        and one.keys() == _OWNER.keys()
        and all(_OWNER[name].holds(one[name]) for name in _OWNER)
        for one in value
    )


_fits_plain = re.compile(_PLAIN_TEXT).fullmatch

NUMBER = Shape("number", "an integer", {"type": "integer"}, 3, _is_number)
FLAG = Shape("flag", "true or false", {"type": "boolean"}, True, lambda value: isinstance(value, bool))
ID = text("id", "the opaque id of a row", "[a-z]{2,8}_[0-9a-f]{32}", "chg_0198c0de5f0a7c3e8b1d2f4a6c8e0b1d")
HASH = text("hash", "a SHA-256 in hexadecimal", "[0-9a-f]{64}", "c0" * 32)
CODE = text("code", "a word of the machine", "[A-Za-z0-9][A-Za-z0-9_.:-]{0,119}", "moved")
TIME = text(
    "time",
    "a time with its zone, or a day",
    r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d))?",
    "2026-03-02T09:00:00+00:00",
)
PATH = text("path", "a path, or a pattern of paths", _PATH_TEXT, "/billing/refunds.md")
PATTERN = text("pattern", "a pattern of short names", r"[^\s\x00-\x1f\x7f]{1,120}", "support-*")
ZONE = text("zone", "the name of a time zone", "[A-Za-z0-9_+/-]{1,64}", "Europe/Berlin")
REGION = text("region", "where data has to stay", r"[^\x00-\x1f\x7f]{0,16}", "EU")
PUBLIC_KEY = text("public_key", "a public key as its verifiers take it", r"\S{1,200}", "lucid+c0de5f0a+AQIDBA==")
FINGERPRINT = text("fingerprint", "a SHA-256", "(?:sha256:)?[0-9a-f]{64}", "sha256:" + "c0" * 32)
METHOD = word_of("method", "a method of HTTP", "POST", "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER")
TIER = word_of("tier", "how grave a change is", "low", "medium", "high", "critical")
VERDICT = word_of("verdict", "what a vote says", "approve", "reject", "request_changes", "quarantine")
COUNTS = Shape(
    "counts",
    "numbers by name",
    {"type": "object", "propertyNames": reference(CODE), "additionalProperties": {"type": "integer"}},
    {"kept": 2},
    _is_counts,
)
PLAIN = Shape(
    "plain",
    "settings by name: numbers, flags, words of the machine, paths, and lists and tables of them",
    {
        "anyOf": [
            {"type": ["null", "boolean", "integer"]},
            {"type": "string", "pattern": f"^{_PLAIN_TEXT}$"},
            {"type": "array", "items": {"$ref": "#/$defs/plain"}},
            {
                "type": "object",
                "propertyNames": {"pattern": f"^{_PLAIN_TEXT}$"},
                "additionalProperties": {"$ref": "#/$defs/plain"},
            },
        ]
    },
    {"window_days": 90},
    _is_plain,
)
IDS = many(ID, "ids", "opaque ids")
CODES = many(CODE, "codes", "words of the machine")
HASHES = many(HASH, "hashes", "SHA-256 in hexadecimal")
PATHS = many(PATH, "paths", "paths, or patterns of paths")
REGIONS = many(REGION, "regions", "where data has to stay; empty: anywhere")
PATTERNS = many(PATTERN, "patterns", "patterns of short names")
NUMBERS = many(NUMBER, "numbers", "integers")
_OWNER = {"pattern": PATH, "users": IDS}
OWNERS = Shape(
    "owners",
    "who owns what lies under a pattern",
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": list(_OWNER),
            "additionalProperties": False,
            "properties": {name: reference(one) for name, one in _OWNER.items()},
        },
    },
    [{"pattern": "/billing/**", "users": [ID.example]}],
    _is_owners,
)
MAYBE_ID = maybe(ID, "id_or_none", "", None)
MAYBE_CODE = maybe(CODE, "code_or_none", "", None)
MAYBE_HASH = maybe(HASH, "hash_or_none", "", None)
MAYBE_NUMBER = maybe(NUMBER, "number_or_none", None)
MAYBE_TIER = maybe(TIER, "tier_or_none", "")

ALL = (
    NUMBER, FLAG, ID, HASH, CODE, TIME, PATH, PATTERN, ZONE, REGION, PUBLIC_KEY, FINGERPRINT, METHOD, TIER, VERDICT,
    COUNTS, PLAIN, IDS, CODES, HASHES, PATHS, REGIONS, PATTERNS, NUMBERS, OWNERS,
    MAYBE_ID, MAYBE_CODE, MAYBE_HASH, MAYBE_NUMBER, MAYBE_TIER,
)  # fmt: skip
