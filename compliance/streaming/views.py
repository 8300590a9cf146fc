"""The streams of a team: where its log goes, how far behind each is, and the form that adds one."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import confirming, roles
from accounts.access import needs
from accounts.confirming import standing as confirmations
from compliance.enums import StreamState
from compliance.streaming import destinations, sending, standing
from compliance.streaming.forms import DestinationForm


@require_safe
@needs(roles.READ_TRAIL)
def index(request, team):
    rows = list(destinations.kept(request.team))
    context = {
        "rows": standing.of(request.team, rows, now=timezone.now()),
        "most": destinations.MOST,
        "manages": _manages(request) and len(rows) < destinations.MOST,
    }
    return render(request, "compliance/streams/index.html", context)


@require_safe
@needs(roles.MANAGE_STREAMS)
def new(request, team):
    return render(request, "compliance/streams/new.html", {"form": DestinationForm()})


@require_POST
@needs(roles.MANAGE_STREAMS)
@never_cache
def add(request, team):
    """A webhook's secret is shown in this one answer."""
    form = DestinationForm(request.POST)
    added = _added(request, form) if form.is_valid() else None
    if added is None:
        return render(request, "compliance/streams/new.html", {"form": form}, status=422)
    if not added.secret:
        return redirect(added.destination)
    return _page(request, added.destination, secret=added.secret)


@require_safe
@needs(roles.READ_TRAIL)
def show(request, team, destination_id):
    return _page(request, _destination_or_404(request, destination_id))


@require_POST
@needs(roles.MANAGE_STREAMS)
def pause(request, team, destination_id):
    row = _destination_or_404(request, destination_id)
    try:
        destinations.pause(destination=row, by=request.user, at=timezone.now())
    except destinations.IllegalState:
        messages.info(request, _("It does not send now."))
    return redirect(row)


@require_POST
@needs(roles.MANAGE_STREAMS)
def resume(request, team, destination_id):
    row = _destination_or_404(request, destination_id)
    try:
        destinations.resume(destination=row, by=request.user, at=timezone.now())
    except destinations.IllegalState:
        messages.info(request, _("A second person has to agree first."))
    return redirect(row)


@require_POST
@needs(roles.MANAGE_STREAMS)
def test(request, team, destination_id):
    row = _destination_or_404(request, destination_id)
    if row.state == StreamState.WAITING:
        messages.error(request, _("A second person has to agree first."))
    elif problem := sending.test(row, by=request.user, at=timezone.now()):
        messages.error(request, _("The test line did not arrive. %(problem)s") % {"problem": problem})
    else:
        messages.success(request, _("The test line was confirmed."))
    return redirect(row)


@require_POST
@needs(roles.MANAGE_STREAMS)
def remove(request, team, destination_id):
    destinations.remove(destination=_destination_or_404(request, destination_id), by=request.user, at=timezone.now())
    messages.success(request, _("Nothing is sent there any more, and its credentials are destroyed."))
    return redirect("compliance:streams", team)


def _added(request, form):
    try:
        return destinations.add(team=request.team, by=request.user, at=timezone.now(), **form.cleaned_data)
    except destinations.TooMany:
        words = _("A team has at most %(most)s destinations. Remove one first.")
        form.add_error(None, words % {"most": destinations.MOST})
    except destinations.NameTaken:
        form.add_error("name", _("The team has another destination of this name."))
    except destinations.NotThere as missing:
        pruned = _("Events up to %(last)s were pruned: begin after that one, or later.") % {"last": missing.pruned}
        form.add_error("after", pruned if missing.pruned else _("The log has not come so far yet."))
    except confirming.Denied as denied:
        form.add_error(None, str(denied))
    return None


def _page(request, row, secret=""):
    held = row.confirmation if row.state == StreamState.WAITING else None
    context = {
        "row": row,
        "state": standing.of(request.team, [row], now=timezone.now())[0],
        "standing": confirmations.of(held, request.membership) if held else None,
        "manages": _manages(request),
        "secret": secret,
    }
    return render(request, "compliance/streams/stream.html", context)


def _manages(request):
    return request.membership.may(roles.MANAGE_STREAMS)


def _destination_or_404(request, destination_id):
    rows = destinations.kept(request.team).select_related("confirmation__team", "confirmation__asked_by")
    return get_object_or_404(rows, public_id=destination_id)
