"""How past decisions would have fared under a policy: what it would have applied without a vote, and what people did.

A change counts as it was proposed: its first revision, with the facts and findings kept of it, in its namespace as that
is now. Nothing is examined again, so the past is read in a fixed number of queries whatever the documents say.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Team
from agents.enums import Tier
from reviews.automatic.offering import DECIDED
from reviews.enums import State, Verdict
from reviews.models import Change, Check, Decision, Revision, RevisionTarget
from reviews.policy import modes, tiers
from reviews.policy.requirements import severity_of

LAST = 300
UNWANTED = (State.REJECTED, State.QUARANTINED, State.REVERTED)


class Finding(NamedTuple):
    """What a check found, with the severity that a document gives it."""

    rule: str
    severity: str


@dataclass(frozen=True, slots=True)
class Fared:
    """One past change under one policy: its tier, the mode that would have let it through (or nothing), the people that
    would have been asked for, and how many did approve it.
    """

    change: Change
    tier: Tier
    rule: str
    people: int
    approvals: int

    @property
    def is_unwanted(self) -> bool:
        """Whether people said no, or took it back."""
        return self.change.state in UNWANTED

    @property
    def is_edited(self) -> bool:
        """Whether people wanted it in other words."""
        return not self.is_unwanted and bool(self.change.head and self.change.head.contributors)

    @property
    def is_short(self) -> bool:
        """Whether it was applied with fewer approvals than would have been asked for."""
        return self.change.state == State.APPLIED and not self.rule and self.approvals < self.people


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last decisions would have fared under one document, newest first. Of `unknown` too little was kept."""

    fared: tuple[Fared, ...]
    unknown: int = 0

    @property
    def automatic(self) -> list[Fared]:
        """What would have been applied without a vote, what people did not want first."""
        through = [one for one in self.fared if one.rule]
        return sorted(through, key=lambda one: (not one.is_unwanted, not one.is_edited))

    @property
    def unwanted(self) -> int:
        return sum(one.is_unwanted for one in self.automatic)

    @property
    def edited(self) -> int:
        return sum(one.is_edited for one in self.automatic)

    @property
    def short(self) -> list[Fared]:
        return [one for one in self.fared if one.is_short]

    @property
    def tiers(self) -> dict[Tier, int]:
        counted = Counter(one.tier for one in self.fared)
        return {tier: counted[tier] for tier in Tier}

    @property
    def results(self) -> list[tuple[Any, int, int]]:
        """What became of the changes: the state, how many it would have applied without a vote, and how many not."""
        counted = Counter((State(one.change.state), bool(one.rule)) for one in self.fared)
        return [(state.label, counted[state, True], counted[state, False]) for state in DECIDED]

    @property
    def title(self) -> str:
        n = len(self.fared)
        return ngettext("Over the last %(n)s decision", "Over the last %(n)s decisions", n) % {"n": n}

    @property
    def sentence(self) -> str:
        """What it would have applied by itself, after the words of `title`."""
        applied = len(self.automatic)
        if not applied:
            return _("it would have applied nothing without a vote")
        said = ngettext(
            "it would have applied %(n)s without a vote", "it would have applied %(n)s without a vote", applied
        )
        unwanted = ngettext(
            "%(n)s of which people rejected or took back", "%(n)s of which people rejected or took back", self.unwanted
        )
        edited = ngettext("%(n)s of which people edited first", "%(n)s of which people edited first", self.edited)
        parts = [said % {"n": applied}, unwanted % {"n": self.unwanted}]
        return ", ".join(parts + ([edited % {"n": self.edited}] if self.edited else []))


@dataclass(frozen=True, slots=True)
class _Past:
    """What was kept of the changes, by the primary key of the change or of its first revision."""

    changes: Sequence[Change]
    first: Mapping[int, Revision]
    checks: Mapping[int, Sequence[Finding]]
    paths: Mapping[int, Sequence[str]]
    approvals: Mapping[int, int]


def compared(*, team: Team, documents: Iterable[Mapping[str, Any]], last: int = LAST) -> list[Outcome]:
    """How the same past decisions would have fared under each of some whole documents. Five queries for all of them."""
    past = _read(team, last)
    return [_under(document, past) for document in documents]


def _under(document: Mapping[str, Any], past: _Past) -> Outcome:
    known = [change for change in past.changes if change.pk in past.first and past.first[change.pk].facts]
    fared = tuple(_fared(change, past.first[change.pk], document, past) for change in known)
    return Outcome(fared, unknown=len(past.changes) - len(known))


def _fared(change: Change, first: Revision, document: Mapping[str, Any], past: _Past) -> Fared:
    found = past.checks.get(first.pk, ())
    checks = [Finding(one.rule, severity) for one in found if (severity := severity_of(one, document))]
    lines = tiers.lines(
        first.facts,
        operation=change.operation,
        document=document,
        namespace=change.namespace,
        paths=past.paths.get(first.pk, ()),
        checks=checks,
    )
    tier = lines[0].tier
    return Fared(
        change=change,
        tier=tier,
        rule=modes.rule_at_opening(change, first, document, tier=tier, checks=checks),
        people=document["votes"][tier]["people"],
        approvals=past.approvals.get(change.pk, 0),
    )


def _read(team: Team, last: int) -> _Past:
    rows = Change.objects.of(team).filter(state__in=DECIDED, head__isnull=False)
    rows = rows.select_related("team", "proposal__team", "proposal__agent", "namespace", "head")
    changes = list(rows.order_by("-state_at", "-pk")[:last])
    first = {row.change_id: row for row in Revision.objects.of(team).filter(change__in=changes, number=1)}
    revisions = [row.pk for row in first.values()]
    checks: dict[int, list[Finding]] = defaultdict(list)
    found = Check.objects.of(team).filter(revision__in=revisions).order_by("pk")
    for revision, rule, severity in found.values_list("revision", "rule", "severity"):
        checks[revision].append(Finding(rule, severity))
    paths: dict[int, list[str]] = defaultdict(list)
    targets = RevisionTarget.objects.of(team).filter(revision__in=revisions).order_by("pk")
    for revision, before, after in targets.values_list(
        "revision", "path_before", Coalesce("path_after", "path_before")
    ):
        paths[revision] += [path for path in (before, after) if path]
    votes = Decision.objects.of(team).filter(change__in=changes, verdict=Verdict.APPROVE).counted()
    approvals = votes.order_by().values("change").annotate(n=Count("by", distinct=True)).values_list("change", "n")
    return _Past(changes, first, checks, paths, dict(approvals))
