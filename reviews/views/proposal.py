"""One proposal with its changes."""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts import roles
from accounts.access import needs
from reviews.models import Change, Proposal


@require_safe
@needs(roles.VIEW)
def proposal(request, team, number):
    row = get_object_or_404(Proposal.objects.of(request.team).select_related("agent", "team"), number=number)
    return render(request, "reviews/proposal.html", {"proposal": row})


@require_safe
@needs(roles.VIEW)
def change(request, team, change_id):
    rows = Change.objects.of(request.team).select_related("proposal__team")
    return redirect(get_object_or_404(rows, public_id=change_id))
