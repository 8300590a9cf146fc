"""How much of a week's budget a change would use up. Whether there is room is looked at when it is applied."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from reviews.budgets import measuring
from reviews.checks.base import Finding, Proposed, ProposedTarget
from reviews.checks.context import NO_BUDGETS, NOTHING, Context
from reviews.enums import Severity

RULE, VERSION = "budget", 1
NEEDS: tuple[str, ...] = ("budgets",)

MUCH = 4  # a change that uses a quarter of a week or more is worth a word


def find(proposed: Proposed, context: Context = NOTHING) -> Iterator[Finding]:
    if context.budgets == NO_BUDGETS:
        return
    size = measuring.measure((_lost(target), "".join(target.after)) for target in proposed.targets)
    week, memory = context.budgets.week, context.budgets.memory
    if week is not None and size.removals * MUCH >= week and size.removals:
        severity = Severity.WARNING if size.removals > week else Severity.NOTE
        words = _("It takes out %(gone)s statements; in a week its namespace may lose %(most)s.")
        yield Finding(RULE, VERSION, severity, str(words % {"gone": size.removals, "most": week}))
    for target, gone in size.removed.items():
        if memory is not None and gone > memory:
            words = _("It takes %(gone)s statements out of one memory; a proposal may take %(most)s.")
            yield Finding(RULE, VERSION, Severity.WARNING, str(words % {"gone": gone, "most": memory}), target)


def _lost(target: ProposedTarget) -> str:
    return target.text_before if target.path_after is None else "".join(target.before)
