"""Accepting some lines of a change: a box for each hunk, in the card or on a page of its own."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from accounts import roles
from accounts.access import needs
from agents.text import diffs
from agents.text import lines as text_lines
from reviews import desk
from reviews import splitting as verbs
from reviews.decisions import Refused
from reviews.forms import PartsForm
from reviews.reading import overview
from reviews.views import drawing, onward, reviewing
from reviews.views.uncovering import ends_tests


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@needs(roles.DECIDE)
@ends_tests
def parts(request, team, change_id):
    change = get_object_or_404(desk.shown(request.team), public_id=change_id)
    seat = desk.read_one(change, team=request.team)
    if request.method != "POST":
        return _asked(request, seat)
    form = PartsForm(request.POST, parts=[part[0] for part in _parts(seat)])
    if not form.is_valid():
        return _asked(request, seat, alert=_("This form was not complete. Nothing was decided."), status=422)
    try:
        split = verbs.accept(
            team=request.team,
            change_id=change_id,
            revision_id=form.cleaned_data["revision"],
            bound=form.bound,
            parts=form.parts,
            by=request.user,
            at=timezone.now(),
        )
    except Refused as clash:
        return _asked(request, seat, alert=str(clash), status=409)
    return _done(request, split)


def _done(request, split):
    """The card of the accepted part and, after it, the card of the rest."""
    said = _("Accepted these lines. The rest waits as a change of its own.")
    if not split.approved:
        said = _("Taken apart. You wrote these lines: another reviewer has to approve them.")
    if not request.htmx:
        messages.success(request, said)
        return redirect(split.rest)
    context = {
        "card": drawing.one_card(request, split.change.public_id),
        "rest": drawing.one_card(request, split.rest.public_id),
        "overview": overview.of(split.change.proposal, person=request.user),
        "text": said,
        "onward": onward.read(request, split.change.proposal),
        **reviewing.context(request, split.change.proposal),
    }
    return render(request, "reviews/_split.html", drawing.shared(request) | context)


def _asked(request, seat, *, alert="", status=200):
    chosen = set(request.POST.getlist("part"))
    context = {
        "change": seat.change,
        "revision": seat.head.public_id,
        "base": seat.bound.base,
        "proposed": seat.bound.proposed,
        "requirement": seat.bound.requirement,
        "evidence": seat.bound.evidence,
        "alert": alert,
        "parts": [(f"{place}-{n}", label, rows, f"{place}-{n}" in chosen) for (place, n), label, rows in _parts(seat)],
        "shown_as": request.user.diff_view,
        "in_card": bool(request.htmx),
    }
    if request.htmx:
        card = drawing.one_card(request, seat.change.public_id, work=("reviews/_parts.html", context))
        return render(request, "reviews/_change.html", drawing.shared(request) | {"card": card}, status=status)
    return render(request, "reviews/parts.html", context | {"proposal": seat.change.proposal}, status=status)


def _parts(seat):
    """Each hunk by target position and number, with a label and its own small diff."""
    if not verbs.can_split(seat):
        return []
    found = []
    for ground in seat.standing.targets:
        lines = text_lines.split(ground.target.base.text)
        for number, hunk in enumerate(ground.hunks):
            rows = diffs.rows(lines, [text_lines.Edit(hunk.start, hunk.end, hunk.after)], context=1)
            label = _("%(path)s, from line %(line)s") % {"path": ground.target.path_before, "line": hunk.start + 1}
            found.append(((ground.target.position, number), label, [row for row in rows if row[0] != diffs.SKIPPED]))
    return found
