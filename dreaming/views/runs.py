"""Dream runs: ask for one, watch it, look back on it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import paging, roles
from accounts.access import needs
from agents.models import Agent
from dreaming import lists, progress, runs
from dreaming.costs import showing
from dreaming.enums import RunOrigin, RunState
from dreaming.forms import RunFilterForm
from dreaming.models import Run

PATTERNS_SHOWN = 50
SESSIONS_SHOWN = 8


@require_safe
@needs(roles.VIEW)
def index(request, team):
    form = RunFilterForm(request.GET)
    found = Run.objects.of(request.team).select_related("agent")
    if form.is_valid():
        wanted = {"agent__slug": form.cleaned_data["agent"], "state": form.cleaned_data["state"]}
        found = found.filter(**{name: value for name, value in wanted.items() if value})
    page = paging.page(found, request)
    lists.with_proposals(request.team, page.rows)
    agents = Agent.objects.of(request.team).order_by("name", "pk")[: paging.COUNT_CAP]
    filtered = any(request.GET.get(name) for name in form.fields)
    context = {"page": page, "form": form, "agents": agents, "filtered": filtered}
    return render(request, "dreaming/runs.html", context)


@require_safe
@needs(roles.VIEW)
def find(request, team, run_id):
    """For those who know a run by its opaque id only, as a proposal knows what opened it."""
    return redirect(get_object_or_404(Run.objects.of(request.team).select_related("team"), public_id=run_id))


@require_safe
@needs(roles.VIEW)
@vary_on_headers("HX-Request")
def show(request, team, run_number):
    """The page, or only what changes while the run goes on; the part asks for itself until the run has ended."""
    run = _run_or_404(request, run_number)
    lists.with_proposals(request.team, [run])
    patterns = lists.patterns_of(run)
    lists.with_sessions(request.team, patterns[:PATTERNS_SHOWN], SESSIONS_SHOWN)
    context = {
        "run": run,
        "agent": run.agent,
        "asker": lists.asker_of(run),
        "stages": progress.stages(run),
        "figures": progress.figures(run),
        "cost": showing.of_run(run, timezone.now()),
        "withdrawn": lists.withdrawn_by(run),
        "patterns": patterns[:PATTERNS_SHOWN],
        "more_patterns": max(0, len(patterns) - PATTERNS_SHOWN),
        "seconds": progress.seconds(run),
        "may_run": request.membership.may(roles.RUN_DREAMS),
    }
    part = request.htmx and not request.htmx.boosted
    return render(request, "dreaming/_run.html" if part else "dreaming/run.html", context)


@require_POST
@needs(roles.RUN_DREAMS)
def start(request, team, agent):
    row = get_object_or_404(Agent.objects.of(request.team).active().select_related("team"), slug=agent)
    try:
        run = runs.queue(agent=row, origin=RunOrigin.PERSON, by=request.user, at=timezone.now())
    except runs.AlreadyDreaming as busy:
        run = busy.run
        messages.info(request, _("%(agent)s dreams already: this is its run.") % {"agent": row})
    return redirect("dreaming:run", team, run.number)


@require_POST
@needs(roles.RUN_DREAMS)
def cancel(request, team, run_number):
    run = runs.cancel(run=_run_or_404(request, run_number), by=request.user, at=timezone.now())
    if run.state == RunState.CANCELED:
        messages.success(request, _("The run is canceled. Nothing of it is stored."))
    else:
        messages.info(request, _("The run had ended before."))
    return redirect("dreaming:run", team, run_number)


def _run_or_404(request, number):
    return get_object_or_404(Run.objects.of(request.team).select_related("agent", "team"), number=number)
