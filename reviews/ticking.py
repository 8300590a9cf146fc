"""What the reviews tick looks for: approved changes that are due, and versions that nobody has followed yet."""

from __future__ import annotations

from datetime import datetime

from django.db.models import OuterRef, Subquery

from accounts.models import Team
from agents.models import MemoryVersion, Namespace
from reviews import applying, lapsing, rebasing, settling, syncing, tasks
from reviews.automatic import letting_through
from reviews.breaking_glass import closing, reporting
from reviews.budgets import releasing
from reviews.canaries import alarming, planting
from reviews.drift import attending
from reviews.inbox import duties
from reviews.models import Change, Cursor
from reviews.reading import searching
from reviews.talking import mailing
from reviews.watching import alarms


def tick(*, now: datetime) -> None:
    """Apply what is due, refresh what was touched or lost its grounds, and index what was proposed, in every team."""
    closing.attend(now=now)
    reporting.attend(now=now)
    releasing.release(now=now)
    due = Change.objects.across_teams().due(now).values_list("namespace", flat=True).distinct()
    for namespace in Namespace.objects.across_teams().filter(pk__in=due).select_related("team"):
        applying.apply_due(team=namespace.team, namespace=namespace, now=now)
    for team in _with_new_versions():
        rebasing.follow_versions(team=team, at=now)
    for team in duties.teams():
        lapsing.lapse(team=team, at=now)
        settling.follow_grounds(team=team, at=now)
        letting_through.attend(team=team, at=now)
        planting.attend(team=team, at=now)
        duties.attend(team=team, at=now)
    syncing.tick(now=now)
    attending.tick(now=now)
    alarms.tick(now=now)
    alarming.tick(now=now)
    searching.index_due(now=now)
    if mailing.is_due(now):
        tasks.wake_mail()


def _with_new_versions() -> list[Team]:
    newest = MemoryVersion.objects.filter(team=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    seen = Cursor.objects.filter(team=OuterRef("pk")).values("last_version")[:1]
    teams = Team.objects.annotate(newest=Subquery(newest), seen=Subquery(seen)).exclude(newest=None)
    return [team for team in teams if team.newest > (team.seen or 0)]
