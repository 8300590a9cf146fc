"""The kinds of field that a policy document has: what each reads from JSON, and the JSON Schema of the same.

`read` and `schema` of a kind say one thing twice, for two readers; a property test holds them to each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

MOST_ITEMS = 200
MOST_DAYS = 36_500
_OPEN = r"[^\u0000-\u001f\u007f]"  # no control characters
_INNER = r"[^\u0000-\u0020\u007f]"


class BadField(ValueError):
    """A value that its field cannot have; `field` names it, down to the entry of a mapping."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message


def named(text: object) -> str:
    """A name that somebody made up, fit to be shown: not too long, hidden characters escaped."""
    return repr(str(text)[:80])[1:-1]


class Kind(Protocol):
    """How the values of a field are written: `read` takes them from JSON, `plain` gives them back."""

    def read(self, name: str, value: Any) -> Any: ...
    def plain(self, value: Any) -> Any: ...
    def schema(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within limits."""

    low: int
    high: int

    def read(self, name: str, value: Any) -> int:
        if not _is_number(value) or not self.low <= value <= self.high or value != int(value):
            raise BadField(name, f"must be a whole number from {self.low} to {self.high}")
        return int(value)

    def plain(self, value: int) -> int:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Number:
    """A number within limits, such as a share or a weight."""

    low: float
    high: float

    def read(self, name: str, value: Any) -> float:
        if not _is_number(value) or not self.low <= value <= self.high:
            raise BadField(name, f"must be a number from {self.low:g} to {self.high:g}")
        return float(value)

    def plain(self, value: float) -> float:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Choices:
    """Some of the options, each at most once; read in the order of the options."""

    options: tuple[str, ...]

    def read(self, name: str, value: Any) -> tuple[str, ...]:
        given = _texts(name, value)
        unknown = [item for item in given if item not in self.options]
        if unknown:
            raise BadField(name, f"{_shown(unknown[0])} is not one of {', '.join(self.options)}")
        return tuple(option for option in self.options if option in given)

    def plain(self, value: tuple[str, ...]) -> list[str]:
        return list(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "uniqueItems": True, "items": {"type": "string", "enum": list(self.options)}}


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text of a shape; `wanted` says in words what the shape asks for."""

    wanted: str
    pattern: str
    longest: int

    def read(self, name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise BadField(name, "must be a text")
        if len(value) > self.longest:
            raise BadField(name, f"must be at most {self.longest} characters long")
        if not re.fullmatch(self.pattern, value) or not _can_be_stored(value):
            raise BadField(name, f"{_shown(value)} must be {self.wanted}")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.longest, "pattern": f"^(?:{self.pattern})$"}


PHRASE = Text("one line without blanks around it", f"{_INNER}(?:{_OPEN}*{_INNER})?", 200)
PATH = Text(
    "a path that begins with a slash, such as /policies",
    r"/|(?:/(?![.]{1,2}(?:/|$))[^/\u0000-\u001f\u007f]+)+/?",
    1024,
)


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts of one shape, each at most once, in the order given."""

    item: Text

    def read(self, name: str, value: Any) -> tuple[str, ...]:
        return tuple(self.item.read(name, item) for item in _texts(name, value))

    def plain(self, value: tuple[str, ...]) -> list[str]:
        return list(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "uniqueItems": True, "maxItems": MOST_ITEMS, "items": self.item.schema()}


@dataclass(frozen=True, slots=True)
class ByText:
    """A value for each text that is named, such as days by path."""

    key: Text
    value: Whole

    def read(self, name: str, value: Any) -> dict[str, int]:
        if not isinstance(value, Mapping):
            raise BadField(name, "must be a mapping of texts to whole numbers")
        if len(value) > MOST_ITEMS:
            raise BadField(name, f"must have at most {MOST_ITEMS} entries")
        return {self.key.read(name, key): self.value.read(f"{name}.{key}", one) for key, one in value.items()}

    def plain(self, value: Mapping[str, int]) -> dict[str, int]:
        return dict(value)

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "maxProperties": MOST_ITEMS,
            "propertyNames": self.key.schema(),
            "additionalProperties": self.value.schema(),
        }


@dataclass(frozen=True, slots=True)
class Weights:
    """A number for each of the names; names left out keep their default."""

    defaults: tuple[tuple[str, float], ...]
    value: Number

    def read(self, name: str, value: Any) -> dict[str, float]:
        if not isinstance(value, Mapping):
            raise BadField(name, "must be a mapping of names to numbers")
        known = dict(self.defaults)
        for key in value:
            if key not in known:
                raise BadField(f"{name}.{named(key)}", f"no such entry; known are {', '.join(known)}")
        return known | {key: self.value.read(f"{name}.{key}", one) for key, one in value.items()}

    def plain(self, value: Mapping[str, float]) -> dict[str, float]:
        return dict(value)

    def schema(self) -> dict[str, Any]:
        entries = {name: self.value.schema() | {"default": default} for name, default in self.defaults}
        return {"type": "object", "additionalProperties": False, "properties": entries}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _texts(name: str, value: Any) -> Sequence[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise BadField(name, "must be a list of texts")
    if len(value) > MOST_ITEMS:
        raise BadField(name, f"must have at most {MOST_ITEMS} entries")
    seen: set[str] = set()
    for item in value:
        if item in seen:
            raise BadField(name, f"{_shown(item)} stands in it twice")
        seen.add(item)
    return value


def _can_be_stored(value: str) -> bool:
    """Half a surrogate pair can be written in JSON but is no text."""
    return not any("\ud800" <= sign <= "\udfff" for sign in value)


def _shown(text: str) -> str:
    """In quotes, hidden characters escaped."""
    return repr(text if len(text) <= 40 else f"{text[:40]}…")
