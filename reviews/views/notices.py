"""What the reader was told: a list, and marking it as read."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import paging, roles
from accounts.access import needs
from reviews.reading import cards
from reviews.talking import noticing


@require_safe
@needs(roles.VIEW)
def notices(request, team):
    rows = noticing.of(request.user, team=request.team).select_related("proposal__team", "change", "thread")
    listed = paging.page(rows, request, keys=("-at", "-pk"))
    known = cards.names({one.by_id for one in listed.rows}, team=request.team)
    context = {
        "page": listed,
        "notices": [
            {
                "row": one,
                "url": noticing.place(one),
                "about": (one.change or one.proposal).title,
                "who": known.get(one.by_id, ""),
            }
            for one in listed.rows
        ],
    }
    return render(request, "reviews/notices.html", context)


@require_POST
@needs(roles.VIEW)
def read(request, team, notice_id):
    row = get_object_or_404(noticing.of(request.user, team=request.team), public_id=notice_id)
    noticing.read(person=request.user, team=request.team, at=timezone.now(), notice_id=row.public_id)
    return redirect("reviews:notices", request.team.slug)


@require_POST
@needs(roles.VIEW)
def read_all(request, team):
    noticing.read(person=request.user, team=request.team, at=timezone.now())
    messages.success(request, _("All notices are marked as read."))
    return redirect("reviews:notices", request.team.slug)
