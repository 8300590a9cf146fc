"""Pages of erasures and legal holds."""

from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import confirming, paging, roles
from accounts.access import needs
from accounts.models import Confirmation
from agents.models import Memory, Session
from compliance import holding
from compliance.enums import Basis, ErasureKind, ErasureState, HoldScope
from compliance.erasure import asking
from compliance.erasure.forms import ErasureForm, HoldForm
from compliance.models import Erasure, LegalHold
from reviews.models import Change


@require_safe
@needs(roles.READ_TRAIL)
@never_cache
def erasures(request, team):
    page = paging.page(Erasure.objects.of(request.team).select_related("asked_by"), request, keys=("-at", "-pk"))
    for row in page.rows:
        row.team = request.team
    context = {"page": page, "may_erase": request.membership.may(roles.ERASE)}
    return render(request, "compliance/erasures.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(roles.ERASE)
@never_cache
def prepare(request, team):
    form = ErasureForm(request.POST or None, initial=request.GET.dict())
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return redirect(_prepare(request, form.cleaned_data))
            except asking.CannotErase as reason:
                form.add_error(None, str(reason))
    return render(request, "compliance/erasure_new.html", {"form": form}, status=status)


def _prepare(request, given):
    return asking.prepare(
        team=request.team,
        kind=ErasureKind(given["kind"]),
        subject=given["subject"],
        words=given["words"],
        basis=Basis(given["basis"]),
        by=request.user,
        at=timezone.now(),
    )


@require_safe
@needs(roles.READ_TRAIL)
@never_cache
def erasure(request, team, erasure_id):
    row = _erasure(request, erasure_id)
    return render(request, "compliance/erasure.html", _context(request, row))


@require_POST
@needs(roles.ERASE)
@never_cache
def ask(request, team, erasure_id):
    row = _erasure(request, erasure_id)
    try:
        held = asking.ask(erasure=row, by=request.user, at=timezone.now())
    except (asking.CannotErase, confirming.Denied, confirming.NoLongerHolds) as reason:
        context = _context(request, row) | {"problem": str(reason)}
        return render(request, "compliance/erasure.html", context, status=409)
    return HttpResponseRedirect(held.get_absolute_url() if held.is_waiting else row.get_absolute_url())


def _erasure(request, erasure_id):
    rows = Erasure.objects.of(request.team).select_related("asked_by", "agreed_by")
    row = get_object_or_404(rows, public_id=erasure_id)
    row.team = request.team
    return row


def _context(request, row):
    found, team = row.found, request.team
    shows_words = row.state in (ErasureState.PREPARED, ErasureState.WAITING) and request.membership.may(roles.ERASE)
    held = Confirmation.objects.of(team).filter(public_id=row.confirmation_id).first() if row.confirmation_id else None
    return {
        "erasure": row,
        "words": row.needles if shows_words else [],
        "tables": sorted(found.get("tables", {}).items()),
        "elsewhere": sorted(found.get("elsewhere", {}).items()),
        "counts": sorted(row.counts.items()),
        "memories": Memory.objects.of(team).filter(public_id__in=found.get("memories", ())).order_by("path"),
        "sessions": Session.objects.of(team).filter(public_id__in=found.get("sessions", ())).newest_first(),
        "changes": Change.objects.of(team)
        .filter(public_id__in=found.get("changes", ()))
        .select_related("proposal__team")
        .order_by("-pk"),
        "holds": holding.on_erasure(row),
        "held": held,
        "may_erase": request.membership.may(roles.ERASE),
        "is_over": row.state in (ErasureState.DONE, ErasureState.DROPPED),
    }


@require_safe
@needs(roles.READ_TRAIL)
@never_cache
def holds(request, team):
    return _holds_page(request, HoldForm())


@require_POST
@needs(roles.HOLD)
@never_cache
def hold(request, team):
    form = HoldForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            holding.set_(
                team=request.team,
                scope=HoldScope(given["scope"]),
                target=given["target"],
                reason=given["reason"],
                by=request.user,
                at=timezone.now(),
            )
        except holding.CannotHold as reason:
            form.add_error("target", str(reason))
        else:
            return redirect("compliance:holds", request.team.slug)
    return _holds_page(request, form, status=422)


def _holds_page(request, form, *, problem="", status=200):
    rows = LegalHold.objects.of(request.team).standing().select_related("by")
    context = {
        "form": form,
        "problem": problem,
        "page": paging.page(rows, request, keys=("-at", "-pk")),
        "may_hold": request.membership.may(roles.HOLD),
    }
    return render(request, "compliance/holds.html", context, status=status)


@require_POST
@needs(roles.HOLD)
@never_cache
def lift(request, team, hold_id):
    row = get_object_or_404(LegalHold.objects.of(request.team), public_id=hold_id)
    row.team = request.team
    try:
        held = holding.ask_to_lift(hold=row, by=request.user, at=timezone.now())
    except (confirming.Denied, confirming.NoLongerHolds) as reason:
        return _holds_page(request, HoldForm(), problem=str(reason), status=409)
    return redirect(held.get_absolute_url() if held.is_waiting else reverse("compliance:holds", args=[team]))
