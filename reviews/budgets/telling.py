"""Budgets in words: why a change waits, and what a budget counts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.models import Change

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LABELS: dict[str, StrOrPromise] = {
    "week.exposures": gettext_lazy("Readings that changes reach"),
    "week.removals": gettext_lazy("Statements taken out"),
    "week.churn": gettext_lazy("Statements rewritten or taken out"),
    "week.automatic": gettext_lazy("Changes applied without a vote"),
    "entry.changes": gettext_lazy("Changes of one memory"),
    "entry.removals": gettext_lazy("Statements that one proposal takes out of one memory"),
}
_WEEK = {
    "week.exposures": gettext_lazy("this week's budget of %(limit)s readings in %(space)s is used up"),
    "week.removals": gettext_lazy("this week's budget of %(limit)s removals in %(space)s is used up"),
    "week.churn": gettext_lazy("this week's budget of %(limit)s rewritten statements in %(space)s is used up"),
    "week.automatic": gettext_lazy("this week's budget of %(limit)s changes without a vote in %(space)s is used up"),
    "entry.changes": gettext_lazy("a memory of it was changed %(used)s times this week, and may be %(limit)s times"),
}
_ALONE = {
    "week.exposures": gettext_lazy(
        "it reaches more readings (%(asked)s) than a whole week in %(space)s may (%(limit)s)"
    ),
    "week.removals": gettext_lazy(
        "it takes out more statements (%(asked)s) than a whole week in %(space)s may (%(limit)s)"
    ),
    "week.churn": gettext_lazy(
        "it rewrites more statements (%(asked)s) than a whole week in %(space)s may (%(limit)s)"
    ),
    "week.automatic": gettext_lazy("nothing may be applied without a vote in %(space)s"),
    "entry.changes": gettext_lazy("no memory of %(space)s may be changed"),
}
_PROPOSAL = gettext_lazy("its proposal takes %(all)s statements out of one memory, and may take %(limit)s")


def waits(change: Change) -> str:
    """Why an approved change is not applied yet and when it will be; empty where it waits for no budget."""
    if not change.budget:
        return ""
    facts = change.budget_facts
    values = facts | {"space": change.namespace.name, "all": facts["used"] + facts["asked"]}
    if change.budget == "entry.removals":
        return _("Waits: %(why)s. It goes on once the policy is raised.") % {"why": _PROPOSAL % values}
    if facts["asked"] > facts["limit"]:
        return _("Waits: %(why)s. It goes on once the policy is raised.") % {"why": _ALONE[change.budget] % values}
    monday = date.fromisoformat(facts["week"]) + timedelta(days=7)
    words = _("Waits: %(why)s. Free again on Monday, %(day)s, or once the policy is raised.")
    return words % {"why": _WEEK[change.budget] % values, "day": date_format(monday, "j F")}
