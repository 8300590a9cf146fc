"""RFC 8785 in a restricted profile: what is hashed has exactly one spelling.

Keys are ASCII, numbers are integers below 2**53, and there are no floats, so that plain `json` writes the very bytes
that RFC 8785 asks for. Strings are taken as given (no normalising), so a look-alike letter stays visible.
"""

import json
from json.encoder import encode_basestring
from typing import Any

MAX_BYTES = 8 * 1024
MAX_DEPTH = 32
_INTEGER_LIMIT = 2**53


class NotCanonical(ValueError):
    """The value or the bytes lie outside the profile."""


def dumps(value: Any, *, limit: int | None = MAX_BYTES) -> bytes:
    check(value)
    text = _ENCODER.encode(value)
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        raise NotCanonical("a string holds a lone surrogate") from None
    if limit is not None and len(raw) > limit:
        raise NotCanonical(f"{len(raw)} bytes are more than {limit}")
    return raw


def check(value: Any, *, depth: int = 0) -> None:
    """Whether it lies in the profile, where it stands so deep; lone surrogates show when it is written.

    Raises NotCanonical.
    """
    if depth > MAX_DEPTH:
        raise NotCanonical(f"nested deeper than {MAX_DEPTH}")
    if value is None or isinstance(value, (str, bool)):
        return
    if isinstance(value, int):
        _check_integer(value)
    elif isinstance(value, dict):
        _check_keys(value)
        for inner in value.values():
            if (
                type(inner) is not str or depth == MAX_DEPTH
            ):  # most are text: a call for each would cost as much as the rest
                check(inner, depth=depth + 1)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            check(inner, depth=depth + 1)
    else:
        raise NotCanonical(f"{type(value).__name__} has no canonical form")


def text(value: str) -> bytes:
    """As `dumps`, of a string alone and without a limit."""
    try:
        return encode_basestring(value).encode()
    except UnicodeEncodeError:
        raise NotCanonical("a string holds a lone surrogate") from None


def loads(raw: bytes, *, limit: int | None = MAX_BYTES) -> Any:
    """Read canonical bytes; bytes that `dumps` would not have written are refused, whatever they mean."""
    if limit is not None and len(raw) > limit:
        raise NotCanonical(f"{len(raw)} bytes are more than {limit}")
    try:
        value = _DECODER.decode(raw.decode())
    except NotCanonical:
        raise
    except (ValueError, RecursionError) as error:
        raise NotCanonical(f"not JSON: {error}") from None
    if dumps(value, limit=None) != raw:
        raise NotCanonical("not in canonical form")
    return value


def _check_keys(value: dict[Any, Any]) -> None:
    try:
        if "".join(value).isascii():
            return
    except TypeError:
        pass
    key = next(key for key in value if not isinstance(key, str) or not key.isascii())
    raise NotCanonical(f"key {key!r} is not ASCII text")


def _check_integer(value: int) -> None:
    if abs(value) >= _INTEGER_LIMIT:
        raise NotCanonical("an integer is 2**53 or larger")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotCanonical("an object names a key twice")
    return found


def _integer(digits: str) -> int:
    if len(digits) > 17:
        raise NotCanonical("an integer is 2**53 or larger")
    return int(digits)


def _no_float(digits: str) -> float:
    raise NotCanonical(f"{digits[:40]} is not an integer")


# Made once: json.loads and json.dumps would make them anew for each event.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_no_float, parse_constant=_no_float
)
