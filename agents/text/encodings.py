"""Text that stands encoded in a text: base64, hexadecimal numbers, escapes of programs and of addresses."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

# Of each kind a piece that such text holds, and the whole of it.
_KINDS = {
    "base64": ("", re.compile(r"(?<![\w+/-])[A-Za-z0-9+/_-]{20,8000}={0,2}")),
    "hex": (
        "",
        re.compile(r"(?<!\w)(?:\\x|0x)?[\da-fA-F]{2}(?=[ ,:\\]|0x)(?:[ ,:]{0,2}(?:\\x|0x)?[\da-fA-F]{2}){11,4000}"),
    ),
    "unicode": ("\\u", re.compile(r"(?:\\u[\da-fA-F]{4}){6,2000}")),
    "percent": ("%", re.compile(r"(?<![\w%.+-])[\w.+-]{0,40}(?:%[\da-fA-F]{2}[\w.+-]{0,40}){3,400}")),
}
_BYTES = re.compile(r"(?:[\da-fA-F]{2})+")


@dataclass(frozen=True, slots=True)
class Encoded:
    """A piece [start, end) that may be encoded, and the printable texts that it may stand for."""

    kind: str
    start: int
    end: int
    readings: tuple[str, ...]


def find(text: str) -> Iterator[Encoded]:
    """The pieces that can be read, kind by kind."""
    for kind, (held, pattern) in _KINDS.items():
        for match in pattern.finditer(text) if held in text else ():
            if readings := tuple(filter(_is_printable, _decoded(kind, match.group()))):
                yield Encoded(kind, *match.span(), readings)


def from_base64(piece: str) -> Iterator[str]:
    """What a piece may say, also where up to three characters that are no part of it stand in front."""
    letters = piece.rstrip("=").replace("-", "+").replace("_", "/")
    for skipped in range(4):
        whole = letters[skipped:]
        if len(whole) % 4 == 1:
            whole = whole[:-1]
        if whole:
            yield base64.b64decode(whole + "=" * (-len(whole) % 4)).decode("utf-8", "replace")


def from_hex(piece: str) -> Iterator[str]:
    if _BYTES.fullmatch(piece):
        yield bytes.fromhex(piece).decode("utf-8", "replace")


def _decoded(kind: str, piece: str) -> Iterator[str]:
    if kind == "percent":
        yield unquote(piece.replace("+", " "))
    elif kind == "unicode":
        yield "".join(chr(int(code, 16)) for code in piece.split("\\u")[1:])
    else:
        yield from from_hex(re.sub(r"\\x|0x|[:, ]", "", piece))
        if kind == "base64":
            yield from from_base64(piece)


def _is_printable(said: str) -> bool:
    odd = sum(not letter.isprintable() and letter not in "\n\t" for letter in said) + said.count("\ufffd")
    return odd <= 0.1 * len(said)
