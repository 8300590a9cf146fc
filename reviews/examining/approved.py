"""Live statements that people approved or pinned, near what a change writes."""

from __future__ import annotations

from agents.models import Namespace
from agents.text import neighbours
from agents.text.normalise import normalise
from reviews.checks import Proposed
from reviews.checks.context import Standing
from reviews.checks.writing import written
from reviews.examining import standing
from reviews.examining.standing import Shelves

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
    headed = shelves.headed({one.memory for one in close})
    return tuple(
        sorted(Standing(one.path, one.line, one.text, headed[one.memory].over(one.line), one.pinned) for one in close)
    )
