"""Pieces that several formats share: blocks of content, tool arguments, usage, a tool's own error envelope."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import msgspec

_BINARY_KEYS = ("data", "url", "file_data")
_LONGEST_BINARY = 1000
_TEXT_TYPES = ("text", "input_text", "output_text")


class _Envelope(msgspec.Struct):
    error: Any = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)


def compact(value: object) -> str:
    """JSON without spaces, keys in the order of the file."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def arguments(value: object) -> str:
    """A tool call's arguments as received: a string as it stands, anything else as compact JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else compact(value)


def pieces(content: object) -> Iterator[tuple[bool, str]]:
    """(is text, text) of each block of a message; what is no text comes as compact JSON without its binary data."""
    if isinstance(content, str):
        yield True, content
    elif isinstance(content, list):
        for block in content:
            text = text_of(block)
            yield (True, text) if text is not None else (False, compact(without_binary(block)))
    elif content is not None:
        yield False, compact(without_binary(content))


def joined(content: object) -> str:
    """All blocks of a tool result as one text, one line break between two."""
    if isinstance(content, str):
        return content
    return "\n".join(text for _is_text, text in pieces(content))


def text_of(block: object) -> str | None:
    if isinstance(block, str):
        return block
    if isinstance(block, dict) and block.get("type") in _TEXT_TYPES and isinstance(block.get("text"), str):
        return str(block["text"])
    return None


def without_binary(value: object) -> object:
    """The value with long base64 and data URLs replaced by their length."""
    if isinstance(value, list):
        return [without_binary(part) for part in value]
    if isinstance(value, dict):
        return {key: _short_binary(key, part) for key, part in value.items()}
    return value


def _short_binary(key: object, part: object) -> object:
    if key in _BINARY_KEYS and isinstance(part, str) and len(part) > _LONGEST_BINARY:
        return f"[{len(part)} characters left out]"
    return without_binary(part)


def is_error_envelope(text: str) -> bool:
    """Whether a result is its tool's own error: `Error: …`, or a JSON object with a filled `error` at the top.

    For formats without a flag. Prose is never read: "there was an error" stays a result.
    """
    if text.startswith("Error:"):
        return True
    if not text.startswith("{") or '"error"' not in text:
        return False
    try:
        return bool(_ENVELOPE.decode(text).error)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return False


def numbers(usage: object) -> dict[str, Any]:
    """The counts of a usage object, nested ones too; text, nulls and what is no finite number are left out."""
    kept: dict[str, Any] = {}
    if isinstance(usage, dict):
        for key, value in usage.items():
            if isinstance(value, dict):
                value = numbers(value)
            if value != {} and _is_count(value) and str(key).isprintable():
                kept[str(key)] = value
    return kept


def _is_count(value: object) -> bool:
    if isinstance(value, dict):
        return True
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 2**63 and math.isfinite(value)


def add_usage(total: dict[str, Any], more: dict[str, Any]) -> None:
    """Add the counts of `more` into `total`, key by key."""
    for key, value in more.items():
        if isinstance(value, dict):
            nested = total.get(key)
            if not isinstance(nested, dict):
                nested = total[key] = {}
            add_usage(nested, value)
        elif not isinstance(total.get(key), dict):
            total[key] = total.get(key, 0) + value
