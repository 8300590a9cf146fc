"""What is in the way of a change, beside what it was made against and what it proposes, and the ways on."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import roles
from accounts.access import needs
from agents.text import secrets
from reviews import desk
from reviews import resolving as verbs
from reviews.decisions import Refused
from reviews.enums import State, Way
from reviews.forms import ResolveForm
from reviews.reading import three


@require_http_methods(["GET", "HEAD", "POST"])
@needs(roles.EDIT)
def resolve(request, team, change_id):
    change = get_object_or_404(desk.rows(request.team), public_id=change_id)
    tangle = verbs.read(desk.read_one(change, team=request.team))
    form = ResolveForm(request.POST or None, knots=tangle.knots)
    if request.method != "POST" or not form.is_valid():
        return _page(request, tangle, form, status=422 if form.is_bound else 200)
    try:
        change = verbs.resolve(
            team=request.team,
            change_id=change_id,
            seen=form.cleaned_data["seen"],
            choices=form.choices,
            reason=form.cleaned_data["reason"],
            by=request.user,
            at=timezone.now(),
        )
    except Refused as clash:
        return _page(request, tangle, form, alert=str(clash), status=409)
    messages.success(request, _said(change))
    return redirect(change)


def _said(change):
    if change.state == State.WITHDRAWN:
        return _("What stands there now is kept: the change is withdrawn.")
    return _("Saved as the next revision. Another reviewer has to approve it.")


def _page(request, tangle, form, *, alert="", status=200):
    change = tangle.seat.change
    context = {
        "change": change,
        "proposal": change.proposal,
        "held": tangle.seat.held,
        "seen": tangle.seen,
        "form": form,
        "alert": alert,
        "text_as": request.user.text_view,
        "knots": [_drawn(knot, shown, form, change) for strand in tangle.strands for knot, shown in _shown(strand)],
    }
    return render(request, "reviews/resolve.html", context, status=status)


def _shown(strand):
    """Each knot with the stretches of the three texts that it is about: lines that both wrote, or the whole."""
    about_texts = [knot for knot in strand.knots if knot.base or knot.proposed or knot.current]
    stretches = three.of_ground(strand.ground, strand.lines) if about_texts else []
    lines = iter(three.clashes(stretches))
    for knot in strand.knots:
        if knot not in about_texts:
            yield knot, []
        else:
            yield knot, stretches if knot.key == strand.key("whole") else next(lines)


def _drawn(knot, shown, form, change):
    """One knot with its three texts, and what stands in its fields."""
    texts = "".join([*(line if line.endswith("\n") else f"{line}\n" for line in knot.current), *knot.proposed])
    if Way.AS_IT_IS in knot.ways:  # nobody wants a whole text twice
        texts = "".join(knot.current)
    opened = timezone.localtime(change.opened_at).date().isoformat()
    first = {"text": secrets.covered(texts), "path": knot.wanted, "day": opened, "now": "", "new": "", "way": ""}
    return {
        "knot": knot,
        "stretches": shown,
        "given": {name: form.data.get(f"{name}-{knot.key}", value) for name, value in first.items()},
        "errors": form.errors.get(f"way-{knot.key}", []) if form.is_bound else [],
        "rows": min(20, max(4, texts.count("\n") + 2)),
    }
