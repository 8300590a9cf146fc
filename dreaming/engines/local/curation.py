"""The curation policy as the local engine reads it: a JSON document with defaults, checked field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

OPERATIONS = ("add", "edit", "archive")


class BadCuration(ValueError):
    """A field of the curation policy is unknown or has a value that it cannot have; the message names the field."""


@dataclass(frozen=True, slots=True)
class Curation:
    """How a dream keeps, prunes and weighs, and how much it may propose.

    `stale_after_days` 0 switches ageing off. `max_removals` counts changes that take something out of memory which
    is not said elsewhere; folding an exact copy loses nothing and is not counted.
    """

    max_changes: int = 40
    max_removals: int = 5
    max_quotes: int = 12
    min_sessions: int = 2
    stale_after_days: int = 365
    false_discovery_rate: float = 0.1
    propose: tuple[str, ...] = OPERATIONS
    protected_phrases: tuple[str, ...] = ()
    protected_paths: tuple[str, ...] = ()

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Curation:
        """The policy of a JSON document; fields left out keep their defaults. Raises BadCuration naming the field."""
        known = {one.name: one.default for one in fields(cls)}
        values: dict[str, Any] = {}
        for name, value in document.items():
            if name == "version":
                continue
            if name not in known:
                raise BadCuration(f"{name}: no such field; known are {', '.join(sorted(known))}")
            values[name] = _checked(name, value, known[name])
        return cls(**values)


LIMITS: Mapping[str, tuple[float, float]] = {
    "max_changes": (0, 1000),
    "max_removals": (0, 1000),
    "max_quotes": (1, 100),
    "min_sessions": (2, 1000),
    "stale_after_days": (0, 36_500),
    "false_discovery_rate": (0.0, 1.0),
}


def _checked(name: str, value: Any, default: Any) -> Any:
    if isinstance(default, tuple):
        return _texts(name, value)
    wanted = "a whole number" if isinstance(default, int) else "a number"
    kinds = (int,) if isinstance(default, int) else (int, float)
    low, high = LIMITS[name]
    if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
        raise BadCuration(f"{name}: must be {wanted} from {low:g} to {high:g}")
    return value


def _texts(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) and item for item in value):
        raise BadCuration(f"{name}: must be a list of texts")
    unknown = sorted(set(value) - set(OPERATIONS)) if name == "propose" else []
    if unknown:
        raise BadCuration(f"{name}: {unknown[0]} is not one of {', '.join(OPERATIONS)}")
    return tuple(value)
