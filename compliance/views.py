"""The officers' floor: the trail of a team, one event, its export, and its check."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import paging, roles
from accounts.access import needs
from audit import pruning
from audit.checking import NoLog
from audit.checkpoints.anchors import NotRead
from audit.models import Event
from compliance import controls, proofs, sentences, verifying
from compliance.forms import TrailForm
from compliance.packs import limiting
from compliance.past import linking as past
from compliance.sealing import standing


@require_safe
@needs(roles.READ_TRAIL)
def trail(request, team):
    form = TrailForm(request.GET, team=request.team)
    page = paging.page(form.events(), request, keys=("-seq",))
    context = {
        "form": form,
        "page": page,
        "rows": sentences.tell(request.team, page.rows),
        "filtered": bool(form.given),
        "log": request.team.trail_log,
        "pruned": pruning.newest(request.team.trail_log),
        "standing": standing.of(request.team.trail_log, now=timezone.now()),
        "exports": request.membership.may(roles.EXPORT_TRAIL),
        "export_limit": limiting.LIMIT,
    }
    return render(request, "compliance/trail.html", context)


@require_safe
@needs(roles.READ_TRAIL)
@never_cache
def event(request, team, event_id):
    row = get_object_or_404(Event.objects.of_log(request.team.trail_log), public_id=event_id)
    return _page(request, row, reveals=False)


@require_POST
@needs(roles.READ_PRIVATE)
@never_cache
def values(request, team, event_id):
    """The page of an event with its private values: that somebody looked is an event itself."""
    row = get_object_or_404(Event.objects.of_log(request.team.trail_log), public_id=event_id)
    proofs.show(row, by=request.user, at=timezone.now())
    return _page(request, row, reveals=True)


def _page(request, row, *, reveals):
    log = Event.objects.of_log(request.team.trail_log)
    around = {other.seq: other for other in log.filter(seq__in=(row.seq - 1, row.seq + 1))}
    before = around.get(row.seq - 1)
    told = sentences.tell(request.team, [row])[0]
    context = {
        "event": row,
        "row": told,
        "newer": around.get(row.seq + 1),
        "older": before,
        "proof": proofs.of_event(row, before=before.leaf if before else pruning.leaf_of(row.log, row.seq - 1)),
        "secrets": proofs.secrets(row, promised=told.private, reveals=reveals),
        "reveals": reveals,
        "may_reveal": request.membership.may(roles.READ_PRIVATE),
        "erases": request.membership.may(roles.ERASE),
        "controls": controls.supported_by(row.type),
        "past_url": past.url_about(row.target_id, team=request.team, at=row.at),
    }
    return render(request, "compliance/event.html", context)


@require_POST
@needs(roles.READ_TRAIL)
@never_cache
@vary_on_headers("HX-Request")
def verify(request, team):
    context = {"log": request.team.trail_log}
    try:
        report = verifying.verify(team=request.team, by=request.user, at=timezone.now())
        context |= {"report": report, "checked": dict(report.checked), "faults": verifying.placed(report)}
    except verifying.TooLong:
        context["too_long"] = True
    except NoLog:
        context["no_log"] = True
    except NotRead as problem:
        context["not_read"] = str(problem)
    part = request.htmx and not request.htmx.boosted
    return render(request, "compliance/_verification.html" if part else "compliance/verification.html", context)
