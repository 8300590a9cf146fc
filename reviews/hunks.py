"""Hunks: what a change does to the lines of one version, with the unchanged line either side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from agents.text.lines import Edit


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines [start, end) of the base version, before → after. `above` and `below` are None at the ends of the text.

    Of hunks that insert at one place the smaller `order` stands first; without one, changes keep their order.
    """

    start: int
    end: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    above: str | None
    below: str | None
    order: int | None = None

    @classmethod
    def of(cls, lines: Sequence[str], edit: Edit, order: int | None = None) -> Hunk:
        return cls(
            start=edit.start,
            end=edit.end,
            before=tuple(lines[edit.start : edit.end]),
            after=edit.lines,
            above=lines[edit.start - 1] if edit.start else None,
            below=lines[edit.end] if edit.end < len(lines) else None,
            order=order,
        )

    @classmethod
    def read(cls, data: dict[str, Any]) -> Hunk:
        return cls(**{**data, "before": tuple(data["before"]), "after": tuple(data["after"])})

    def write(self) -> dict[str, Any]:
        return {
            "start": self.start,
            "end": self.end,
            "before": list(self.before),
            "after": list(self.after),
            "above": self.above,
            "below": self.below,
            "order": self.order,
        }

    @property
    def region(self) -> list[str | None]:
        """What an approval of this hunk is bound to in the base text."""
        return [self.above, *self.before, self.below]


def read(data: Iterable[dict[str, Any]]) -> list[Hunk]:
    return [Hunk.read(one) for one in data]
