"""How often a rule was right: of its warnings on changes that people of the team decided on, how many led to a no or an
edit, or came true when the change was taken back; and what the same rule reached on labelled data.

Notes do not count: nobody is asked to act on one. A finding that an edit made go away was right; one that a rebase made
go away says nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

from django.db.models import Exists, OuterRef

from accounts.models import Team
from reviews.checks import RULES
from reviews.enums import RevisionOrigin, Severity, State
from reviews.models import Check, Decision, Revision
from reviews.policy.tiers import DANGEROUS_CHECKS

NO = (State.REJECTED, State.QUARANTINED, State.REVERTED)
DECIDED = (*NO, State.APPLIED)
EDITS = (RevisionOrigin.EDITED, RevisionOrigin.ANSWERED, RevisionOrigin.PART_ACCEPTED)
LATEST = 3_000  # findings that are looked at
ENOUGH = 50  # decisions, the latest of a rule, after which it is retired
HALF = 0.5
NEVER_RETIRED = DANGEROUS_CHECKS | {"secrets", "protected_path", "rulebook", "budget", "evidence"}
"""Who waves everything through may not switch off what guards against that."""


@dataclass(frozen=True, slots=True)
class Precision:
    """`low` is the lower end of Wilson's interval at 95 %: what little was seen promises little."""

    right: int
    of: int

    @property
    def share(self) -> float:
        return self.right / self.of if self.of else 0.0

    @property
    def low(self) -> float:
        if not self.of:
            return 0.0
        z2 = 1.96**2 / self.of
        spread = sqrt(self.share * (1 - self.share) * z2 + z2 * z2 / 4)
        return (self.share + z2 / 2 - spread) / (1 + z2)


@dataclass(frozen=True, slots=True)
class Measured:
    """One rule in its present version: how it did here, how it did on labelled data, and whether it only notes now."""

    rule: str
    version: int
    here: Precision
    shipped: Precision | None
    is_retired: bool

    @property
    def best(self) -> Precision:
        """What was seen here, where anything was; else what it was shipped with."""
        return self.here if self.here.of or self.shipped is None else self.shipped


SHIPPED = {
    # python -m benchmarks.bench_detectors $LUCID_DATA/dev
    ("secrets", 2): Precision(40, 45),
    ("personal", 1): Precision(80, 89),
    # python -m benchmarks.bench_checks $LUCID_DATA/dev --pairs-only
    ("contradiction", 1): Precision(65, 90),
    ("rejected_before", 1): Precision(161, 231),
}
"""By rule and version; a new version has no figure until it is measured."""


def measure(team: Team, rules: Collection[str] | None = None) -> dict[str, Measured]:
    """Rules (all, or those named) by their names. Takes one query."""
    versions = {rule.RULE: rule.VERSION for rule in RULES if rules is None or rule.RULE in rules}
    told = _told(team, versions)
    return {name: _measured(name, version, told.get(name, ())) for name, version in versions.items()}


def retired(team: Team) -> frozenset[str]:
    return frozenset(name for name, one in measure(team).items() if one.is_retired)


def _measured(rule: str, version: int, told: Iterable[bool]) -> Measured:
    latest = list(told)
    window = latest[:ENOUGH]
    is_retired = rule not in NEVER_RETIRED and len(window) == ENOUGH and sum(window) < HALF * ENOUGH
    return Measured(rule, version, Precision(sum(latest), len(latest)), SHIPPED.get((rule, version)), is_retired)


def _told(team: Team, versions: Mapping[str, int]) -> dict[str, list[bool]]:
    """Of each rule whether it was right, change by change, the latest first."""
    voted = Decision.objects.of(team).filter(change=OuterRef("revision__change"))
    edited = Revision.objects.of(team).filter(
        change=OuterRef("revision__change"), number__gt=OuterRef("revision__number"), origin__in=EDITS
    )
    rows = Check.objects.of(team).filter(rule__in=versions, revision__change__state__in=DECIDED)
    found = rows.exclude(severity=Severity.NOTE).filter(Exists(voted)).order_by("-pk").values_list(
        "rule", "rule_version", "revision__change", "revision__change__state",
        "revision", "revision__change__head", Exists(edited),
    )  # fmt: skip
    by_change: dict[tuple[str, int], bool] = {}
    for rule, version, change, state, revision, head, was_edited in found[:LATEST]:
        if version != versions[rule]:
            continue
        if revision == head:  # nobody wrote it away
            by_change[rule, change] = state in NO
        elif state in NO or was_edited:
            by_change.setdefault((rule, change), True)
    told: dict[str, list[bool]] = defaultdict(list)
    for (rule, _change), right in by_change.items():
        told[rule].append(right)
    return told
