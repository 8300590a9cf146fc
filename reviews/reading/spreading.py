"""Which quotes stand beside a change: what speaks against it first, one of each kind, few that look alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from agents.enums import Kind, SourceClass
from reviews.reading.quoting import Quote

MOST_ALIKE = 2
_VARIES = re.compile(r"\S*\d\S*")


def spread(quotes: Sequence[Quote]) -> list[Quote]:
    """All of them, the telling ones first."""
    first = [*_first(one for one in quotes if one.is_against), *_first(one for one in quotes if not one.is_against)]
    taken = {id(one) for one in first}
    return first + [one for one in quotes if id(one) not in taken]


def _first(quotes: Iterator[Quote]) -> list[Quote]:
    """An error, the call that worked, a person; then as they came, but no more than a few of one look."""
    given = list(quotes)
    chosen = [one for kind in (_is_error, _is_call, _is_person) if (one := next(filter(kind, given), None))]
    taken = {id(one) for one in chosen}
    seen = Counter(_look(one) for one in chosen)
    for one in given:
        look = _look(one)
        if id(one) not in taken and seen[look] < MOST_ALIKE:
            seen[look] += 1
            chosen.append(one)
    return chosen


def _is_error(one: Quote) -> bool:
    return one.is_error


def _is_call(one: Quote) -> bool:
    return one.kind == Kind.TOOL_CALL


def _is_person(one: Quote) -> bool:
    return one.source_class == SourceClass.USER_INPUT


def _look(one: Quote) -> tuple[object, ...]:
    """Calls of one tool look alike, and so do its answers that begin alike; else the words without what varies."""
    if one.kind == Kind.TOOL_CALL:
        return one.kind, one.tool
    text = one.whole.split(":")[0] if one.kind == Kind.TOOL_RESULT else one.whole
    return one.kind, one.tool, one.is_error, _VARIES.sub("#", text)
