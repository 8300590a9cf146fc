"""Bodies of API calls that bring a session or speak of one: our own session format, read by msgspec within a limit."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec
from django.http import HttpRequest

from accounts.api import Problem
from agents.importers import decoding, limits, lucid_jsonl
from agents.importers.lucid_jsonl import FeedbackLine, OutcomeLine
from agents.importers.records import BadTranscript

T = TypeVar("T")

SMALL = 1024 * 1024


class Push(msgspec.Struct, forbid_unknown_fields=True):
    """A session as it stands now; push it again when it has grown."""

    agent: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    session: lucid_jsonl.Document
    source: Annotated[str, msgspec.Meta(min_length=1, max_length=limits.NAME)] = "api"


PUSH = msgspec.json.Decoder(Push)
OUTCOME = msgspec.json.Decoder(OutcomeLine)
FEEDBACK = msgspec.json.Decoder(FeedbackLine)


def read(request: HttpRequest, decoder: msgspec.json.Decoder[T], limit: int) -> T:
    """The body, never more of it than the limit. Raises Problem."""
    data = request.read(limit + 1)
    if len(data) > limit:
        raise Problem(413, "too_large", f"the body is larger than {limit // 1024**2} MB")
    if not data.strip():
        raise Problem(400, "bad_request", "the body is empty")
    try:
        return decoding.decode(decoding.checked("", data), decoder, file="")
    except BadTranscript as bad:
        raise misfit(bad) from None
    except RecursionError:
        raise Problem(422, "invalid", "the body is nested too deeply") from None


def misfit(bad: BadTranscript) -> Problem:
    return Problem(422, "invalid", bad.reason, where=bad.record)


def published(kind: Any) -> dict[str, Any]:
    """The published schema of a body that msgspec reads."""
    _refs, components = msgspec.json.schema_components([kind], ref_template="{name}")
    for component in components.values():
        if "record" in component.get("properties", {}):  # known by its place here
            component["required"] = [name for name in component["required"] if name != "record"]
    schema = _inlined(components[kind.__name__], components)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _inlined(schema: Any, components: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(part, components) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(components[schema["$ref"]], components)
    return {key: _inlined(value, components) for key, value in schema.items()}
