"""One proposal with its changes."""

from itertools import zip_longest
from urllib.parse import urlsplit

from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts import naming, paging, preferences, roles
from accounts.access import needs
from accounts.enums import DiffView, TextView
from reviews import desk
from reviews import revisions as verbs
from reviews.enums import OriginKind, ProposalState
from reviews.models import AT_ONCE, Decision, Proposal
from reviews.reading import cards as reading
from reviews.reading import overview, quoting, restructuring
from reviews.views import assigning, drawing, onward, reviewing, together
from reviews.views.rows import proposals as rows


@require_safe
@needs(roles.VIEW)
def proposal(request, team, number):
    return page(request, get_object_or_404(rows(request), number=number), start=_start(request))


@require_safe
@needs(roles.VIEW)
def more(request, team, number):
    """The cards from a position on, with their lines of the outline: what the page loads as it is reached."""
    row = get_object_or_404(rows(request), number=number)
    sheet = _sheet(request, row)
    for card in sheet["cards"]:
        card.is_current = False  # the page has one already
    return render(request, "reviews/_more.html", drawing.shared(request) | {"proposal": row} | sheet)


@require_safe
@needs(roles.VIEW)
def revisions(request, team, change_id):
    """Every revision of a change, newest first, and every quote it has."""
    row = get_object_or_404(desk.shown(request.team), public_id=change_id)
    listed = paging.page(row.revisions.prefetch_related("targets__base__blob"), request, keys=("-number", "-pk"))
    writers = {one.made_by_id for one in listed.rows}.union(*(one.contributors for one in listed.rows))
    known = naming.names(writers, team=request.team)
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
    """Remember on the person how diffs are shown, and go back to where they were looked at."""
    row = get_object_or_404(rows(request), number=number)
    asked = {"diff_view": request.POST.get("view"), "text_view": request.POST.get("text")}
    known = {"diff_view": DiffView.values, "text_view": TextView.values}
    values = {name: value for name, value in asked.items() if value in known[name]}
    if values:
        preferences.set_own(user=request.user, values=values, at=timezone.now())
    back = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(_read_at(request, row, back) if own else row.get_absolute_url())


def _read_at(request, row, back):
    """The address with the change that was being read; the page may begin with others."""
    if urlsplit(back).path != row.get_absolute_url():
        return back
    change = row.changes.filter(public_id=request.POST.get("at", "").replace("\0", "")).first()
    return onward.keep(request, change.get_absolute_url()) if change else back


def page(request, row, *, start=0, typed=None, status=200):
    """The whole page; also the answer to a form that could not be taken, with what was typed."""
    reader = drawing.reader(request)
    known = naming.names({row.opened_by_id}, team=request.team)
    seen = overview.of(row, person=request.user)
    context = {
        "proposal": row,
        "overview": seen,
        "restructured": restructuring.read(row) if seen.moves >= restructuring.FROM else [],
        "opener": known.get(row.opened_by_id, ""),
        "original": _reverted(row),
        "reverts": reader.may(roles.REVERT) and seen.applied,
        "several": reader.may(roles.DECIDE) and seen.total - seen.decided > 1,
        "withdraws": _withdraws(row, reader),
        "onward": onward.read(request, row),
        **reviewing.context(request, row),
    }
    context |= together.context(request, row, since=None) | assigning.context(request, row)
    context |= drawing.shared(request) | _sheet(request, row, start=start, typed=typed)
    response = render(request, "reviews/proposal.html", context, status=status)
    context["cards"].clear()  # a context is a cycle: the garbage collector would have to find out that they are free
    return response


def _start(request):
    given = request.GET.get("from", "")
    return int(given) if given.isdecimal() and len(given) < 8 else 0


def _sheet(request, row, *, start=None, typed=None):
    """The next cards of the page, and the position at which it goes on."""
    start = _start(request) if start is None else start
    end = start + AT_ONCE
    changes = reading.rows(row, start=start, most=AT_ONCE + 1)
    drawn = [change for change in changes if change.position < end]
    cards = reading.read(drawn, team=request.team, reader=drawing.reader(request), typed=typed)
    return {
        "cards": drawing.dress(request, cards),
        "waiting": [card for card in cards if card.looks_again_in],
        "start": start,
        "goes_on": end if len(changes) > len(drawn) else None,
    }


def _voted_at(request, row):
    """When the reader voted on the change last; quotes that came later are new."""
    mine = Decision.objects.of(request.team).counted().filter(change=row, by=request.user)
    return mine.order_by("-at").values_list("at", flat=True).first()


def _named(revision, known):
    return ", ".join(known.get(one, one) for one in revision.contributors)


def _reverted(row):
    """The proposal that this one takes back."""
    if row.origin_kind != OriginKind.REVERT:
        return None
    return Proposal.objects.of(row.team).select_related("team").filter(public_id=row.origin_id).first()


def _withdraws(row, reader):
    """Its author may, and whoever may undo."""
    own = row.opened_by_id == reader.person.public_id
    return row.state == ProposalState.OPEN and (own or reader.may(roles.REVERT))
