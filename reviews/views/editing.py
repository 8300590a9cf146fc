"""A reviewer's own words in a change."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from accounts import roles
from accounts.access import needs
from reviews import desk
from reviews import editing as verbs
from reviews.decisions import Refused
from reviews.enums import State
from reviews.forms import EditForm
from reviews.models import Change


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@needs(roles.EDIT)
def edit(request, team, change_id):
    """A text field for each hunk; saving makes the next revision, which someone else has to approve."""
    change = get_object_or_404(desk.rows(request.team), public_id=change_id)
    seat = desk.read_one(change, team=request.team)
    hunks = _fields(seat)
    form = EditForm(request.POST or None, hunks=hunks, initial={"revision": seat.head.public_id})
    if request.method != "POST" or not form.is_valid():
        return _page(request, seat, form, status=422 if form.is_bound else 200)
    try:
        change = verbs.edit(
            team=request.team,
            change_id=change_id,
            revision_id=form.cleaned_data["revision"],
            texts=form.texts,
            reason=form.cleaned_data["reason"],
            by=request.user,
            at=timezone.now(),
        )
    except Refused as clash:
        return _page(request, seat, _kept(request, form, hunks, seat), alert=str(clash), status=409)
    if change.state != State.APPROVED:
        messages.success(request, _("Saved as the next revision. Another reviewer has to approve it."))
    return redirect(change)


def _fields(seat):
    """The lines after of each hunk of the head, by target and number, with a label."""
    fields = {}
    for ground in seat.standing.targets:
        path = ground.target.path_after or ground.target.path_before
        for number, hunk in enumerate(ground.hunks):
            label = _("%(path)s, from line %(line)s") % {"path": path, "line": hunk.start + 1}
            fields[ground.target.position, number] = (label, "".join(hunk.after))
    return fields


def _kept(request, form, hunks, seat):
    """The same form with the own text, now on top of the revision that stands there."""
    given = request.POST.copy()
    given["revision"] = seat.head.public_id
    return EditForm(given, hunks=hunks)


def _page(request, seat, form, *, alert="", status=200):
    context = {
        "seat": seat,
        "change": seat.change,
        "proposal": Change.objects.of(request.team).select_related("proposal__team").get(pk=seat.change.pk).proposal,
        "form": form,
        "alert": alert,
        "fields": [(form[name], _theirs(form, name)) for name in form.fields if name.startswith("after-")],
        "targets": [ground.target for ground in seat.standing.targets],
    }
    return render(request, "reviews/edit.html", context, status=status)


def _theirs(form, name):
    """What the head says where that is not what stands in the field."""
    theirs = form.fields[name].initial
    own = form[name].value()
    return "" if own is None or own.replace("\r\n", "\n") == theirs else theirs
