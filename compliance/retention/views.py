"""The page of how long things are kept."""

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import confirming, roles
from accounts.access import needs
from audit import pruning as pruned
from audit import retention as classes
from compliance import holding
from compliance.enums import HoldScope, RetentionClass
from compliance.retention import keeping, pruning
from compliance.retention.forms import RetentionForm

HOLDS = {
    RetentionClass.RECORDS: _("decisions, policy, roles, written memory, exports, erasures, keys"),
    RetentionClass.ACCESS: _("sign-ins, refusals, tokens, secrets that were looked at"),
    RetentionClass.SYSTEM: _("transcripts with their outcomes, dream runs"),
    RetentionClass.READS: _("reads of memory, filters, absences, notices"),
}


@require_safe
@needs(roles.READ_TRAIL)
@never_cache
def retention(request, team):
    return _page(request, RetentionForm(initial=keeping.of(request.team).days))


@require_POST
@needs(roles.ERASE)
@never_cache
def ask(request, team):
    form = RetentionForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            held = keeping.ask(team=request.team, days=form.cleaned_data, by=request.user, at=timezone.now())
        except keeping.NothingChanged as reason:
            form.add_error(None, str(reason))
        except (confirming.Denied, confirming.NoLongerHolds) as reason:
            form.add_error(None, str(reason))
            status = 409
        else:
            return HttpResponseRedirect(_next(request, held))
    return _page(request, form, status=status)


@require_POST
@needs(roles.ERASE)
@never_cache
def prune(request, team):
    form = RetentionForm(initial=keeping.of(request.team).days)
    try:
        held = pruning.ask(team=request.team, by=request.user, at=timezone.now())
    except (pruning.CannotPrune, confirming.Denied, confirming.NoLongerHolds) as reason:
        return _page(request, form, problem=str(reason), status=409)
    return HttpResponseRedirect(_next(request, held))


def _next(request, held):
    return held.get_absolute_url() if held.is_waiting else reverse("compliance:retention", args=[request.team.slug])


def _page(request, form, *, problem="", status=200):
    row, log = keeping.of(request.team), request.team.trail_log
    context = {
        "problem": problem,
        "pruned": pruned.newest(log),
        "agreed": pruned.agreed(log)[0],
        "pruning_waits": pruning.waiting(request.team),
        "form": form,
        "rows": [(one, HOLDS[one], row.days[one], classes.DEFAULT_DAYS[one]) for one in RetentionClass],
        "looked_at": row.looked_at,
        "all_held": bool(holding.held(request.team)[HoldScope.ALL]),
        "waiting": keeping.waiting(request.team),
        "may_ask": request.membership.may(roles.ERASE),
    }
    return render(request, "compliance/retention.html", context, status=status)
