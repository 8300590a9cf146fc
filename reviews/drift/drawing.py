"""Distances as a chart of bars, in numbers that a template writes into SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reviews.drift.days import Sum

HEIGHT = 96
STEP, WIDTH = 8, 6
KINDS = ("gone", "changed", "added")  # from the ground up


@dataclass(frozen=True, slots=True)
class Bar:
    kind: str
    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars of some days, the largest distance among them, and the days at which something changed."""

    bars: tuple[Bar, ...]
    width: int
    most: int
    days: tuple[Sum, ...]

    @property
    def first(self) -> date:
        return self.days[0].day

    @property
    def last(self) -> Sum:
        return self.days[-1]

    @property
    def told(self) -> list[Sum]:
        """Newest first, the days that are not as the day before them; the first is always told."""
        pairs = zip(self.days, (None, *self.days), strict=False)
        return [day for day, before in pairs if before is None or _numbers(day) != _numbers(before)][::-1]


def chart(days: Sequence[Sum]) -> Chart:
    most = max(day.size for day in days)
    bars = []
    for place, day in enumerate(days):
        ground = float(HEIGHT)
        for kind in KINDS:
            height = round(getattr(day, kind) * HEIGHT / most, 2) if most else 0.0
            if height:
                ground -= height
                bars.append(Bar(kind, place * STEP, round(ground, 2), height))
    return Chart(tuple(bars), len(days) * STEP, most, tuple(days))


def _numbers(day: Sum) -> tuple[int, int, int, int]:
    return day.statements, day.added, day.changed, day.gone
