"""Taking a whole proposal back: withdrawing what is undecided, or proposing to undo what was applied."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import roles
from accounts.access import demand, needs
from reviews import desk, proposals, reverting
from reviews.enums import ProposalState
from reviews.forms import ReasonForm
from reviews.views.rows import proposals as rows


@require_POST
@needs(roles.REVERT)
def revert(request, team, number):
    row = get_object_or_404(rows(request), number=number)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why it should be undone."))
        return redirect(row)
    try:
        opened = reverting.open_revert(
            team=request.team, proposal=row, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
        )
    except (reverting.NothingToRevert, proposals.AlreadyProposed) as refused:
        messages.error(request, str(refused))
        return redirect(row)
    messages.success(request, _("This proposal takes back what was applied. It has to be approved like any other."))
    return redirect(opened)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(roles.REVERT)
def revert_one(request, team, change_id):
    """Why one applied change should be undone; the answer is a proposal that takes it back."""
    change = get_object_or_404(desk.rows(request.team), public_id=change_id)
    form = ReasonForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            opened = reverting.open_revert_of(
                team=request.team,
                change_id=change_id,
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=timezone.now(),
            )
        except (reverting.NothingToRevert, proposals.AlreadyProposed) as refused:
            form.add_error(None, str(refused))
            status = 409
        else:
            messages.success(request, _("This proposal takes the change back. It has to be approved like any other."))
            return redirect(opened)
    context = {"change": change, "proposal": change.proposal, "form": form}
    return render(request, "reviews/revert.html", context, status=status)


@require_POST
@needs(roles.VIEW)
def withdraw(request, team, number):
    row = get_object_or_404(rows(request), number=number)
    if row.opened_by_id != request.user.public_id:
        demand(request, roles.REVERT)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why it is withdrawn."))
    elif row.state != ProposalState.OPEN:
        messages.error(request, _("This proposal is closed already."))
    else:
        reason = form.cleaned_data["reason"]
        proposals.withdraw(proposal=row, by=request.user.trail_actor, reason=reason, at=timezone.now())
        messages.success(request, _("What was not decided is withdrawn."))
    return redirect(row)
