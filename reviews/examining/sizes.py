"""How long a namespace is."""

from __future__ import annotations

from django.db.models import Sum

from accounts.models import Team
from agents.models import Memory, Namespace
from agents.reading import tokens_of_length
from reviews.checks import Proposed

STEP = 5_000  # so that a few words more or less do not make the checks run again


def tokens(team: Team, namespace: Namespace) -> int:
    """About how many tokens all live memories of the namespace take."""
    live = Memory.objects.of(team).live().filter(namespace=namespace, head__isnull=False)
    size = live.aggregate(size=Sum("head__blob__size"))["size"] or 0
    return tokens_of_length(size) // STEP * STEP


def tokens_met(tokens: int, _proposed: Proposed) -> int:
    return tokens
