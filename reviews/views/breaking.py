"""The emergency way: the page that breaks the glass for one change, and the list of all uses."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import paging, roles
from accounts.access import needs
from accounts.stepping_up import ask_again, is_fresh
from reviews import desk
from reviews.breaking_glass import breaking, reporting
from reviews.decisions import Refused
from reviews.forms import GlassForm
from reviews.models import BrokenGlass
from reviews.views.uncovering import ends_tests


@require_http_methods(["GET", "HEAD", "POST"])
@needs(roles.BREAK_GLASS)
@ends_tests
def break_glass(request, team, change_id):
    change = get_object_or_404(desk.shown(request.team), public_id=change_id)
    if not is_fresh(request):
        return ask_again(request)
    if request.method != "POST":
        return _page(request, change)
    form = GlassForm(request.POST)
    if not form.is_valid():
        return _page(request, change, form, status=422)
    reason, bound = form.cleaned_data["reason"], form.bound
    try:
        breaking.break_(
            team=request.team, change_id=change_id, bound=bound, reason=reason, by=request.user, at=timezone.now()
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return _page(request, desk.rows(request.team).get(pk=change.pk), form, status=409)
    messages.success(request, _("Applied. A second person has to confirm that within 24 hours."))
    return redirect("reviews:change", team, change_id)


@require_safe
@needs(roles.VIEW)
def emergencies(request, team):
    rows = BrokenGlass.objects.of(request.team).select_related("change", "by", "settled_by", "confirmation__team")
    context = {
        "page": paging.page(rows.select_related("reverting__team"), request),
        "weeks": reporting.weeks(request.team, at=timezone.now()),
    }
    return render(request, "reviews/emergencies.html", context)


def _page(request, change, form=None, status=200):
    """What it lacks as it stands, and the form; what was typed stays, what was seen is taken anew."""
    seat = desk.read_one(change, team=request.team)
    bound, typed = seat.bound, form.data.get("reason", "") if form else ""
    seen = {"revision": seat.head.public_id, "base": bound.base, "proposed": bound.proposed}
    fresh = GlassForm(initial=seen | {"requirement": bound.requirement, "evidence": bound.evidence, "reason": typed})
    context = {
        "change": change,
        "proposal": change.proposal,
        "form": fresh,
        "errors": [str(one) for errors in form.errors.values() for one in errors] if form else [],
        "lacking": breaking.lacking(seat),
        "tier": seat.required["tier"],
        "targets": [one.target for one in seat.standing.targets],
    }
    return render(request, "reviews/break_glass.html", context, status=status)
