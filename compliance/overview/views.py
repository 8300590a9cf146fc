"""An officer's first page, and the map of controls."""

from datetime import timedelta
from urllib.parse import urlencode

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import roles
from accounts.access import needs
from compliance.access.forms import DaysForm
from compliance.overview import mapping, standing


@require_safe
@needs(roles.READ_TRAIL)
def home(request, team):
    now = timezone.now()
    context = {
        "overview": standing.of(request.team, now=now),
        "now": now,
        "exports": request.membership.may(roles.EXPORT_TRAIL),
    }
    return render(request, "compliance/overview/home.html", context)


@require_safe
@needs(roles.READ_TRAIL)
def control_map(request, team):
    form = DaysForm(request.GET)
    context = {"form": form}
    if form.is_valid():
        since, until = form.span()
        last = until - timedelta(days=1)
        days = {"since": f"{timezone.localtime(since):%Y-%m-%d}", "until": f"{timezone.localtime(last):%Y-%m-%d}"}
        context |= {
            "mapped": mapping.of(request.team, since=since, until=until),
            "since": since,
            "last": last,
            "days": urlencode(days),
        }
    return render(request, "compliance/overview/controls.html", context)
