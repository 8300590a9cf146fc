"""One proposal with its changes."""

from itertools import zip_longest

from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import paging, preferences, roles
from accounts.access import needs
from accounts.enums import DiffView
from reviews import activity, desk, quoting
from reviews import cards as reading
from reviews import revisions as verbs
from reviews.enums import OriginKind, ProposalState, State
from reviews.forms import ReasonForm
from reviews.models import Change, Decision, Proposal
from reviews.views import drawing


@require_safe
@needs(roles.VIEW)
def proposal(request, team, number):
    return page(request, get_object_or_404(rows(request), number=number))


@require_safe
@vary_on_headers("HX-Request")
@needs(roles.VIEW)
def change(request, team, change_id):
    """The change on the page of its proposal; a part asks for its card alone."""
    row = get_object_or_404(Change.objects.of(request.team).select_related("proposal__team"), public_id=change_id)
    if request.htmx and not request.htmx.boosted:
        context = drawing.shared(request) | {"card": drawing.one_card(request, change_id)}
        return render(request, "reviews/_looked_again.html", context)
    return redirect(row)


@require_safe
@needs(roles.VIEW)
def revisions(request, team, change_id):
    """Every revision of a change, newest first, and every quote it has."""
    row = get_object_or_404(desk.rows(request.team), public_id=change_id)
    listed = paging.page(row.revisions.prefetch_related("targets__base__blob"), request, keys=("-number", "-pk"))
    writers = {one.made_by_id for one in listed.rows}.union(*(one.contributors for one in listed.rows))
    known = reading.names(writers, team=request.team)
    context = {
        "change": row,
        "proposal": get_object_or_404(rows(request), pk=row.proposal_id),
        "page": listed,
        "revisions": [
            (one, known.get(one.made_by_id, "Lucid"), _named(one, known), last, verbs.since(last, one) if last else [])
            for one, last in zip_longest(listed.rows, listed.rows[1:])
        ],
        "quotes": quoting.read([row], team=request.team).get(row.pk, []),
        "voted_at": _voted_at(request, row),
    }
    return render(request, "reviews/revisions.html", drawing.shared(request) | context)


@require_POST
@needs(roles.VIEW)
def show_as(request, team, number):
    """Remember on the person how diffs are shown."""
    row = get_object_or_404(rows(request), number=number)
    if request.POST.get("view") in DiffView.values:
        values = {"diff_view": request.POST["view"]}
        preferences.set_own(user=request.user, values=values, at=timezone.now())
    return redirect(row)


def rows(request):
    return Proposal.objects.of(request.team).select_related("agent", "team")


def page(request, row, *, typed=None, status=200):
    """The whole page; also the answer to a form that could not be taken, with what was typed."""
    reader = drawing.reader(request)
    changes = reading.rows(row)
    cards = drawing.dress(request, reading.read(changes, team=request.team, reader=reader, typed=typed))
    happened = activity.events(row, changes)
    known = reading.names(_people(row, happened), team=request.team)
    sessions = {quote.session.pk: quote.session for card in cards for quote in card.quotes}
    context = {
        "proposal": row,
        "cards": cards,
        "waiting": [card for card in cards if card.looks_again_in],
        "decided": reading.decided(changes),
        "total": len(changes),
        "opener": known.get(row.opened_by_id, ""),
        "original": _reverted(row),
        "sessions": len(sessions),
        "first": min((one.ended_at for one in sessions.values()), default=None),
        "last": max((one.ended_at for one in sessions.values()), default=None),
        "happenings": activity.tell(happened, changes=changes, names=known),
        "reason_form": ReasonForm(),
        "reverts": reader.may(roles.REVERT) and any(one.state == State.APPLIED for one in changes),
        "withdraws": _withdraws(row, reader),
    }
    response = render(request, "reviews/proposal.html", drawing.shared(request) | context, status=status)
    cards.clear()  # a template's context is a cycle: the garbage collector would have to find out that they are free
    return response


def _voted_at(request, row):
    """When the reader voted on the change last; quotes that came later are new."""
    mine = Decision.objects.of(request.team).counted().filter(change=row, by=request.user)
    return mine.order_by("-at").values_list("at", flat=True).first()


def _named(revision, known):
    return ", ".join(known.get(one, one) for one in revision.contributors)


def _people(row, happened):
    return {row.opened_by_id, *(event.actor_id for event in happened)}


def _reverted(row):
    """The proposal that this one takes back."""
    if row.origin_kind != OriginKind.REVERT:
        return None
    return Proposal.objects.of(row.team).select_related("team").filter(public_id=row.origin_id).first()


def _withdraws(row, reader):
    """Its author may, and whoever may undo."""
    own = row.opened_by_id == reader.person.public_id
    return row.state == ProposalState.OPEN and (own or reader.may(roles.REVERT))
