"""What happened, on a page of its own; a part asks for the list alone."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import roles
from accounts.access import needs
from reviews import desk
from reviews.reading import activity as feeds
from reviews.views.rows import proposals as rows


@require_safe
@vary_on_headers("HX-Request")
@needs(roles.VIEW)
def of_proposal(request, team, number):
    row = get_object_or_404(rows(request), number=number)
    return _page(request, feeds.of_proposal(row, **_asked(request)), proposal=row, title=row.title)


@require_safe
@vary_on_headers("HX-Request")
@needs(roles.VIEW)
def of_change(request, team, change_id):
    row = get_object_or_404(desk.shown(request.team).select_related("proposal__team"), public_id=change_id)
    feed = feeds.of_change(row, **_asked(request))
    return _page(request, feed, proposal=row.proposal, change=row, title=row.title)


def _page(request, feed, **about):
    part = request.htmx and not request.htmx.boosted
    return render(request, "reviews/_activity.html" if part else "reviews/activity.html", {"feed": feed} | about)


def _asked(request):
    before = request.GET.get("before", "")
    return {
        "kind": request.GET.get("show", feeds.ALL),
        "before": int(before) if before.isdecimal() and len(before) < 19 else None,
    }
