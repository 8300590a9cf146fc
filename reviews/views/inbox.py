"""The list of proposals."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import paging, roles
from accounts.access import needs
from reviews.inbox import context as context_of
from reviews.inbox import lines as reading
from reviews.inbox import queue, saved


@require_safe
@needs(roles.VIEW)
def inbox(request, team):
    decides = request.membership.may(roles.DECIDE)
    line_up = queue.read(request.GET, decides=decides)
    reader = reading.Reader(request.user, decides, timezone.now())
    page = paging.page(line_up.rows(request.team, reader).select_related("agent", "team"), request, keys=line_up.keys)
    lines = reading.lines(page.rows, team=request.team, reader=reader)
    context = {
        "queue": line_up,
        "saved": list(saved.for_person(request.user, team=request.team)),
        "loosened": line_up.loosened(request.team, reader) if line_up.query and not lines else (),
        "tabs": queue.tabs(line_up, request.team, reader, own_turns=lambda: context_of.count(request)),
        "decides": decides,
        "page": page,
        "lines": lines,
    }
    return render(request, "reviews/inbox.html", context)
