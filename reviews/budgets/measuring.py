"""What a change takes out and rewrites, counted in statements. Pure: from its own lines, whatever stands there now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from agents.text import distance


@dataclass(frozen=True, slots=True)
class Size:
    """Statements that a change takes out, by the target that loses them, and statements that it rewrites."""

    removed: dict[int, int] = field(default_factory=dict)
    rewritten: int = 0

    @property
    def removals(self) -> int:
        return sum(self.removed.values())

    @property
    def churn(self) -> int:
        return self.removals + self.rewritten


def measure(targets: Iterable[tuple[str, str]]) -> Size:
    """The size of a change whose targets lose the first text and get the second; what only moves is not removed."""
    before, after = {}, {}
    for number, (old, new) in enumerate(targets):
        before[number], after[number] = distance.count(old), distance.count(new)
    found = distance.between(before, after)
    return Size(dict(Counter(target for target, _ in found.gone)), len(found.changed))
