"""Filters of the inbox that people keep."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import roles
from accounts.access import demand, needs
from reviews.forms import FilterForm
from reviews.inbox import queue, saved


@require_POST
@needs(roles.VIEW)
def save(request, team):
    line_up = queue.read(request.POST, decides=request.membership.may(roles.DECIDE))
    form = FilterForm(request.POST)
    if not form.is_valid() or line_up.problem or not line_up.query:
        messages.error(request, _("A filter needs a name and something to look for. Nothing was saved."))
    else:
        given = form.cleaned_data
        if given["shared"]:
            demand(request, roles.DECIDE)
        saved.save(team=request.team, query=line_up.query, by=request.user, at=timezone.now(), **given)
        messages.success(request, _("Saved."))
    return redirect(f"{reverse('reviews:inbox', args=[team])}?{line_up.token}")


@require_POST
@needs(roles.VIEW)
def remove(request, team, filter_id):
    row = saved.for_person(request.user, team=request.team).filter(public_id=filter_id).select_related("team").first()
    if row is None:
        raise Http404
    if row.person_id is None:
        demand(request, roles.DECIDE)
    saved.remove(row=row, by=request.user, at=timezone.now())
    return redirect("reviews:inbox", team)
