"""The team's own rules. A finding gives the rule's title and version, and the reason that its officer wrote.

A rule speaks where the change makes it so: in what the change writes, or where what it takes away or joins breaks the
rule. What broke it before and is not touched stands on the rule's page, not in the way of every later edit.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from reviews.checks.base import Finding, Proposed, ProposedTarget
from reviews.checks.context import NOTHING, Context
from reviews.enums import Operation
from reviews.rulebook.matching import Held, Span, spans

RULE, VERSION = "rulebook", 1
NEEDS: tuple[str, ...] = ("rules",)


def find(proposed: Proposed, context: Context = NOTHING) -> Iterator[Finding]:
    brings_back = proposed.operation == Operation.RESTORE
    for number, target in enumerate(proposed.targets):
        for rule in context.rules:
            for start, end in _broken(rule, target, brings_back=brings_back):
                yield Finding(RULE, VERSION, rule.severity, _says(rule), number, start, end)


def _broken(rule: Held, target: ProposedTarget, *, brings_back: bool) -> list[Span] | list[tuple[None, None]]:
    """Places in the written text; one without a place where the text as a whole comes to break the rule."""
    now = rule.broken_at(target.text_after)
    if not now:
        return []
    written = "".join(target.after)
    own = [span for span in spans(rule.says, written) if written[slice(*span)] in target.text_after]
    if own:
        return own[:1] if rule.also else own
    before = [] if brings_back else rule.broken_at(target.text_before)
    return [(None, None)] if len(now) > len(before) else []


def _says(rule: Held) -> str:
    return _("%(title)s (version %(number)s): %(reason)s") % {
        "title": rule.title,
        "number": rule.number,
        "reason": rule.reason,
    }
