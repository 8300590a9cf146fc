"""The catalogue of events for those who read them: a page for people, and a schema for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from audit import catalogue, shapes, vocabulary
from audit.catalogue import Kind

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_HEAD = """# The catalogue of events

Version {version}. Written by `manage.py audit catalogue`; the same as a JSON Schema stands in
[events.schema.json](events.schema.json) (`manage.py audit catalogue --json`). Whatever happens in Lucid is one of these
{count} types, and recording refuses any other, a key that its type does not list, and a value of another shape.

Every event carries, besides its `data`:

| field | what it says |
|---|---|
| `v` | version of the form of events: 1 |
| `log`, `seq`, `prev` | the log, the event's number in it from 1, and the leaf hash of the event before |
| `id`, `time` | the event's own id, and when it happened, in UTC to the microsecond; the order is `seq`, not `time` |
| `type` | one of the types below |
| `outcome` | `success`, `failure`, or `denied` |
| `actor` | who did it: `type` is `person`, `machine` (an API token) or `system`, `id` is opaque |
| `target` | what it is about: its `type` and its opaque `id` |
| `data` | what the type lists; a key with `*` is always there |
| `private` | salted commitments to people's words (reasons, names, addresses), by name; the values lie beside the log |

No shape of `data` lets a sentence in. The same key means the same in every type.
"""


def page() -> str:
    """Markdown: the types by family, and what their keys say."""
    parts = [_HEAD.format(version=catalogue.VERSION, count=len(catalogue.EVENTS))]
    for title, kinds in catalogue.FAMILIES.items():
        parts.append(f"\n## {title}\n\n| type | says | data |\n|---|---|---|\n")
        parts += [f"| `{type}` | {kind.says} | {_keys(kind)} |\n" for type, kind in kinds.items()]
    parts.append("\n## Keys\n\n| key | says | is |\n|---|---|---|\n")
    parts += [f"| `{key}` | {word.says} | {word.shape.says} |\n" for key, word in sorted(vocabulary.WORDS.items())]
    return "".join(parts)


def schema() -> str:
    """JSON Schema of the whole record of an event."""
    document = {
        "$schema": _DRAFT,
        "title": "Events of Lucid",
        "version": catalogue.VERSION,
        "type": "object",
        "required": [*_ENVELOPE, "data", "type"],
        "oneOf": [_of_kind(type, kind) for type, kind in catalogue.EVENTS.items()],
        "properties": {**_ENVELOPE, "data": {"type": "object"}, "type": {"enum": list(catalogue.EVENTS)}},
        "additionalProperties": False,
        "$defs": {one.name: {"description": one.says, **one.schema} for one in shapes.ALL},
    }
    return json.dumps(document, indent=1) + "\n"


def _keys(kind: Kind) -> str:
    own = vocabulary.WORDS
    told = (
        f"`{key}`{'*' if key in kind.required else ''}" + (f" ({shape.says})" if shape is not own[key].shape else "")
        for key, shape in kind.keys.items()
    )
    return ", ".join(told)


def _of_kind(type: str, kind: Kind) -> dict[str, Any]:
    data = {
        "type": "object",
        "required": sorted(kind.required),
        "additionalProperties": False,
        "properties": {key: shapes.reference(shape) for key, shape in kind.keys.items()},
    }
    return {
        "description": kind.says,
        "properties": {"type": {"const": type}, "data": data},
        "examples": [{"type": type, "data": kind.example}],
    }


def _named(*types: str) -> Mapping[str, Any]:
    """A type among these, or any, and an opaque id."""
    kind = {"enum": list(types)} if types else {"type": "string"}
    return {
        "type": "object",
        "required": ["id", "type"],
        "additionalProperties": False,
        "properties": {"id": {"type": "string"}, "type": kind},
    }


_ENVELOPE: Mapping[str, Any] = {
    "actor": _named("person", "machine", "system"),
    "id": shapes.reference(shapes.ID),
    "log": {"type": "string"},
    "outcome": {"enum": ["success", "failure", "denied"]},
    "prev": shapes.reference(shapes.HASH),
    "private": {"type": "object", "additionalProperties": shapes.reference(shapes.FINGERPRINT)},
    "seq": {"type": "integer", "minimum": 1},
    "target": _named(),
    "time": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$"},
    "v": {"const": 1},
}
