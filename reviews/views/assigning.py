"""Whose turn a proposal is made, and when people are away."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import roles
from accounts.access import needs
from accounts.models import User
from reviews.enums import AssignedBy
from reviews.forms import AbsenceForm
from reviews.inbox import absences, assigning, explaining
from reviews.models import Absence
from reviews.views import onward
from reviews.views.rows import proposals


@require_POST
@needs(roles.DECIDE)
def assign(request, team, number):
    """By hand where a person is named, else by the rule that the button names."""
    row = get_object_or_404(proposals(request).open(), number=number)
    by, at, how = request.user.trail_actor, timezone.now(), request.POST.get("how", "")
    try:
        if how in assigning.WAYS:
            given = assigning.by_rule(proposal=row, how=AssignedBy(how), by=by, at=at)
        else:
            given = assigning.by_hand(proposal=row, person=_person(request), by=by, at=at)
    except assigning.Refused as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("It is the turn of %(who)s.") % {"who": given.person})
    return redirect(onward.keep(request, row.get_absolute_url()))


@require_POST
@needs(roles.DECIDE)
def unassign(request, team, number):
    row = get_object_or_404(proposals(request), number=number)
    try:
        assigning.unassign(proposal=row, person=_person(request), by=request.user.trail_actor, at=timezone.now())
    except assigning.Refused as problem:
        messages.error(request, str(problem))
    return redirect(onward.keep(request, row.get_absolute_url()))


@require_http_methods(["GET", "POST"])
@needs(roles.VIEW)
def away(request, team):
    """When one is away, and who is asked instead."""
    form = AbsenceForm(request.POST or None, people=absences.delegates(request.user, team=request.team))
    if request.method == "POST" and form.is_valid():
        try:
            absences.set_(team=request.team, by=request.user, at=timezone.now(), **form.cleaned_data)
        except absences.Refused as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Saved."))
            return redirect("reviews:absences", team)
    rows = absences.coming(request.user, team=request.team, now=timezone.now())
    context = {"form": form, "absences": list(rows)}
    return render(request, "reviews/absences.html", context, status=422 if form.errors else 200)


@require_POST
@needs(roles.VIEW)
def back(request, team, absence_id):
    rows = Absence.objects.of(request.team).select_related("team")
    absences.end(
        row=get_object_or_404(rows, public_id=absence_id, person=request.user), by=request.user, at=timezone.now()
    )
    return redirect("reviews:absences", team)


def context(request, row):
    """Who is assigned, with why; and who may be, for whom may assign."""
    given = assigning.assigned(row)
    people = assigning.deciders(request.team) if request.membership.may(roles.DECIDE) else []
    names = {one.public_id: str(one) for one in people}
    return {"assigned": [(one, explaining.choice(one, names)) for one in given], "may_be_assigned": people}


def _person(request):
    members = User.objects.filter(memberships__team=request.team, memberships__removed_at=None)
    person = members.filter(public_id=request.POST.get("person", "").replace("\0", "")).first()
    if person is None:
        raise assigning.Refused(_("Choose somebody of the team."))
    return person
