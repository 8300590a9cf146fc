"""What the lists show of agents and runs, in a number of queries that does not grow with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Team, User
from agents.models import Agent, Session
from dreaming.manifests import AT_ONCE
from dreaming.models import Pattern, Run
from reviews.enums import OriginKind, ProposalState
from reviews.models import Change, Proposal


def agents(team: Team) -> QuerySet[Agent]:
    """Agents with their schedule, the number of their open proposals and the id of their last run."""
    runs = Run.objects.of(team).filter(agent=OuterRef("pk")).newest_first()
    waiting = Proposal.objects.of(team).filter(agent=OuterRef("pk"), state=ProposalState.OPEN).order_by()
    counted = waiting.values("agent").annotate(number=Count("pk")).values("number")
    return (
        Agent.objects.of(team)
        .select_related("schedule")
        .annotate(last_run_id=Subquery(runs.values("pk")[:1]), open_proposals=Coalesce(Subquery(counted), 0))
    )


def with_last_runs(team: Team, agents: Iterable[Any]) -> None:
    """Put the row of its last run on each agent."""
    rows = list(agents)
    runs = Run.objects.of(team).in_bulk([row.last_run_id for row in rows if row.last_run_id])
    for row in rows:
        row.last_run = runs.get(row.last_run_id)


def with_proposals(team: Team, runs: Iterable[Any]) -> None:
    """Put the proposal that it made, with the number of its changes, on each run."""
    rows = list(runs)
    made = Proposal.objects.of(team).filter(origin_kind=OriginKind.DREAM, origin_id__in=[run.public_id for run in rows])
    counted = made.select_related("team").annotate(change_count=Count("changes", filter=Q(changes__canary=False)))
    by_run = {proposal.origin_id: proposal for proposal in counted}
    for run in rows:
        run.proposal = by_run.get(run.public_id)


def asker_of(run: Run) -> str:
    """Who asked for a run: the person's name where one did, else where it came from."""
    person = User.objects.filter(public_id=run.asked_by_id).first() if run.asked_by_type == "person" else None
    return str(person or run.get_origin_display())


def patterns_of(run: Run) -> list[Pattern]:
    """What a run found, the widest first; the numbers of each are those of the run that saw it last."""
    found: list[Pattern] = []
    for start in range(0, len(run.pattern_ids), AT_ONCE):
        found += Pattern.objects.of(run.team).filter(public_id__in=run.pattern_ids[start : start + AT_ONCE])
    return sorted(found, key=lambda pattern: (-pattern.support, pattern.key))


def with_sessions(team: Team, patterns: Iterable[Any], most: int) -> None:
    """Put some of its sessions (public id, external id) on each pattern, and how many more there are."""
    wanted = {session for pattern in patterns for session in pattern.session_ids[:most]}
    rows = Session.objects.of(team).filter(public_id__in=wanted)
    names = dict(rows.values_list("public_id", "external_id"))
    for pattern in patterns:
        shown = pattern.session_ids[:most]
        pattern.shown_sessions = [(session, names[session]) for session in shown if session in names]
        pattern.more_sessions = len(pattern.session_ids) - len(shown)


def withdrawn_by(run: Run) -> list[Change]:
    """The open changes that a run refuted, each with its reason."""
    rows = Change.objects.of(run.team).filter(public_id__in=run.withdrawn_ids)
    return list(rows.select_related("proposal__team").order_by("pk"))
