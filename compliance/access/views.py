"""Access reviews and the separation of duties: to read, to take away, and to say that one has looked."""

import hashlib

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import naming, roles
from accounts.access import needs
from compliance import sentences
from compliance.access import duties as separation
from compliance.access import reviewing, sheets, state
from compliance.access.forms import AccessForm, DaysForm, ReviewedForm
from compliance.packs import limiting
from compliance.past import moments

FORMER = 10
LINES = 50


@require_safe
@needs(roles.READ_TRAIL)
def show(request, team):
    form = AccessForm(request.GET, team=request.team)
    return render(request, "compliance/access/access.html", _of_access(request, form, ReviewedForm(team=request.team)))


@require_POST
@needs(roles.READ_TRAIL)
def reviewed(request, team):
    form = ReviewedForm(request.POST, team=request.team)
    if not form.is_valid():
        return render(request, "compliance/access/access.html", _of_access(request, form, form), status=422)
    notes = form.cleaned_data["notes"]
    reviewing.record(team=request.team, moment=form.moment(), notes=notes, by=request.user, at=timezone.now())
    messages.success(request, _("The review is in the trail, with a hash of what you looked at."))
    return redirect("compliance:access", request.team.slug)


@require_POST
@needs(roles.EXPORT_TRAIL)
@never_cache
def sheet(request, team):
    form = AccessForm(request.POST, team=request.team)
    if not form.is_valid():
        reviewed_form = ReviewedForm(team=request.team)
        return render(request, "compliance/access/access.html", _of_access(request, form, reviewed_form), status=422)
    found = state.of(request.team, form.moment())
    asked = {"what": "access", "rows": len(found.people) + len(found.tokens), "moment": moments.text(found.at)}
    return _handed_out(request, sheets.access(found), asked)


@require_safe
@needs(roles.READ_TRAIL)
def duties(request, team):
    return render(request, "compliance/access/duties.html", _of_duties(request, DaysForm(request.GET)))


@require_POST
@needs(roles.EXPORT_TRAIL)
@never_cache
def duties_sheet(request, team):
    form = DaysForm(request.POST)
    if not form.is_valid():
        return render(request, "compliance/access/duties.html", _of_duties(request, form), status=422)
    since, until = form.span()
    found = separation.of(request.team, since=since, until=until)
    asked = {"what": "duties", "rows": len(found.exceptions), "since": since.isoformat(), "until": until.isoformat()}
    return _handed_out(request, sheets.duties(found, _called(request.team, found.exceptions)), asked)


def _of_access(request, form, reviewed_form):
    context = {"form": form, "reviewed_form": reviewed_form, "zone": request.team.time_zone}
    context |= {"exports": request.membership.may(roles.EXPORT_TRAIL)}
    former = list(reviewing.done(request.team)[:FORMER])
    context["former"] = sentences.tell(request.team, former)
    if form.is_valid():
        found = state.of(request.team, form.moment())
        context |= {"access": found, "moment": moments.text(found.at)}
    return context


def _of_duties(request, form):
    context = {"form": form, "exports": request.membership.may(roles.EXPORT_TRAIL)}
    if not form.is_valid():
        return context
    since, until = form.span()
    found = separation.of(request.team, since=since, until=until)
    start = int(after) if (after := request.GET.get("after", "")).isdecimal() and len(after) < 10 else 0
    lines = found.exceptions[start : start + LINES]
    called = _called(request.team, lines)
    given = [(name, form.data[name]) for name in form.fields if form.data.get(name)]
    query = "".join(f"&{name}={value}" for name, value in given)
    return context | {
        "duties": found,
        "since": since,
        "until": until,
        "given": given,
        "lines": [(one, _names(one.authors, called), _names(one.approvers, called)) for one in lines],
        "next_url": f"?after={start + LINES}{query}" if start + LINES < len(found.exceptions) else "",
        "first_url": f"?{query[1:]}" if start else "",
    }


def _called(team, lines):
    return naming.names({id for line in lines for id in (*line.authors, *line.approvers)}, team=team)


def _names(ids, called):
    return [(id, called.get(id, id)) for id in ids]


def _handed_out(request, content, asked):
    now = timezone.now()
    data = asked | {"format": "csv", "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    try:
        limiting.record_export(request.team, request.teams, data, by=request.user, at=now)
    except limiting.TooMany as limit:
        context = {"again_at": limit.again_at, "limit": limiting.LIMIT, "query": ""}
        return render(request, "compliance/export_refused.html", context, status=429)
    name = f"{request.team.slug}-{asked['what']}-{now:%Y%m%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
