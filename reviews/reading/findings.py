"""What the checks say of a change, gravest and surest first: three in sight, the rest behind a word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Team
from agents.words import kept
from reviews.checks import evidence
from reviews.desk import Seat
from reviews.enums import Severity
from reviews.examining import precision
from reviews.examining.precision import Measured
from reviews.models import Check

IN_SIGHT = 3
_ORDER = {Severity.BLOCKING: 0, Severity.WARNING: 1, Severity.NOTE: 2}


@dataclass(frozen=True, slots=True)
class Ranked:
    """A finding, and how often its rule was right, in words."""

    check: Check
    right: str = ""


def measured(seats: Iterable[Seat], *, team: Team) -> dict[str, Measured]:
    """How often the rules were right that found anything on these changes."""
    rules = {check.rule for seat in seats for check in seat.checks}
    return precision.measure(team, rules) if rules else {}


def listed(team: Team) -> list[tuple[Measured, str, int]]:
    """The rules that were measured here or before, with the words for it and the lower end in per cent."""
    rows = sorted(precision.measure(team).values(), key=lambda one: (one.here.of == 0, one.best.low, one.rule))
    return [(one, words(one), round(100 * one.best.low)) for one in rows if one.best.of]


def ranked(checks: Iterable[Check], known: Mapping[str, Measured], *, is_quoted: bool) -> list[Ranked]:
    """Without the note that nobody is quoted, where the evidence beside the change says it."""
    told = (one for one in checks if is_quoted or (one.rule, one.severity) != (evidence.RULE, Severity.NOTE))
    ordered = sorted(told, key=lambda one: (_ORDER[Severity(one.severity)], -_low(known.get(one.rule)), one.pk or 0))
    return [Ranked(one, _right(known.get(one.rule), one.severity)) for one in ordered]


def _low(one: Measured | None) -> float:
    return one.best.low if one else 0.0


def _right(one: Measured | None, severity: str) -> str:
    if one is None or (severity == Severity.NOTE and not one.is_retired) or not one.best.of:
        return ""
    return words(one)


def words(one: Measured) -> str:
    return _words(one.best.right, one.best.of, bool(one.here.of))


@kept
def _words(right: int, of: int, here: bool) -> str:
    said = _("right in %(right)d of %(of)d here") if here else _("right in %(right)d of %(of)d when measured")
    return said % {"right": right, "of": of}
