"""What dreams cost: who spent what, what may be spent, and what models cost."""

from django.contrib import messages
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import roles
from accounts.access import needs
from accounts.confirming import standing
from agents.models import Agent
from dreaming.costs import capping, caps, estimating, prices, sheets, showing
from dreaming.costs.forms import CapsForm, PriceForm, SheetForm

AGENTS_SHOWN = 200


@require_safe
@needs(roles.VIEW)
def index(request, team):
    return render(request, "dreaming/costs/index.html", _spent(request, SheetForm()))


@require_POST
@needs(roles.VIEW)
@never_cache
def sheet(request, team):
    """What was spent as CSV, to whoever may see it."""
    form = SheetForm(request.POST)
    if not form.is_valid():
        return render(request, "dreaming/costs/index.html", _spent(request, form), status=422)
    made = sheets.start(team=request.team, by=request.user, at=timezone.now(), **form.cleaned_data)
    headers = {"Content-Disposition": f'attachment; filename="{made.file_name}"'}
    return StreamingHttpResponse(made.lines, content_type="text/csv; charset=utf-8", headers=headers)


def _spent(request, form):
    now = timezone.now()
    return {
        "months": showing.months(request.team, now),
        "caps": list(caps.of_team(request.team, now)),
        "agent_caps": showing.agent_caps(request.team),
        "manages": request.membership.may(roles.MANAGE_AGENTS),
        "form": form,
    }


@require_http_methods(["GET", "POST"])
@needs(roles.RUN_DREAMS)
@vary_on_headers("HX-Request")
def estimate(request, team, agent):
    """What the next dream may cost, once it is asked for: counting sends text to whoever would read it."""
    row = get_object_or_404(Agent.objects.of(request.team).active().select_related("team"), slug=agent)
    found = estimating.estimate(agent=row, at=timezone.now()) if request.method == "POST" else None
    context = {
        "agent": row,
        "estimate": found,
        "manages": request.membership.may(roles.MANAGE_AGENTS),
    }
    part = request.htmx and not request.htmx.boosted
    return render(request, "dreaming/costs/_estimate.html" if part else "dreaming/costs/estimate.html", context)


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_AGENTS)
def limits(request, team, agent=None):
    row = get_object_or_404(Agent.objects.of(request.team), slug=agent) if agent else None
    if row:
        row.team = request.team
    form = CapsForm(request.POST or None, values=capping.of(request.team, row))
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        was_set, held = capping.save(team=request.team, agent=row, values=form.values(), by=request.user, at=now)
        _say(request, was_set, held)
        return redirect(request.path)
    held = capping.waiting(request.team, row)
    context = {
        "form": form,
        "agent": row,
        "standing": standing.of(held, request.membership) if held else None,
        "agents": Agent.objects.of(request.team).active().order_by("name", "pk")[:AGENTS_SHOWN],
    }
    return render(request, "dreaming/costs/limits.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_AGENTS)
def price_list(request, team):
    form = PriceForm(request.POST or None, initial={"valid_from": timezone.localdate(), "above_tokens": 0})
    if request.method == "POST" and form.is_valid():
        price = prices.set_(team=request.team, values=form.values(), by=request.user, at=timezone.now())
        messages.success(request, _("Saved: what %(model)s costs.") % {"model": price.model})
        return redirect("dreaming:prices", team)
    context = {"form": form, "rows": showing.price_rows(request.team), "brought": prices.brought()}
    return render(request, "dreaming/costs/prices.html", context, status=422 if form.errors else 200)


def _say(request, was_set, held):
    if held is not None and held.is_waiting:
        messages.warning(request, _("Not saved yet, because a second person has to agree."))
    elif held is not None:
        messages.info(request, _("Saved without a second person, which is recorded."))
    elif was_set:
        messages.success(request, _("Saved."))
    else:
        messages.info(request, _("Nothing differs from what was set, so nothing was saved."))
