"""How a team decides, for its leads: counts by person, the votes behind each, and alarms."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts import paging, roles
from accounts.access import needs
from accounts.models import User
from reviews.canaries import alarming, counting
from reviews.models import WatchAlarm
from reviews.watching import alarms, figures, seconds

SPANS = (7, 30, 90)
_LABELS = {
    figures.VOTES: gettext_lazy("Votes"),
    figures.APPROVED: gettext_lazy("Approvals"),
    figures.OVERTURNED: gettext_lazy("Approvals that were undone or rewritten"),
}
_TESTS = {
    counting.OVER: gettext_lazy("Tests of the review"),
    counting.DECIDED: gettext_lazy("Tests that somebody decided"),
    counting.CAUGHT: gettext_lazy("Tests that were caught"),
}


@require_safe
@needs(roles.WATCH)
def watching(request, team):
    days = _days(request)
    now = timezone.now()
    everybody, lines = figures.read(request.team, since=now - timedelta(days=days), until=now)
    tests = counting.read(request.team, since=now - timedelta(days=days), until=now)
    context = {
        "alarms": WatchAlarm.objects.of(request.team).open().select_related("person").order_by("at", "pk"),
        "everybody": everybody and counting.beside(everybody, tests),
        "lines": [counting.beside(line, tests) for line in lines],
        "days": days,
        "spans": SPANS,
        "most": alarms.MOST,
        "opinions": seconds.read(request.team),
        "tests": tests,
    }
    return render(request, "reviews/watching.html", context)


@require_safe
@needs(roles.WATCH)
def votes(request, team):
    """The votes that a number of the page counts."""
    now, days, shown = timezone.now(), _days(request), request.GET.get("show", "")
    shown = shown if shown in _LABELS else figures.VOTES
    since = _time(request, "since") or now - timedelta(days=days)
    rows = figures.votes(request.team, since=since, until=_time(request, "until") or now, shown=shown)
    person = _person(request)
    rows = rows.filter(by=person) if person else rows
    page = paging.page(rows.select_related("by", "change__proposal__team"), request, keys=("-at", "-pk"))
    context = {"page": page, "person": person, "label": _LABELS[shown], "days": days}
    return render(request, "reviews/watching_votes.html", context)


@require_safe
@needs(roles.WATCH)
def tests(request, team):
    """The tests of the review that a number of the page counts. Those that wait are kept from leads, who review too."""
    now, days, shown = timezone.now(), _days(request, (*SPANS, alarming.BACK.days)), request.GET.get("show", "")
    shown = shown if shown in _TESTS else counting.OVER
    rows = counting.rows(request.team, since=now - timedelta(days=days), until=now, shown=shown)
    person = _person(request)
    rows = rows.filter(by=person) if person else rows
    page = paging.page(rows.select_related("by", "change__proposal__team"), request, keys=("-ended_at", "-pk"))
    context = {"page": page, "person": person, "label": _TESTS[shown], "days": days}
    return render(request, "reviews/watching_tests.html", context)


@require_POST
@needs(roles.WATCH)
def close(request, team, alarm_id):
    alarm = get_object_or_404(WatchAlarm.objects.of(request.team).select_related("team", "person"), public_id=alarm_id)
    alarms.close(alarm=alarm, by=request.user, at=timezone.now())
    messages.success(request, _("The alarm is closed. What comes after raises another one."))
    return redirect("reviews:watching", request.team.slug)


def _person(request):
    """Of whom the list is asked for; None for everybody."""
    if "person" not in request.GET:
        return None
    people = User.objects.filter(memberships__team=request.team).distinct()
    return get_object_or_404(people, public_id=request.GET["person"].replace("\0", ""))


def _days(request, spans=SPANS):
    given = request.GET.get("days", "")
    return int(given) if given in map(str, spans) else 30


def _time(request, name):
    try:
        found = parse_datetime(request.GET.get(name, ""))
    except ValueError:  # a day that no calendar has
        return None
    return found if isinstance(found, datetime) and timezone.is_aware(found) else None
