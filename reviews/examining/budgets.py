"""The budgets that a check looks at, for changes that take anything out."""

from __future__ import annotations

from accounts.models import Team
from agents.models import Namespace
from reviews import policy
from reviews.checks import Proposed
from reviews.checks.context import NO_BUDGETS, Budgets


def read(team: Team, _namespace: Namespace) -> Budgets:
    limits = policy.document_of(team)["budgets"]
    return Budgets(week=limits["week"]["removals"], memory=limits["entry"]["removals"])


def met(budgets: Budgets, proposed: Proposed) -> Budgets:
    takes_out = any(target.path_after is None or set(target.before) - set(target.after) for target in proposed.targets)
    return budgets if takes_out else NO_BUDGETS
