"""Live statements that people approved or pinned, near what a change writes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from accounts.models import Team
from agents.models import Memory, Namespace
from agents.text import neighbours
from agents.text.normalise import normalise
from reviews.checks import Proposed
from reviews.checks.context import Standing
from reviews.checks.writing import heading_at, headings, written
from reviews.examining import standing
from reviews.examining.standing import Live, Shelves

NEAREST = 3  # for each statement


def near(shelves: Shelves, namespace: Namespace, proposed: Proposed) -> tuple[Standing, ...]:
    """What the change itself takes out or writes again is none of it."""
    asked = [one.told for target in proposed.targets for one in written(target)]
    touched = {target.path_before for target in proposed.targets}
    gone = {one.normal for one in standing.taken_out(proposed)} if asked else set()
    live = [
        one
        for one in shelves.near(namespace, [one.text for one in asked])
        if (one.approved or one.pinned) and not (one.path in touched and normalise(one.text) in gone)
    ]
    places = neighbours.nearest(asked, [neighbours.one(one.text) for one in live], top=NEAREST)
    close = [live[place] for place in sorted({place for near in places for place in near})]
    over = _headings(shelves.team, close)
    return tuple(
        sorted(Standing(one.path, one.line, one.text, over[place], one.pinned) for place, one in enumerate(close))
    )


def _headings(team: Team, close: Sequence[Live]) -> list[tuple[str, ...]]:
    """What stands over each of them; each text is read once."""
    ids = {one.memory for one in close}
    rows = Memory.objects.of(team).filter(public_id__in=ids).values_list("public_id", "head__blob__text")
    read = {memory: (headings(text), _offsets(text)) for memory, text in (rows if ids else ())}
    nothing = headings(""), [0]
    found = []
    for one in close:
        above, offsets = read.get(one.memory, nothing)
        found.append(heading_at(above, offsets[min(one.line, len(offsets)) - 1]))
    return found


def _offsets(text: str) -> list[int]:
    """Where each line begins, and where the last one ends."""
    return [0, *accumulate(len(line) for line in text.splitlines(keepends=True))]
