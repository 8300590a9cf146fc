"""Why automatic mode may not write in a namespace until the security role has looked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Team
from agents.models import Agent, NamespaceAccess
from reviews.drift import baselines, days
from reviews.models import Baseline, Change, DriftDay, Provenance

EVERY_DAYS = 90
THRESHOLDS = {"added": 0.30, "changed": 0.20, "gone": 0.10}
LEAST = 20  # statements that a share is of, so that the third line of a short list is no alarm
SAID = {"added": gettext_lazy("added"), "changed": gettext_lazy("changed"), "gone": gettext_lazy("taken out")}


@dataclass(frozen=True, slots=True)
class Reason:
    """`code` is unsigned, unreviewed, due or past; `words` are for people."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What the policy asks of baselines: how often they are signed, and which shares of statements may move."""

    every: timedelta
    thresholds: Mapping[str, float]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Terms:
        asked = document.get("baseline") or {}
        return cls(timedelta(days=asked.get("every_days", EVERY_DAYS)), THRESHOLDS | asked.get("thresholds", {}))

    def due_at(self, baseline: Baseline) -> datetime:
        return baseline.at + self.every

    def past(self, day: DriftDay | None) -> list[tuple[str, float, float]]:
        """What moved more than it may: its name, its share and the threshold."""
        if day is None:
            return []
        found = [(name, share(day, name), most) for name, most in self.thresholds.items() if name in THRESHOLDS]
        return [one for one in found if one[1] > one[2]]


def share(day: DriftDay, name: str) -> float:
    return float(getattr(day, name)) / max(LEAST, day.baseline.statements)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one namespace stands: its baseline, its distance as last counted, open unreviewed writes, and what suspends
    automatic mode in it.
    """

    baseline: Baseline | None
    day: DriftDay | None
    writes: int
    reasons: list[Reason]


def read(team: Team, namespaces: Iterable[int], *, document: Mapping[str, Any], at: datetime) -> dict[int, Standing]:
    """By primary key of the namespace, in four queries for any number."""
    wanted = list(namespaces)
    terms = Terms.of(document)
    signed = baselines.newest(team, wanted)
    latest = days.latest(team, signed.values())
    rows = Provenance.objects.of(team).open().filter(namespace__in=wanted).order_by().values("namespace")
    writes = dict(rows.annotate(n=Count("pk")).values_list("namespace", "n"))
    found = {}
    for pk in wanted:
        baseline, day, open_writes = signed.get(pk), latest.get(pk), writes.get(pk, 0)
        found[pk] = Standing(baseline, day, open_writes, _reasons(baseline, day, open_writes, terms, at))
    return found


def suspended(
    team: Team, namespaces: Iterable[int], *, document: Mapping[str, Any], at: datetime
) -> dict[int, list[Reason]]:
    """The reasons by primary key of the namespace, in four queries for any number; a namespace without is left out."""
    found = read(team, namespaces, document=document, at=at)
    return {pk: one.reasons for pk, one in found.items() if one.reasons}


def suspended_agents(
    team: Team, agents: Iterable[Agent], *, document: Mapping[str, Any], at: datetime
) -> dict[int, list[Reason]]:
    """The same by primary key of the agent: what holds for a namespace holds for whoever reads it. One query more."""
    pairs = list(NamespaceAccess.objects.of(team).filter(agent__in=list(agents)).values_list("agent", "namespace"))
    by_namespace = suspended(team, {namespace for _, namespace in pairs}, document=document, at=at)
    found: dict[int, list[Reason]] = defaultdict(list)
    for agent, namespace in pairs:
        found[agent] += [one for one in by_namespace.get(namespace, ()) if one not in found[agent]]
    return {agent: reasons for agent, reasons in found.items() if reasons}


def suspended_changes(
    team: Team, changes: Sequence[Change], *, document: Mapping[str, Any], at: datetime
) -> dict[int, list[Reason]]:
    """The same by primary key of changes that come with their proposal: what holds for the namespace that a change is
    in, and for any that its agent reads. Five queries for any number.
    """
    agents = {change.proposal.agent_id for change in changes if change.proposal.agent_id}
    pairs = list(NamespaceAccess.objects.of(team).filter(agent__in=agents).values_list("agent", "namespace"))
    wanted = {change.namespace_id for change in changes} | {namespace for _, namespace in pairs}
    reasons = suspended(team, wanted, document=document, at=at)
    reads: dict[int | None, set[int]] = defaultdict(set)
    for agent, namespace in pairs:
        reads[agent].add(namespace)
    found = {}
    for change in changes:
        spaces = sorted(reads[change.proposal.agent_id] | {change.namespace_id})
        found[change.pk] = [reason for space in spaces for reason in reasons.get(space, ())]
    return {pk: own for pk, own in found.items() if own}


def _reasons(baseline: Baseline | None, day: DriftDay | None, writes: int, terms: Terms, at: datetime) -> list[Reason]:
    reasons = []
    if writes:
        words = ngettext("%(n)d write came without a decision", "%(n)d writes came without a decision", writes)
        reasons.append(Reason("unreviewed", words % {"n": writes}))
    if baseline is None:
        return [*reasons, Reason("unsigned", _("nobody has signed this memory off"))]
    if terms.due_at(baseline) <= at:
        ago = {"n": (at - baseline.at).days}
        reasons.append(Reason("due", _("it was signed off %(n)d days ago") % ago))
    for name, part, most in terms.past(day):
        values = {"share": f"{part:.0%}", "most": f"{most:.0%}", "what": SAID[name]}
        reasons.append(Reason("past", _("%(share)s of its statements were %(what)s (allowed: %(most)s)") % values))
    return reasons
