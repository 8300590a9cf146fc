"""How far two states of a memory are from each other, in statements. Pure.

Statements are compared by their normalised text, over the whole namespace: one that only moved to another memory is no
distance. Of the others, one that went and one that came in the same memory are one that changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from agents.text import normalise
from agents.text.statements import statements

Place = tuple[int, str]
"""A statement: the primary key of its memory, and the digest of its text."""

Counted = Counter[str]
"""The statements of one memory by digest."""


@dataclass(slots=True)
class Distance:
    """What is other than it was. `changed` are pairs of what went and what came."""

    added: list[Place] = field(default_factory=list)
    changed: list[tuple[Place, Place]] = field(default_factory=list)
    gone: list[Place] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.added) + len(self.changed) + len(self.gone)


def count(text: str) -> Counted:
    return Counter(normalise.digest(one.text) for one in statements(text))


def between(before: Mapping[int, Counted], after: Mapping[int, Counted]) -> Distance:
    """The distance of two states, each of them statements by memory. Memories that stand in both as they were may be
    left out of both.
    """
    nothing: Counted = Counter()
    came: dict[int, list[str]] = {}
    lost: dict[int, list[str]] = {}
    for memory in sorted(before.keys() | after.keys()):
        was, now = before.get(memory, nothing), after.get(memory, nothing)
        came[memory], lost[memory] = list((now - was).elements()), list((was - now).elements())
    _forget_moved(came, lost)
    distance = Distance()
    for memory, new in came.items():
        old = lost[memory]
        pairs = min(len(old), len(new))
        distance.changed += [((memory, one), (memory, two)) for one, two in zip(old, new, strict=False)]
        distance.added += [(memory, one) for one in new[pairs:]]
        distance.gone += [(memory, one) for one in old[pairs:]]
    return distance


def _forget_moved(came: dict[int, list[str]], lost: dict[int, list[str]]) -> None:
    """Take what one memory lost and another got out of both."""
    moved = Counter(one for new in came.values() for one in new) & Counter(one for old in lost.values() for one in old)
    for side in (came, lost):
        left = moved.copy()
        for memory, found in side.items():
            kept = []
            for one in found:
                if left[one]:
                    left[one] -= 1
                else:
                    kept.append(one)
            side[memory] = kept
