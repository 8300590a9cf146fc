"""What dreams left on the Claude platform and cannot be cleared, because the connection that they used is gone."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import paging, roles
from accounts.access import needs
from agents.enums import Provider
from agents.models import Connection
from dreaming import leftovers
from dreaming.forms import HandOverForm
from dreaming.models import Run


@require_safe
@needs(roles.VIEW)
def index(request, team):
    return _page(request, HandOverForm(connections=_connections(request)))


@require_POST
@needs(roles.MANAGE_CONNECTIONS)
def hand_over(request, team, run_number):
    run = _run_or_404(request, run_number)
    form = HandOverForm(request.POST, connections=_connections(request))
    if form.is_valid():
        try:
            leftovers.hand_over(run=run, connection=form.cleaned_data["connection"], by=request.user, at=timezone.now())
        except leftovers.NotThere as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("It is cleared over this connection within a minute."))
            return redirect("dreaming:leftovers", team)
    return _page(request, form, status=422)


@require_POST
@needs(roles.MANAGE_CONNECTIONS)
def let_go(request, team, run_number):
    leftovers.let_go(run=_run_or_404(request, run_number), by=request.user, at=timezone.now())
    messages.success(request, _("It is not tried any more. Delete it in the Console."))
    return redirect("dreaming:leftovers", team)


def _page(request, form, *, status=200):
    page = paging.page(leftovers.waiting(request.team), request, keys=("-pk",))
    context = {
        "page": page,
        "rows": leftovers.read(request.team, page.rows),
        "form": form,
        "manages": request.membership.may(roles.MANAGE_CONNECTIONS),
    }
    return render(request, "dreaming/leftovers.html", context, status=status)


def _connections(request):
    return Connection.objects.of(request.team).active().filter(provider=Provider.ANTHROPIC).order_by("name", "pk")


def _run_or_404(request, run_number):
    return get_object_or_404(Run.objects.of(request.team).select_related("team", "agent"), number=run_number)
