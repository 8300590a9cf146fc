"""What the reader was told: a list, and marking it as read."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import naming, paging, roles
from accounts.access import needs
from reviews.talking import noticing


@require_safe
@needs(roles.VIEW)
def notices(request, team):
    rows = noticing.of(request.user, team=request.team)
    rows = rows.select_related("team", "proposal__team", "namespace__team", "change", "thread")
    listed = paging.page(rows, request, keys=("-at", "-pk"))
    known = naming.names({one.by_id for one in listed.rows}, team=request.team)
    context = {
        "page": listed,
        "notices": [
            {
                "row": one,
                "url": noticing.place(one),
                "about": _about(one),
                "who": known.get(one.by_id, ""),
            }
            for one in listed.rows
        ],
    }
    return render(request, "reviews/notices.html", context)


def _about(notice):
    """What is in the list beside the kind; a page of a higher floor says by itself what it is about."""
    if notice.page:
        return ""
    return notice.namespace.name if notice.namespace else (notice.change or notice.proposal).title


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
