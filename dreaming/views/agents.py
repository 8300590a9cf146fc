"""Agents: how they dream, what they remember, what they did last."""

from itertools import groupby

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import paging, roles
from accounts.access import needs
from agents.models import Agent, Memory, Session
from agents.views.namespaces import tree_of
from dreaming import comparing, holding, lists, manifests, schedules
from dreaming import settings as dream_settings
from dreaming.costs import showing as costs
from dreaming.engines.local.curation import Curation
from dreaming.models import Run
from reviews.drift import showing
from reviews.enums import ProposalState
from reviews.models import Proposal

RECENT = 5
TREE_SIZE = 200


@require_safe
@needs(roles.VIEW)
def index(request, team):
    archived = request.GET.get("archived") == "1"
    rows = lists.agents(request.team).filter(archived_at__isnull=not archived)
    page = paging.page(rows, request, keys=("name", "pk"))
    lists.with_last_runs(request.team, page.rows)
    context = {"page": page, "archived": archived, "manages": request.membership.may(roles.MANAGE_AGENTS)}
    return render(request, "dreaming/agents.html", context)


@require_safe
@needs(roles.VIEW)
def show(request, team, agent):
    row = get_object_or_404(Agent.objects.of(request.team).select_related("team", "schedule"), slug=agent)
    settings = dream_settings.of(row)
    runs = list(Run.objects.of(request.team).filter(agent=row).newest_first()[:RECENT])
    lists.with_proposals(request.team, runs)
    sessions = Session.objects.of(request.team).newest_versions().filter(agent=row)
    waiting = Proposal.objects.of(request.team).filter(agent=row, state=ProposalState.OPEN)
    spaces = _spaces(row)
    context = {
        "agent": row,
        "settings": settings,
        "held": holding.waiting(row),
        "curated": len(comparing.policies(Curation(), Curation.examine(settings.curation)[0])),
        "when": schedules.sentence(settings),
        "spent": costs.of_month(row, timezone.now()),
        "next_at": row.schedule.next_at if hasattr(row, "schedule") else None,
        "spaces": spaces,
        "drifts": showing.read(request.team, spaces, at=timezone.now()),
        "runs": runs,
        "active": next((run for run in runs if run.is_active), None),
        "sessions": sessions.prefetch_related("outcomes").newest_first()[:RECENT],
        "session_count": paging.count_label(sessions),
        "waiting": waiting.select_related("team").order_by("-opened_at", "-pk")[:RECENT],
        "may_run": request.membership.may(roles.RUN_DREAMS),
        "manages": request.membership.may(roles.MANAGE_AGENTS),
        "uploads": request.membership.may(roles.UPLOAD),
        "now": timezone.now(),
    }
    return render(request, "dreaming/agent.html", context)


def _spaces(agent):
    """The namespaces that the agent uses, each with a tree of its memories; a long list ends in a link."""
    spaces = manifests.namespaces_of(agent, ())
    memories = Memory.objects.of(agent.team).live().filter(namespace__in=spaces).select_related("head__blob")
    memories = memories.defer("head__blob__text").order_by("namespace", "path", "pk")[: TREE_SIZE + 1]
    by_space = {pk: list(own) for pk, own in groupby(memories, key=lambda memory: memory.namespace_id)}
    shown = sum(map(len, by_space.values()))
    for space in spaces:
        own = by_space.get(space.pk, [])
        space.tree, space.count, space.is_cut = tree_of(own), len(own), shown > TREE_SIZE
    return spaces
