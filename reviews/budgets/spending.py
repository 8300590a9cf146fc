"""What is used of the budgets, from rows: to be read under the namespace's lock by who then writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Count, Q, Sum

from accounts.teams import TeamQuerySet
from agents.models import Namespace, NamespaceAccess, ReadTrace, StatementRecord
from reviews import policy
from reviews.budgets import weeks
from reviews.budgets.room import Asked, Room
from reviews.models import Change, Spending

SpendingRows = TeamQuerySet[Spending]

MEMORY = "change__head__targets__memory"
LATELY = timedelta(days=7)


def room(namespace: Namespace, *, at: datetime, memories: Collection[int], proposals: Collection[int]) -> Room:
    """The room that this week leaves, with what concerns these memories and proposals (primary keys)."""
    team = namespace.team
    rows = of_week(namespace, at=at)
    found = Room(policy.document_of(team)["budgets"], statements_of(namespace), used(rows))
    touched = rows.filter(**{f"{MEMORY}__in": memories}).values(MEMORY)
    found.changes.update(dict(touched.annotate(n=Count("pk", distinct=True)).values_list(MEMORY, "n")))
    earlier = Spending.objects.of(team).filter(change__proposal__in=proposals, removals__gt=0)
    for proposal, removed in earlier.values_list("change__proposal", "removed"):
        for memory, gone in removed.items():
            found.removed[proposal, int(memory)] += gone
    return found


def used(rows: SpendingRows) -> Counter[str]:
    """What these changes used together."""
    automatic = Count("pk", filter=Q(automatic=True))
    sums = rows.aggregate(exposures=Sum("readings"), removals=Sum("removals"), churn=Sum("churn"), automatic=automatic)
    return Counter({name: value or 0 for name, value in sums.items()})


def of_week(namespace: Namespace, *, at: datetime) -> SpendingRows:
    return Spending.objects.of(namespace.team).filter(namespace=namespace, week=weeks.week_of(at, namespace.team))


def statements_of(namespace: Namespace) -> int:
    rows = StatementRecord.objects.of(namespace.team).filter(memory__namespace=namespace, retired_at=None)
    return rows.filter(memory__archived=False).count()


def readings_of(namespace: Namespace, *, at: datetime) -> int:
    """How often agents that read the namespace were given their memory in the last seven days."""
    readers = NamespaceAccess.objects.of(namespace.team).filter(namespace=namespace).values("agent")
    return ReadTrace.objects.of(namespace.team).filter(agent__in=readers, at__gt=at - LATELY, at__lte=at).count()


def note(change: Change, asked: Asked, *, at: datetime) -> Spending:
    """Write down what an applied change used, within the caller's unit."""
    return Spending.objects.create(
        team_id=change.team_id,
        change=change,
        namespace=change.namespace,
        week=weeks.week_of(at, change.team),
        readings=asked.readings,
        removals=asked.removals,
        churn=asked.churn,
        automatic=asked.automatic,
        removed={str(memory): gone for memory, gone in asked.memories.items() if gone},
        at=at,
    )
