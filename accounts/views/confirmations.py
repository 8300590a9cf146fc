"""Pages of what waits for a second person."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts import confirming, paging, roles, stepping_up
from accounts.access import needs
from accounts.confirming import kinds, standing, waiting
from accounts.enums import ConfirmationState
from accounts.forms import RefusalForm
from accounts.models import Confirmation

VIEWS = {
    "me": (gettext_lazy("Waiting for me"), waiting.for_me),
    "others": (gettext_lazy("Waiting for others"), waiting.for_others),
    "done": (gettext_lazy("Done"), waiting.done),
}


@require_safe
@needs(roles.VIEW)
def index(request, team):
    chosen = request.GET.get("show", "me")
    if chosen not in VIEWS:
        raise Http404
    found = {name: rows(request.membership) for name, (_title, rows) in VIEWS.items()}
    context = {
        "page": paging.page(found[chosen].with_people(), request),
        "chosen": chosen,
        "tabs": [(name, title, paging.count_label(found[name])) for name, (title, _rows) in VIEWS.items()],
    }
    return render(request, "accounts/confirmations.html", context)


@require_safe
@needs(roles.VIEW)
def detail(request, team, confirmation_id):
    return _page(request, _row(request, confirmation_id), RefusalForm())


@require_POST
@needs(roles.VIEW)
def confirm(request, team, confirmation_id):
    kind = kinds.find(_row(request, confirmation_id).kind)
    if kind and kind.fresh and not stepping_up.is_fresh(request):
        return stepping_up.ask_again(request)
    return _decide(request, confirmation_id, confirming.confirm, RefusalForm())


@require_POST
@needs(roles.VIEW)
def refuse(request, team, confirmation_id):
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _page(request, _row(request, confirmation_id), form, status=422)
    return _decide(request, confirmation_id, confirming.refuse, form, reason=form.cleaned_data["reason"])


@require_POST
@needs(roles.VIEW)
def withdraw(request, team, confirmation_id):
    return _decide(request, confirmation_id, confirming.withdraw, RefusalForm())


def _decide(request, confirmation_id, verb, form, **more):
    """Do it and come back to the page; where it is denied, the page says why."""
    own = _row(request, confirmation_id)
    try:
        row = verb(team=request.team, confirmation_id=own.public_id, by=request.user, at=timezone.now(), **more)
    except confirming.Denied as denied:
        status = 409 if isinstance(denied, confirming.Settled) else 403
        return _page(request, _row(request, confirmation_id), form, status=status, denied=str(denied))
    _say(request, row)
    return redirect(row)


def _say(request, row):
    kind = kinds.find(row.kind)
    unless = kind.unless if kind else kinds.NOTHING
    said = {
        ConfirmationState.CONFIRMED: _("Confirmed: it is done."),
        ConfirmationState.REFUSED: _("Refused: %(unless)s.") % {"unless": unless},
        ConfirmationState.WITHDRAWN: _("Withdrawn: %(unless)s.") % {"unless": unless},
    }
    if row.state == ConfirmationState.FAILED:
        messages.error(request, _("Not performed: %(reason)s") % {"reason": row.reason})
    else:
        messages.success(request, said[row.state])


def _page(request, row, form, status=200, denied=""):
    own = standing.of(row, request.membership)
    place = own.kind.place(row) if own.kind else ""
    context = {"row": row, "standing": own, "place": place, "form": form, "denied": denied}
    return render(request, "accounts/confirmation.html", context, status=status)


def _row(request, confirmation_id):
    row = get_object_or_404(Confirmation.objects.of(request.team).with_people(), public_id=confirmation_id)
    row.team = request.team
    return row
