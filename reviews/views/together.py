"""Who is on a proposal: claims and presence, as a part of its page that asks again while it is looked at."""

from datetime import datetime

from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import roles
from accounts.access import needs
from reviews.enums import ProposalState
from reviews.inbox import claiming
from reviews.views import onward
from reviews.views.rows import proposals


@require_POST
@needs(roles.VIEW)
def here(request, team, number):
    """A page that is looked at says so, and hears who else is there and what was saved meanwhile."""
    row = get_object_or_404(proposals(request), number=number)
    claiming.seen(proposal=row, person=request.user, at=timezone.now())
    return _answer(request, row)


@require_POST
@needs(roles.DECIDE)
def claim(request, team, number):
    row = get_object_or_404(proposals(request).open(), number=number)
    claiming.claim(proposal=row, by=request.user, at=timezone.now())
    return _answer(request, row)


@require_POST
@needs(roles.DECIDE)
def release(request, team, number):
    row = get_object_or_404(proposals(request), number=number)
    claiming.release(proposal=row, by=request.user, at=timezone.now())
    return _answer(request, row)


def context(request, row, *, since):
    now = timezone.now()
    held = claiming.claims([row], now=now).get(row.pk)
    return {
        "proposal": row,
        "claim": held,
        "is_own_claim": held is not None and held.by_id == request.user.pk,
        "claims": request.membership.may(roles.DECIDE) and row.state == ProposalState.OPEN,
        "also_here": claiming.also_here(row, person=request.user, now=now),
        "saved": list(claiming.saved_since(row, person=request.user, since=since)[:5]) if since else (),
        "since": (since or now).isoformat(),
    }


def _answer(request, row):
    if not request.htmx:
        return redirect(onward.keep(request, row.get_absolute_url()))
    return render(request, "reviews/_here.html", context(request, row, since=_since(request)))


def _since(request):
    """When the page was drawn, as it said; what cannot be read is now, so that nothing is told twice."""
    try:
        given = datetime.fromisoformat(request.POST.get("since", ""))
    except ValueError:
        return None
    return given if given.tzinfo else None
