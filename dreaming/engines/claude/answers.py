"""What of an answer can be read: item by item, so that one that is wrong never takes the others with it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec

MOST_ITEMS = 200
_FENCE = re.compile(r"\A\s*```[\w-]*\n(.*?)\n?```\s*\Z", re.DOTALL)
_LIST = re.compile(r'"items"\s*:\s*\[')
_DECODER = json.JSONDecoder()
# What the schema spells in small letters comes back in capitals now and then.
_WORDS = ("action", "kind", "stance", "verdict")


class Quoted(msgspec.Struct, frozen=True):
    event: str
    quote: str
    stance: str


class Found(msgspec.Struct, frozen=True):
    action: str
    kind: str
    title: str
    lesson: str
    why: str
    memory: str
    same_as: str
    evidence: list[dict[str, Any]]


class Grounded(msgspec.Struct, frozen=True):
    claim: str
    event: str
    quote: str
    stance: str


class Verified(msgspec.Struct, frozen=True):
    claim: str
    verdict: str
    why: str


class Worded(msgspec.Struct, frozen=True):
    id: str
    lesson: str


class Judged(msgspec.Struct, frozen=True):
    id: str
    verdict: str
    keep: str


class Answered(msgspec.Struct, frozen=True):
    text: str
    said: str


Item = TypeVar("Item", bound=msgspec.Struct)


def items(text: str, kind: type[Item], allowed: Mapping[str, tuple[str, ...]], funnel: Counter[str]) -> list[Item]:
    """The items that fit; `allowed` are the words of its enumerations. Those that do not are counted."""
    found: list[Item] = []
    for number, raw in enumerate(_raw(text, funnel)):
        if number >= MOST_ITEMS:
            funnel["model_too_many"] += 1
            continue
        item = read(raw, kind, allowed)
        if item is None:
            funnel["model_unfit"] += 1
        else:
            found.append(item)
    return found


def read(raw: Any, kind: type[Item], allowed: Mapping[str, tuple[str, ...]] | None = None) -> Item | None:
    """One item; None where it does not fit. Fields that nobody asked for are left out."""
    if not isinstance(raw, dict):
        return None
    small = {name: _small(value) if name in _WORDS else value for name, value in raw.items()}
    try:
        item = msgspec.convert(small, kind)
    except (msgspec.ValidationError, ValueError):
        return None
    fits = all(getattr(item, name) in words for name, words in (allowed or {}).items())
    return item if fits else None


def _small(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def one(text: str, kind: type[Item], funnel: Counter[str]) -> Item | None:
    """The answer as a single item."""
    try:
        return read(json.loads(_unfenced(text)), kind)
    except (ValueError, RecursionError):
        funnel["model_unreadable"] += 1
        return None


def _raw(text: str, funnel: Counter[str]) -> Iterator[Any]:
    text = _unfenced(text)
    try:
        value = json.loads(text)
        if isinstance(value, str):  # the JSON in a string of JSON
            value = json.loads(value)
    except (ValueError, RecursionError):
        funnel["model_unreadable"] += 1
        yield from _salvaged(text)
        return
    value = value.get("items") if isinstance(value, dict) else value
    if isinstance(value, list):
        yield from value
    else:
        funnel["model_unreadable"] += 1


def _salvaged(text: str) -> Iterator[Any]:
    """The whole items of a list that breaks off."""
    begin = _LIST.search(text)
    at = begin.end() if begin else len(text)
    while at < len(text):
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield value
        at = _next(text, at)


def _next(text: str, at: int) -> int:
    while at < len(text) and text[at] in ", \t\r\n":
        at += 1
    return at


def _unfenced(text: str) -> str:
    fenced = _FENCE.match(text)
    return fenced[1] if fenced else text
