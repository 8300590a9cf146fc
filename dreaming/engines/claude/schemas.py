"""What the model answers in: lists of flat items, every field required, "" where there is nothing to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KINDS = ("mistake", "success", "workflow", "preference", "practice")
ACTIONS = ("add", "replace", "retire")
STANCES = ("for", "against")
VERDICTS = ("supported", "contradicted", "not_enough")
PAIRS = ("same", "contradiction", "distinct")


def _text(says: str) -> dict[str, Any]:
    return {"type": "string", "description": says}


def _one_of(values: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def _object(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(fields), "required": list(fields), "additionalProperties": False}


def _list(fields: Mapping[str, Any]) -> dict[str, Any]:
    return _object({"items": {"type": "array", "items": _object(fields)}})


_QUOTED = {"event": _text("id of the event"), "quote": _text("copied letter by letter"), "stance": _one_of(STANCES)}

DISCOVER = _list(
    {
        "action": _one_of(ACTIONS),
        "kind": _one_of(KINDS),
        "title": _text("what is proposed, in at most ten words"),
        "lesson": _text("the sentence for memory"),
        "why": _text("why it is worth remembering, for the reviewer, in one sentence"),
        "memory": _text("id of the statement that is replaced or retired, else empty"),
        "same_as": _text("id of the open proposal that says the same, else empty"),
        "evidence": {"type": "array", "items": _object(_QUOTED)},
    }
)
GROUND = _list({"claim": _text("id of the claim"), **_QUOTED})
VERIFY = _list({"claim": _text("id of the claim"), "verdict": _one_of(VERDICTS), "why": _text("in one sentence")})
WORD = _list({"id": _text("id of the lesson"), "lesson": _text("the sentence for memory")})
JUDGE = _list({"id": _text("id of the pair"), "verdict": _one_of(PAIRS), "keep": _text("id of a statement, or empty")})
ANSWER = _object({"text": _text("the revised sentence, or empty"), "said": _text("for the reviewer")})
