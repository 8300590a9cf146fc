"""Support that is no support: a bare "yes", what memory told the agent, and what the agent then said after it.

Memory that rests on itself grows surer with every reading, and who only agrees has told nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from agents.enums import SourceClass
from agents.text import approvals
from reviews.checks.base import Finding, Proposed, Quoted
from reviews.checks.context import NOTHING, Context
from reviews.enums import Severity

RULE, VERSION = "approvals_only", 1
NEEDS: tuple[str, ...] = ("repeated",)

AGREED = _("Every quote only agrees; none says what memory would hold.")
RECALLED = _("Every quote is what memory said already when the session read it.")
BOTH = _("Every quote only agrees, or repeats what memory said already.")


def find(proposed: Proposed, context: Context = NOTHING) -> Iterator[Finding]:
    support = proposed.support
    if not support or not any(target.after for target in proposed.targets):
        return
    agreed = [approvals.only_agrees(quote.text) for quote in support]
    recalled = [_is_recalled(quote, context) for quote in support]
    if all(one or other for one, other in zip(agreed, recalled, strict=True)):
        reason = AGREED if all(agreed) else RECALLED if all(recalled) else BOTH
        yield Finding(RULE, VERSION, Severity.WARNING, str(reason))


def _is_recalled(quote: Quoted, context: Context) -> bool:
    return quote.source_class == SourceClass.RECALLED or (quote.session, quote.text) in context.repeated
