"""The officers' floor: the trail of a team, one event, its export, and its check."""

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import paging, roles
from accounts.access import needs
from accounts.enums import Role
from audit.checking import NoLog
from audit.models import Event
from compliance import controls, exports, proofs, sentences, verifying
from compliance.forms import ExportForm, TrailForm

REVEALS = {Role.AUDITOR, Role.SECURITY}  # who sees the private values that events only commit to


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
        "exports": request.membership.may(roles.EXPORT_TRAIL),
        "export_limit": exports.LIMIT,
    }
    return render(request, "compliance/trail.html", context)


@require_safe
@needs(roles.READ_TRAIL)
@never_cache
def event(request, team, event_id):
    log = Event.objects.of_log(request.team.trail_log)
    row = get_object_or_404(log, public_id=event_id)
    around = {other.seq: other for other in log.filter(seq__in=(row.seq - 1, row.seq + 1))}
    told = sentences.tell(request.team, [row])[0]
    reveals = bool(REVEALS & set(request.membership.roles))
    context = {
        "event": row,
        "row": told,
        "newer": around.get(row.seq + 1),
        "older": around.get(row.seq - 1),
        "proof": proofs.of_event(row, before=around.get(row.seq - 1)),
        "secrets": proofs.secrets(row, promised=told.private, reveals=reveals),
        "reveals": reveals,
        "controls": controls.supported_by(row.type),
    }
    return render(request, "compliance/event.html", context)


@require_POST
@needs(roles.EXPORT_TRAIL)
@never_cache
def export(request, team):
    form = ExportForm(request.POST, team=request.team)
    if not form.is_valid():
        return render(request, "compliance/export_refused.html", {"form": form}, status=422)
    try:
        made = exports.start(
            team=request.team,
            teams=request.teams,
            format=form.cleaned_data["format"],
            bom=form.cleaned_data["bom"],
            narrowed=form.narrowed(),
            by=request.user,
            at=timezone.now(),
        )
    except exports.TooMany as limit:
        context = {"again_at": limit.again_at, "limit": exports.LIMIT, "form": form}
        return render(request, "compliance/export_refused.html", context, status=429)
    headers = {"Content-Disposition": f'attachment; filename="{made.file_name}"'}
    return StreamingHttpResponse(made.lines, content_type=made.content_type, headers=headers)


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
    part = request.htmx and not request.htmx.boosted
    return render(request, "compliance/_verification.html" if part else "compliance/verification.html", context)
