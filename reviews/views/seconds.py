"""Second opinions: what is asked of the reader, one of them without the first vote, and for leads what they came to."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import paging, roles
from accounts.access import needs
from reviews.decisions import Refused
from reviews.forms import SecondForm
from reviews.models import RevisionTarget, SecondReview
from reviews.panels import PANELS
from reviews.views import drawing
from reviews.watching import seconds

_SHOWN = {
    "all": gettext_lazy("Second opinions that were asked for"),
    "given": gettext_lazy("Second opinions that were given"),
    "against": gettext_lazy("Second opinions that are another than the first vote"),
}


@require_safe
@needs(roles.DECIDE)
def own(request, team):
    """What waits for the reader's second opinion. Who voted, and how, stands nowhere here."""
    rows = _own(request).waiting().select_related("decision__change__proposal", "decision__change__namespace")
    page = paging.page(rows, request, keys=("at", "pk"))
    return render(request, "reviews/seconds.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(roles.DECIDE)
def second(request, team, second_id):
    row = get_object_or_404(
        _own(request).select_related("decision__change__namespace", "decision__revision"), public_id=second_id
    )
    if row.given_at is not None:
        return redirect("reviews:seconds", request.team.slug)
    if request.method != "POST":
        return _page(request, row)
    form = SecondForm(request.POST)
    if not form.is_valid():
        return _page(request, row, _("Say whether you would approve or reject it."), status=422)
    try:
        seconds.give(team=request.team, second_id=second_id, by=request.user, at=timezone.now(), **form.cleaned_data)
    except Refused as refused:
        return _page(request, row, str(refused), status=409)
    messages.success(request, _("Thank you: your opinion is kept beside the first vote."))
    return redirect("reviews:seconds", request.team.slug)


@require_safe
@needs(roles.WATCH)
def opinions(request, team):
    """The second opinions that a number of the page for leads counts."""
    shown = request.GET.get("show", "")
    shown = shown if shown in _SHOWN else "all"
    rows = seconds.counted(request.team, shown)
    rows = rows.select_related("person", "decision__by", "decision__change__proposal__team")
    page = paging.page(rows, request, keys=("-at", "-pk"))
    return render(request, "reviews/watching_opinions.html", {"page": page, "label": _SHOWN[shown]})


def _own(request):
    return SecondReview.objects.of(request.team).filter(person=request.user)


def _page(request, row, problem="", status=200):
    change = row.decision.change
    panel = PANELS["evidence"]
    context = {
        "second": row,
        "change": change,
        "targets": RevisionTarget.objects.of(request.team).filter(revision=row.decision.revision).order_by("position"),
        "evidence": panel.template,
        "panel": panel.read(change, request),
        "problem": problem,
        "given": request.POST,
    }
    return render(request, "reviews/second.html", drawing.shared(request) | context, status=status)
