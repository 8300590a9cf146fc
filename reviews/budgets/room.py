"""How much room the budgets of a namespace leave in a week, and what a change asks of it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LEAST = 200
"""Statements that a share is of at least: the rewriting of a short list is no churn of a namespace."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one change would use. `memories` are those it writes, with the statements that it takes out of each."""

    proposal: int
    readings: int
    removals: int
    churn: int
    automatic: bool
    memories: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Passed:
    """The budget that there is no room in: how much it is, how much is used, and how much more is asked."""

    budget: str
    limit: int
    used: int
    asked: int

    @property
    def is_alone(self) -> bool:
        """Whether the change alone is more than the budget, so that no week has room for it."""
        return self.asked > self.limit


@dataclass(slots=True)
class Room:
    """The budgets of one namespace in one week with what is used of them."""

    limits: Mapping[str, Mapping[str, int | None]]
    statements: int = 0
    used: Counter[str] = field(default_factory=Counter)
    changes: Counter[int] = field(default_factory=Counter)  # of the week, by memory
    removed: Counter[tuple[int, int]] = field(default_factory=Counter)  # by proposal and memory, whenever it was

    @property
    def weekly(self) -> dict[str, int | None]:
        """The limits of the namespace, that of churn as a number of statements."""
        limits: dict[str, Any] = dict(self.limits["week"])
        percent = limits.pop("churn_percent")
        churn = None if percent is None else max(LEAST, self.statements) * percent // 100
        return limits | {"churn": churn}

    def passed_by(self, asked: Asked) -> Passed | None:
        """The first budget that a change would pass. One that uses nothing of a budget does not pass it."""
        wanted = _weekly(asked)
        for name, limit in self.weekly.items():
            if limit is not None and wanted[name] and self.used[name] + wanted[name] > limit:
                return Passed(f"week.{name}", limit, self.used[name], wanted[name])
        for memory, gone in asked.memories.items():
            most, had = self.limits["entry"]["removals"], self.removed[asked.proposal, memory]
            if most is not None and gone and had + gone > most:
                return Passed("entry.removals", most, had, gone)
            most, had = self.limits["entry"]["changes"], self.changes[memory]
            if most is not None and had + 1 > most:
                return Passed("entry.changes", most, had, 1)
        return None

    def take(self, asked: Asked) -> None:
        self.used.update(_weekly(asked))
        for memory, gone in asked.memories.items():
            self.changes[memory] += 1
            self.removed[asked.proposal, memory] += gone


def _weekly(asked: Asked) -> dict[str, int]:
    return {
        "exposures": asked.readings,
        "removals": asked.removals,
        "churn": asked.churn,
        "automatic": int(asked.automatic),
    }
