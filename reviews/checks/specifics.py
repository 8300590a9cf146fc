"""Names, numbers, dates, paths, flags and versions that stood in what is taken out and stand nowhere any more.

An edit that puts one value in the place of another is read as that, and is no loss. What becomes one with another copy
may lose nothing at all. A line that is taken out and nothing put in its place says itself that it goes: that is noted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from agents.text import quantities, secrets, specifics
from agents.text.specifics import Specific
from reviews.checks.base import Finding, Proposed, ProposedTarget
from reviews.checks.context import NOTHING, Context
from reviews.enums import FOLDS, Operation, Severity

RULE, VERSION = "specifics", 2
NEEDS: tuple[str, ...] = ("kept_copies",)

SHOWN = 6
LONGEST = 40  # code points of one that is shown
SAYS = _("What stands nowhere any more: %(values)s.")


def find(proposed: Proposed, context: Context = NOTHING) -> Iterator[Finding]:
    folds = proposed.reason_code in FOLDS or proposed.operation == Operation.MERGE
    if not folds and proposed.operation != Operation.EDIT:
        return
    written = "".join(line for target in proposed.targets for line in target.after)
    told: set[Specific] = set()
    for number, target in enumerate(proposed.targets):
        before = _taken_out(target)
        if not before:
            continue
        lost = specifics.lost([before], "\n".join((written, *context.kept_copies))) - told
        lost = lost and frozenset(_nowhere(lost, before, proposed.targets))
        if lost and not folds:
            lost = _not_replaced(lost, specifics.specifics("".join(target.after)) - specifics.specifics(before))
        if lost:
            told |= lost
            replaces = folds or any(line.strip() for line in target.after)
            yield Finding(RULE, VERSION, Severity.WARNING if replaces else Severity.NOTE, _reason(lost, before), number)


def _taken_out(target: ProposedTarget) -> str:
    """Without secrets: a reason never repeats one, and to be rid of one is no loss."""
    text = target.text_before if target.path_after is None else "".join(target.before)
    for secret in secrets.find(text):
        text = text[: secret.start] + " " * (secret.end - secret.start) + text[secret.end :]
    return text


def _nowhere(lost: Collection[Specific], before: str, targets: Collection[ProposedTarget]) -> frozenset[Specific]:
    """Those that the rest of the memories does not hold either: of it only lines that could are read."""
    values = tuple(one.value.casefold() for one in lost)
    counts = any(one.kind in ("number", "money", "date", "time") for one in lost)
    rest = [
        line
        for target in targets
        for line in target.text_after.splitlines()
        if (counts and any(sign.isdigit() for sign in line)) or any(value in line.casefold() for value in values)
    ]
    return specifics.lost([before], "\n".join(rest)) & frozenset(lost) if rest else frozenset(lost)


def _not_replaced(lost: frozenset[Specific], new: frozenset[Specific]) -> frozenset[Specific]:
    """Of each kind those for which nothing of the kind came in."""
    came = Counter(one.kind for one in new)
    went = Counter(one.kind for one in lost)
    return frozenset(one for one in lost if went[one.kind] > came[one.kind])


def _reason(lost: frozenset[Specific], before: str) -> str:
    ordered = sorted(lost)
    values = ", ".join(f"“{_short(quantities.as_written(one.value, before))}”" for one in ordered[:SHOWN])
    more = len(ordered) - SHOWN
    if more > 0:
        values += ngettext(" and %(n)d more", " and %(n)d more", more) % {"n": more}
    return str(SAYS % {"values": values})


def _short(value: str) -> str:
    return value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"
