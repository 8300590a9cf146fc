"""What the page about the budgets of a namespace shows: this week's use, what waits for room, and the weeks before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, Sum

from agents.models import Memory, Namespace
from reviews import desk
from reviews.budgets import spending, telling
from reviews.budgets.spending import MEMORY
from reviews.models import Change, Spending

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WEEKS = 8
HOTTEST = 5  # memories that are named
WAITING = 20  # changes that are named


@dataclass(frozen=True, slots=True)
class Use:
    """How much of one budget of the week is used; `limit` is None where there is none."""

    label: StrOrPromise
    used: int
    limit: int | None

    @property
    def is_close(self) -> bool:
        """Whether less than a fifth of it is left."""
        return self.limit is not None and self.used * 5 > self.limit * 4


def uses(namespace: Namespace, *, at: datetime) -> list[Use]:
    room = spending.room(namespace, at=at, memories=(), proposals=())
    return [Use(telling.LABELS[f"week.{name}"], room.used[name], limit) for name, limit in room.weekly.items()]


def entry_limits(document: dict[str, Any]) -> list[tuple[StrOrPromise, int | None]]:
    return [(telling.LABELS[f"entry.{name}"], limit) for name, limit in document["budgets"]["entry"].items()]


def waiting(namespace: Namespace) -> tuple[list[tuple[Change, str]], int]:
    """The changes that wait for room, the next first, each with the reason; and how many there are."""
    rows = desk.rows(namespace.team).waiting_for_room().filter(namespace=namespace).order_by("apply_after", "pk")
    shown = [(change, telling.waits(change)) for change in rows.select_related("proposal__team")[:WAITING]]
    return shown, rows.count()


def hottest(namespace: Namespace, *, at: datetime) -> list[tuple[Memory, int]]:
    """The memories that most changes of the week touched."""
    rows = spending.of_week(namespace, at=at).exclude(**{MEMORY: None}).values(MEMORY)
    counted = rows.annotate(n=Count("pk", distinct=True)).order_by("-n", MEMORY).values_list(MEMORY, "n")
    most = dict(counted[:HOTTEST])
    found = Memory.objects.of(namespace.team).select_related("team").in_bulk(most)
    return [(found[pk], n) for pk, n in most.items()]


@dataclass(frozen=True, slots=True)
class Week:
    begins: date
    changes: int
    exposures: int
    removals: int
    churn: int
    automatic: int


def weeks(namespace: Namespace) -> Sequence[Week]:
    """The last weeks in which anything was applied, newest first."""
    rows = Spending.objects.of(namespace.team).filter(namespace=namespace).order_by("-week").values("week")
    counted = rows.annotate(
        n=Count("pk"),
        exposures=Sum("readings"),
        removed=Sum("removals"),
        moved=Sum("churn"),
        without=Count("pk", filter=Q(automatic=True)),
    )
    return [Week(*row) for row in counted.values_list("week", "n", "exposures", "removed", "moved", "without")[:WEEKS]]
