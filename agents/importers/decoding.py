"""From bytes to typed JSON, with every fault told as one BadTranscript that names file and record."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from agents.importers import limits
from agents.importers.records import BadTranscript

T = TypeVar("T")

_PLACE = re.compile(r" - at `\$?(.*)`$", re.DOTALL)
_INK = re.compile(rb"\S")
_LAST_MOMENT = 253_402_214_400  # 9999-12-31: beyond lies no datetime
_ANY: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


def is_binary(data: bytes) -> bool:
    """Whether these are the bytes of something else than a text: PDF, an archive, a picture."""
    is_utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.startswith(b"%PDF") or (b"\x00" in data[:8192] and not is_utf_16)


def checked(file: str, data: bytes) -> bytes:
    """The bytes without a byte order mark. Raises BadTranscript where they are too many, empty or no text in UTF-8."""
    if len(data) > limits.FILE_BYTES:
        raise BadTranscript(file, "", f"the file is larger than {limits.FILE_BYTES // 1024**2} MB")
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
    if not data or data.isspace():
        raise BadTranscript(file, "", "the file is empty")
    if is_binary(data):
        raise BadTranscript(file, "", "the file is not text")
    try:
        data.decode()
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise BadTranscript(file, f"line {line}", f"byte {fault.start} is not UTF-8; save the file as UTF-8") from None
    return data


def decode(data: bytes, decoder: msgspec.json.Decoder[T], *, file: str, record: str = "") -> T:
    """One JSON value of the decoder's type. NaN and lone surrogates, which msgspec refuses, are read, too."""
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as fault:
        raise _misfit(file, record, fault) from None
    except msgspec.DecodeError:
        value = _decode_slowly(data, file=file, record=record)
    try:
        return msgspec.convert(value, decoder.type)
    except msgspec.ValidationError as fault:
        raise _misfit(file, record, fault) from None


def decode_any(data: bytes, *, file: str, record: str = "") -> Any:
    return decode(data, _ANY, file=file, record=record)


def _decode_slowly(data: bytes, *, file: str, record: str) -> object:
    try:
        return json.loads(data, parse_constant=lambda _name: None)
    except json.JSONDecodeError as fault:
        place = f"column {fault.colno}" if record else f"line {fault.lineno}, column {fault.colno}"
        raise BadTranscript(file, record, f"not valid JSON, or cut short: {fault.msg} at {place}") from None
    except ValueError as fault:  # a number with thousands of digits
        raise BadTranscript(file, record, f"not readable as JSON: {fault}") from None


def _misfit(file: str, record: str, fault: msgspec.ValidationError) -> BadTranscript:
    reason = str(fault)
    place = _PLACE.search(reason)
    where = ", ".join(part for part in (record, place.group(1).lstrip(".") if place else "") if part)
    return BadTranscript(file, where, _PLACE.sub("", reason))


def lines(file: str, data: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, numbered from 1. Raises BadTranscript at a line over the limit."""
    start, number = 0, 0
    while start < len(data):
        end = data.find(b"\n", start)
        if end < 0:
            end = len(data)
        number += 1
        if end - start > limits.LINE_BYTES:
            limit = limits.LINE_BYTES // 1024**2
            raise BadTranscript(file, f"line {number}", f"the line is larger than {limit} MB")
        line = data[start:end]
        if line and not line.isspace():
            yield number, line
        start = end + 1


def is_lines(file: str, data: bytes) -> bool:
    """Whether each line is a record of its own, rather than the file one JSON document."""
    if file.lower().endswith((".jsonl", ".ndjson")):
        return True
    begin = _INK.search(data)
    end = data.find(b"\n", begin.start()) if begin else -1
    if begin is None or end < 0 or data[begin.start()] != ord("{") or not _INK.search(data, end):
        return False
    first = data[begin.start() : end].rstrip()
    if len(first) > limits.LINE_BYTES:
        return first.endswith(b"}")
    try:
        json.loads(first)
    except ValueError:
        return False
    return True


def stem(file: str) -> str:
    """The name of a file without folders and ending."""
    name = re.split(r"[/\\]", file)[-1]
    return name.rsplit(".", 1)[0] or name


def moment(value: object) -> datetime | None:
    """A time in UTC from ISO 8601 text (UTC where it names no zone) or seconds since 1970; None where it is neither."""
    try:
        if isinstance(value, str):
            at = datetime.fromisoformat(value)
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _LAST_MOMENT:
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError):
        return None
    return None
