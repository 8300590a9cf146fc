"""The list of proposals."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import paging, roles
from accounts.access import needs
from reviews.drift import showing
from reviews.inbox import context as context_of
from reviews.inbox import lines as reading
from reviews.inbox import queue, saved
from reviews.models import SecondReview, WatchAlarm


@require_safe
@needs(roles.VIEW)
def inbox(request, team):
    decides = request.membership.may(roles.DECIDE)
    line_up = queue.read(request.GET, decides=decides)
    reader = reading.Reader(request.user, decides, timezone.now())
    page = paging.page(line_up.rows(request.team, reader).select_related("agent", "team"), request, keys=line_up.keys)
    lines = reading.lines(page.rows, team=request.team, reader=reader)
    tabs = queue.tabs(line_up, request.team, reader, own_turns=lambda: context_of.count(request))
    context = {
        "queue": line_up,
        "saved": list(saved.for_person(request.user, team=request.team)),
        "loosened": line_up.loosened(request.team, reader) if line_up.query and not lines else (),
        "tabs": tabs,
        "in_all": next(tab.count for tab in tabs if tab.view == line_up.view),
        "chooses": decides and line_up.view != queue.DONE,
        "decides": decides,
        "to_sign": _to_sign(request),
        "alarms": _alarms(request),
        "seconds": _seconds(request) if decides else 0,
        "page": page,
        "lines": lines,
        "is_list": True,
    }
    return render(request, "reviews/inbox.html", context)


def _to_sign(request):
    """Namespaces whose baseline waits for this person."""
    return showing.to_sign(request.team, at=timezone.now()) if request.membership.may(roles.SIGN_BASELINE) else ()


def _alarms(request):
    """How many alarms wait for a lead."""
    return WatchAlarm.objects.of(request.team).open().count() if request.membership.may(roles.WATCH) else 0


def _seconds(request):
    """How many second opinions are asked of this person."""
    return SecondReview.objects.of(request.team).waiting().filter(person=request.user).count()
