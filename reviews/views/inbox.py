"""The list of proposals."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import paging, roles
from accounts.access import needs
from reviews import inbox as reading
from reviews.enums import ProposalState
from reviews.models import Proposal

VIEWS = ("mine", "open", "done")


@require_safe
@needs(roles.VIEW)
def inbox(request, team):
    decides = request.membership.may(roles.DECIDE)
    shown = request.GET.get("view", "")
    shown = shown if shown in VIEWS else ("mine" if decides else "open")
    lists = {
        "mine": reading.your_turn(request.user, team=request.team),
        "open": Proposal.objects.of(request.team).open(),
        "done": Proposal.objects.of(request.team).exclude(state=ProposalState.OPEN),
    }
    chosen = lists[shown].select_related("agent", "team")
    page = paging.page(chosen, request, keys=("-opened_at", "-pk"))
    context = {
        "shown": shown,
        "decides": decides,
        "page": page,
        "mine_count": paging.count_label(lists["mine"]) if decides else "",
        "open_count": paging.count_label(lists["open"]),
        "lines": reading.lines(page.rows, team=request.team, person=request.user, decides=decides),
    }
    return render(request, "reviews/inbox.html", context)
