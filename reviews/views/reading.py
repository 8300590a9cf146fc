"""Reading one revision: what it changes, against what one chooses; its lines have addresses."""

import re

from django import forms
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts import roles
from accounts.access import needs
from agents import drawn_rows
from agents.drawn_rows import MORE, Look
from agents.text import diffs, hidden, secrets
from reviews import desk
from reviews.models import Revision
from reviews.reading import cards, comparing, pieces, restructuring
from reviews.reading.talks import form_url
from reviews.views import drawing
from reviews.views.rows import proposals as rows

CONTEXTS = {"": diffs.CONTEXT, "13": diffs.CONTEXT + MORE, "all": 10**6}


class GapForm(forms.Form):
    """Which lines of which memory to show, numbered on the left side."""

    target = forms.IntegerField(min_value=0)
    first = forms.IntegerField(min_value=1)
    last = forms.IntegerField(min_value=1)
    more = forms.IntegerField(min_value=1)


class PieceForm(forms.Form):
    target = forms.IntegerField(min_value=0)
    piece = forms.IntegerField(min_value=0)


@require_safe
@needs(roles.VIEW)
def revision(request, team, change_id, revision):
    change, row = _rows(request, change_id, revision)
    lefts, left = _left(request, row)
    around = _around(request)
    look = _look(request, change, row, left)._replace(
        anchors=True, linked=f"?left={left.key}&context={around}" if around else ""
    )
    memories = comparing.read(row, left)
    context = {
        "change": change,
        "proposal": get_object_or_404(rows(request), pk=change.proposal_id),
        "revision": row,
        "look": look,
        "lefts": lefts,
        "left": left,
        "lines_around": around,
        "whole": request.GET.get("whole") == "1",
        "last": change.head.number,
        "memories": [(one, one.rows(CONTEXTS[around]), look._replace(target=one.position)) for one in memories],
    }
    return render(request, "reviews/revision.html", drawing.shared(request) | context)


@require_safe
@needs(roles.VIEW)
def gap(request, team, change_id, revision):
    """Unchanged lines that a diff left out, and what is left of the gap."""
    change, row = _rows(request, change_id, revision)
    _lefts, left = _left(request, row)
    form = GapForm(request.GET)
    one = _memory(row, left, form)
    first, last, more = (form.cleaned_data[name] for name in ("first", "last", "more"))
    found = one.gap(first, last)
    if not found:
        raise Http404
    look = _look(request, change, row, left, one.position)._replace(
        split=request.user.diff_view == "split" and drawn_rows.needs_columns(one.rows(0)),
        spaces=request.user.text_view == "spaces",
        anchors=request.GET.get("anchors") == "1",
        linked=f"?left={left.key}&context=all",  # where these lines are there without a press
    )
    opened = _opened(found, more, one)
    if not look.anchors and left.key == comparing.BASE and row.pk == change.head_id:
        opened = _now(opened, change, one)  # as the rest of the card that it opens in
    return render(request, "reviews/_gap.html", {"rows": drawn_rows.draw(opened, look)})


@require_safe
@needs(roles.VIEW)
def piece(request, team, change_id, revision):
    """A piece of a very long diff, with the word that says it was opened."""
    change, row = _rows(request, change_id, revision)
    _lefts, left = _left(request, row)
    around, form = _around(request), PieceForm(request.GET)
    one = _memory(row, left, form)
    found = one.rows(CONTEXTS[around])
    if form.cleaned_data["piece"] >= len(pieces.cut(found)):
        raise Http404
    look = _look(request, change, row, left, one.position)._replace(anchors=request.GET.get("anchors") == "1")
    context = {
        "rows": found,
        "look": look,
        "revision": row,
        "lines_around": around,
        "start": form.cleaned_data["piece"],
    }
    return render(request, "reviews/_piece_alone.html", drawing.shared(request) | context)


@require_safe
@needs(roles.VIEW)
def raw(request, team, change_id, revision):
    """The whole text of one memory as a file, with dots over secrets, and as nothing else."""
    change, row = _rows(request, change_id, revision)
    given = request.GET.get("target", "0")
    found = comparing.text_of(change, row, int(given)) if given.isdecimal() and len(given) < 6 else None
    if found is None:
        raise Http404
    path, text = found[0], secrets.covered(found[1])
    name = hidden.HIDDEN.sub("_", re.sub(r'[\\/:*?"<>|]', "_", path.rsplit("/", 1)[-1])) or "memory"
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
@needs(roles.VIEW)
def tree(request, team, number):
    """The namespaces of a proposal before and after all of its changes."""
    row = get_object_or_404(rows(request), number=number)
    return render(request, "reviews/tree.html", {"proposal": row, "restructured": restructuring.read(row)})


def _rows(request, change_id, number):
    change = get_object_or_404(desk.shown(request.team), public_id=change_id)
    return change, get_object_or_404(Revision.objects.of(request.team), change=change, number=number)


def _look(request, change, row, left, target=0):
    """Only the lines of the revision and of its own base can be talked about."""
    url = f"{drawing.prefix('reviews:change', request.team.slug)}{change.public_id}/"
    talk = form_url(url, row.number, target) if left.key == comparing.BASE else ""
    return Look(at=f"{url}r/{row.number}/", left=left.key, target=target, talk=talk)


def _around(request):
    given = request.GET.get("context", "")
    return given if given in CONTEXTS else ""


def _left(request, row):
    """What one can choose for the left side, and what is chosen."""
    lefts = comparing.lefts(row, request.user)
    return lefts, next((one for one in lefts if one.key == request.GET.get("left")), lefts[0])


def _memory(row, left, form):
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    found = [one for one in comparing.read(row, left) if one.position == form.cleaned_data["target"]]
    if not found:
        raise Http404
    return found[0]


def _now(rows, change, one):
    seat = desk.read_one(change, team=change.team)
    target = next(target for target in seat.standing.targets if target.target.position == one.position)
    return cards.now(rows, target, change)


def _opened(found, more, one):
    """Lines beside the changes first: at the top and at the bottom of the gap, unless the text begins or ends there."""
    first, last = found[0][1], found[-1][1]
    top = 0 if first == 1 else more
    bottom = 0 if last == len(one.before) else more
    if top + bottom + 1 >= len(found) or more >= len(found):
        return found
    return [*found[:top], [diffs.SKIPPED, first + top, last - bottom], *found[len(found) - bottom :]]
