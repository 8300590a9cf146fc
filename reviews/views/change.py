"""One change on a page of its own, with its panels; a part asks for its card or for one panel."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import roles
from accounts.access import needs
from reviews import desk
from reviews.panels import PANELS
from reviews.reading import cards as reading
from reviews.views import drawing
from reviews.views.rows import proposals as rows
from reviews.watching import facts


@require_safe
@vary_on_headers("HX-Request")
@needs(roles.VIEW)
def change(request, team, change_id):
    """Everything about one change. A part asks for its card alone, as it looks on the page of its proposal."""
    row = get_object_or_404(desk.shown(request.team), public_id=change_id)
    if request.htmx and not request.htmx.boosted:
        context = drawing.shared(request) | {"card": drawing.one_card(request, change_id)}
        return render(request, "reviews/_looked_again.html", context)
    return page(request, row)


@require_safe
@needs(roles.VIEW)
def panel(request, team, change_id, panel):
    """One panel of a change, as the page of its proposal loads it when it is opened."""
    if panel not in PANELS:
        raise Http404
    row = get_object_or_404(desk.shown(request.team), public_id=change_id)
    return render(
        request, "reviews/_panel.html", drawing.shared(request) | {"change": row} | _read(request, row, panel)
    )


def page(request, row, *, typed=None, status=200):
    cards = reading.read([row], team=request.team, reader=drawing.reader(request), typed=typed)
    context = {
        "change": row,
        "proposal": get_object_or_404(rows(request), pk=row.proposal_id),
        "card": drawing.dress(request, cards)[0],
        "whole": request.GET.get("whole") == "1",
        "panels": [_read(request, row, name) for name in PANELS],
        "panel_names": [],  # they stand below the card
    }
    return render(request, "reviews/change.html", drawing.shared(request) | context, status=status)


def _read(request, row, name):
    kind = PANELS[name]
    return {
        "name": name,
        "title": kind.title,
        "template": kind.template,
        "panel": kind.read(row, request),
        "word": facts.opened(row, name, request.user),
    }
