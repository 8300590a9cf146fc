"""What a target writes, statement by statement, each where it stands in the written text."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import lru_cache

from agents.text import neighbours
from agents.text.neighbours import Told
from reviews.checks.base import ProposedTarget

_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*?)[ #]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Written:
    """A statement and its place, in code points of the written text."""

    told: Told
    start: int
    end: int


@lru_cache(maxsize=8)  # several rules ask, one after the other
def written(target: ProposedTarget) -> tuple[Written, ...]:
    """The statements that a target writes and that did not stand there before, under the headings of the memory."""
    text = "".join(target.after)
    gone = {one.normal for one in neighbours.told("".join(target.before))} if target.before else set()
    found, at = [], 0
    above = headings(target.text_after)
    for one in neighbours.told(text):
        start = text.find(one.text, at)
        if start < 0 or one.normal in gone:
            continue
        at = start + len(one.text)
        place = target.text_after.find(one.text)
        over = heading_at(above, place) if place >= 0 else one.heading
        found.append(Written(replace(one, heading=over), start, at))
    return tuple(found)


Headings = list[tuple[int, tuple[str, ...]]]
"""From which place of a document on which headings stand over it, the highest first."""


def headings(text: str) -> Headings:
    above: list[tuple[int, str]] = []
    found: Headings = [(-1, ())]
    for heading in _HEADING.finditer(text):
        level = len(heading[1])
        above = [(depth, said) for depth, said in above if depth < level]
        above.append((level, heading[2]))
        found.append((heading.start(), tuple(said for _, said in above)))
    return found


def heading_at(found: Headings, place: int) -> tuple[str, ...]:
    return found[bisect_left(found, place, key=lambda one: one[0]) - 1][1] if place > 0 else ()
