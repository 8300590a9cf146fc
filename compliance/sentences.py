"""Events as sentences, for people: by the pattern of their type, and a fallback.

A pattern names its parts: `who` did it, `what` it is about, and what the event's data says. The record itself is the
event's bytes; a sentence only reads them out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext

from accounts.enums import Role
from accounts.models import Team
from agents.enums import Access
from audit import catalogue
from audit.models import Event
from audit.verify.canonical import NotCanonical
from compliance import names
from compliance.names import Name, Names
from compliance.patterns import CHOOSES, PATTERNS
from dreaming.enums import RunState

_PART = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Row:
    """An event as a list shows it. `parts` are names in a sentence, and the words between them."""

    event: Event
    data: Mapping[str, Any]
    parts: Sequence[Name]
    is_readable: bool = True
    private: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "".join(part.label for part in self.parts)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The data, each value as one text."""
        return [
            (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
            for name, value in self.data.items()
        ]


def tell(team: Team, events: Sequence[Event]) -> list[Row]:
    """The sentences of some events, with names from rows, in as many queries as there are kinds of things in them."""
    bodies = [_content(event) for event in events]
    known = names.resolve(team, _ids(zip(events, bodies, strict=True)))
    return [_row(event, body, known) for event, body in zip(events, bodies, strict=True)]


def _content(event: Event) -> dict[str, Any] | None:
    """None where the bytes are no event any more: the page then shows what its columns say."""
    try:
        content = event.content()
    except (NotCanonical, ValueError):
        return None
    is_event = isinstance(content, dict) and all(isinstance(content.get(name), dict) for name in ("data", "private"))
    return content if is_event else None


def _ids(pairs: Iterable[tuple[Event, Mapping[str, Any] | None]]) -> set[str]:
    found = set()
    for event, content in pairs:
        found |= {event.actor_id, event.target_id}
        found |= {value for value in (content or {}).get("data", {}).values() if isinstance(value, str)}
    return found


def _row(event: Event, content: Mapping[str, Any] | None, known: Names) -> Row:
    data = content["data"] if content else {}
    values = {
        **{name: _shown(value, known) for name, value in data.items()},
        **_told(data, known),
        "who": _actor(event, known),
        "what": names.name_of(event.target_id, known),
    }
    pattern = gettext(_pattern(event.type, data))
    private = content["private"] if content else {}
    return Row(event, data, _parts(pattern, values), content is not None, private)


def _pattern(type: str, data: Mapping[str, Any]) -> str:
    family = PATTERNS.get(type.split(".")[0], {})
    found = family.get(f"{type} {data.get(CHOOSES.get(type, ''))}") or family.get(type)
    if found:
        return found
    kind = catalogue.EVENTS.get(type)
    return f"%(who)s: {kind.says if kind else type}"


def _parts(pattern: str, values: Mapping[str, Name]) -> list[Name]:
    pieces = enumerate(_PART.split(pattern))  # every second one is the name of a value
    return [values.get(piece, Name("…")) if position % 2 else Name(piece) for position, piece in pieces if piece]


def _actor(event: Event, known: Names) -> Name:
    return Name("Lucid") if event.actor_type == "system" else names.name_of(event.actor_id, known)


def _shown(value: Any, known: Names) -> Name:
    if isinstance(value, str) and value in known:
        return known[value]
    if isinstance(value, list):
        return Name(get_text_list([str(one).replace("_", " ") for one in value], gettext("and")))
    return Name("…" if value is None or value == "" else str(value))


def _told(data: Mapping[str, Any], known: Names) -> dict[str, Name]:
    """Values that need more than their spelling: roles, ways of access, and states of runs."""
    found = {}
    if data.get("state") in RunState.values:
        found["state"] = Name(str(RunState(data["state"]).label))
    for name in ("roles", "before", "after"):
        value = data.get(name)
        if isinstance(value, list):
            labels = [str(Role(role).label) if role in Role.values else str(role) for role in value]
            found[name] = Name(get_text_list(labels, gettext("and")))
        elif value in Access.values:
            found[name] = Name(str(Access(value).label).lower())
    return found
