"""What the tick does for live memory: new versions are read, heads held against the trail, distances counted, and who
signs is told when it is time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, Subquery

from accounts.models import Team
from agents.models import MemoryVersion, Namespace
from audit import trail
from reviews import policy
from reviews.drift import baselines, days, finding
from reviews.drift.suspending import Terms
from reviews.enums import NoticeKind
from reviews.models import Baseline, Provenance, Watch
from reviews.talking import noticing

COMPARED_EVERY = timedelta(minutes=10)


def tick(*, now: datetime) -> None:
    for team in _with_new_versions():
        finding.read_new(team=team, at=now)
    for namespace in _to_compare(now):
        attend(namespace=namespace, at=now)
    for team in Team.objects.filter(Exists(Baseline.objects.across_teams().filter(team=OuterRef("pk")))):
        for namespace in _to_count(team, now):
            count(namespace=namespace, at=now)


def attend(*, namespace: Namespace, at: datetime) -> None:
    """Look at a namespace as a whole: what was stored late, what was altered, how far it is, and whether it is due."""
    finding.read_all(team=namespace.team, at=at)
    finding.compare(namespace=namespace, at=at)
    count(namespace=namespace, at=at)


def count(*, namespace: Namespace, at: datetime) -> None:
    """Count how far a namespace is from its baseline, and tell who signs where it is time."""
    baseline = baselines.newest(namespace.team, [namespace.pk]).get(namespace.pk)
    if baseline is not None:
        baseline.namespace = namespace
        day = days.fill(baseline=baseline, at=at)
        day.baseline = baseline
        terms = Terms.of(policy.document_of(namespace.team))
        if terms.due_at(baseline) <= at or terms.past(day):
            ask(namespace=namespace, baseline=baseline, at=at)


def ask(*, namespace: Namespace, baseline: Baseline, at: datetime) -> None:
    """Tell those who sign, once for each baseline."""
    with trail.unit_of_work(at=at):
        untold = Watch.objects.of(namespace.team).filter(namespace=namespace).exclude(told_of=baseline.pk)
        if untold.update(told_of=baseline.pk):
            people = finding.signers(namespace.team)
            noticing.tell(people=people, kind=NoticeKind.CERTIFY, namespace=namespace, at=at)


def _with_new_versions() -> list[Team]:
    newest = MemoryVersion.objects.filter(team=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    known = Provenance.objects.filter(team=OuterRef("pk")).order_by("-version").values("version")[:1]
    teams = Team.objects.annotate(newest=Subquery(newest), known=Subquery(known)).exclude(newest=None)
    return list(teams.filter(Q(known=None) | Q(newest__gt=F("known"))))


def _to_compare(now: datetime) -> list[Namespace]:
    """Namespaces with memories that nobody has held against the trail for a while."""
    lately = Watch.objects.across_teams().filter(namespace=OuterRef("pk"), compared_at__gt=now - COMPARED_EVERY)
    written = MemoryVersion.objects.across_teams().filter(memory__namespace=OuterRef("pk"))
    rows = Namespace.objects.across_teams().filter(Exists(written), ~Exists(lately))
    return list(rows.select_related("team").order_by("pk"))


def _to_count(team: Team, now: datetime) -> list[Namespace]:
    """Signed namespaces that were written, or signed, since their distance was counted, or on an earlier day."""
    today = now.astimezone(ZoneInfo(team.time_zone)).date()
    watch = Watch.objects.filter(team=team, namespace=OuterRef("pk"))
    newer = MemoryVersion.objects.filter(team=team, memory__namespace=OuterRef("namespace"), pk__gt=OuterRef("counted"))
    settled = watch.filter(~Exists(newer), counted_day=today)
    signed = Baseline.objects.filter(team=team, namespace=OuterRef("pk"))
    rows = Namespace.objects.of(team).filter(Exists(signed), Exists(watch), ~Exists(settled))
    return list(rows.select_related("team").order_by("pk"))
