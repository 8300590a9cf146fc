"""What differs between two policy documents, field by field and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import Team
from reviews.policy import telling
from reviews.policy.telling import Field, Names, Text


@dataclass(frozen=True, slots=True)
class Difference:
    """One field and what it says before and after, each in lines."""

    label: Text
    before: tuple[Text, ...]
    after: tuple[Text, ...]


def between(team: Team, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """With the names that agents, namespaces and people have now. Three queries."""
    return differences(before, after, telling.names_of(team, before, after))


def differences(before: Mapping[str, Any], after: Mapping[str, Any], names: Names) -> list[Difference]:
    """Of two whole documents, in the order of the page that tells of them."""
    old, new = _fields(before, names), _fields(after, names)
    places = [*old, *(place for place in new if place not in old)]
    found = []
    for place in places:
        was, now = old.get(place), new.get(place)
        lines = (was.lines if was else (), now.lines if now else ())
        if lines[0] != lines[1]:
            label = (now or was).label  # type: ignore[union-attr]
            found.append(Difference(label, *lines))
    return found


def _fields(document: Mapping[str, Any], names: Names) -> dict[str, Field]:
    return {field.place: field for section in telling.sections(document, names) for field in section.fields}
