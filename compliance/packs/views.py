"""Exports: what was made, asking for one, watching it, taking it, and those that the team keeps."""

import base64

from django.contrib import messages
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import paging, roles
from accounts.access import needs
from audit.models import Event
from audit.verify.notes import PublicKey
from compliance import exports
from compliance.enums import ExportState, Format
from compliance.forms import ExportForm, SaveForm
from compliance.models import Export
from compliance.packs import definitions, files, jobs, limiting, scopes
from compliance.packs.scopes import Scope


@require_safe
@needs(roles.EXPORT_TRAIL)
def index(request, team):
    rows = Export.objects.of(request.team).select_related("asked_by", "definition")
    page = paging.page(rows, request, keys=("-asked_at", "-pk"))
    context = {"page": page, "kept_days": jobs.KEPT.days}
    return render(request, "compliance/packs/exports.html", context)


@require_safe
@needs(roles.EXPORT_TRAIL)
def new(request, team):
    form = ExportForm(team=request.team, initial=request.GET.dict())
    return render(request, "compliance/packs/new.html", _of_form(request, form))


@require_POST
@needs(roles.EXPORT_TRAIL)
@never_cache
def export(request, team):
    """A pack is asked for; anything else is sent at once."""
    form = ExportForm(request.POST, team=request.team)
    if not form.is_valid():
        return render(request, "compliance/packs/new.html", _of_form(request, form), status=422)
    given = {"team": request.team, "teams": request.teams, "scope": form.scope(), "by": request.user}
    try:
        return _made(form.cleaned_data, given)
    except limiting.TooMany as limit:
        return _refused(request, limit, form.query)


@require_safe
@needs(roles.EXPORT_TRAIL)
@vary_on_headers("HX-Request")
def show(request, team, export_id):
    """The page, or only what changes while the pack is made; the part asks for itself until it is."""
    row = _export_or_404(request, export_id)
    scope = Scope.of_json(row.scope)
    context = {
        "export": row,
        "scope": scopes.sentences(request.team, scope),
        "filtered": scope.is_filtered,
        "plan": row.plan,
        "file_name": _file_name(row) if row.state == ExportState.READY else "",
        "fingerprints": [PublicKey.parse(key).fingerprint for key in row.plan.get("keys", [])[:1]],
    }
    if row.state == ExportState.EXPIRED:
        context["taken"] = _taken(request.team, row)
    part = request.htmx and not request.htmx.boosted
    return render(request, "compliance/packs/_export.html" if part else "compliance/packs/export.html", context)


def _taken(team, row):
    """When its file was taken away, and by which erasure, if by one."""
    told = Event.objects.of_log(team.trail_log).filter(type="export.expired", target_id=row.public_id).first()
    return {"at": told.at, "erasure": told.content()["data"].get("erasure", "")} if told else {}


@require_POST
@needs(roles.EXPORT_TRAIL)
def cancel(request, team, export_id):
    row = jobs.cancel(export=_export_or_404(request, export_id), by=request.user, at=timezone.now())
    return redirect(row)


@require_safe
@needs(roles.EXPORT_TRAIL)
@never_cache
def download(request, team, export_id):
    row = _export_or_404(request, export_id)
    try:
        chunks = files.chunks(row.public_id) if row.state == ExportState.READY else None
    except FileNotFoundError:
        chunks = None
    if chunks is None:
        messages.error(request, _("The file of this pack is not on this server."))
        return redirect(row)
    if request.method == "GET":
        jobs.fetched(export=row, by=request.user, at=timezone.now())
    digest = base64.b64encode(bytes.fromhex(row.sha256)).decode()
    headers = {
        "Content-Disposition": f'attachment; filename="{_file_name(row)}"',
        "Content-Length": str(row.size),
        "Repr-Digest": f"sha-256=:{digest}:",
    }
    return StreamingHttpResponse(chunks, content_type="application/zip", headers=headers)


@require_safe
@needs(roles.EXPORT_TRAIL)
def saved(request, team):
    now = timezone.now()
    found = [(one, definitions.scope_of(one, at=now)) for one in definitions.kept(request.team)]
    known = scopes.names_in(request.team, [scope for _, scope in found])
    rows = [{"row": one, "scope": scopes.sentences(request.team, scope, known)} for one, scope in found]
    return render(request, "compliance/packs/saved.html", {"rows": rows, "most": definitions.MOST})


@require_POST
@needs(roles.EXPORT_TRAIL)
def save(request, team):
    form = SaveForm(request.POST, team=request.team)
    if form.is_valid():
        found = form.cleaned_data
        words = {name: found[name] for name in ("name", "format", "period", "disclosure", "monthly")}
        try:
            definitions.save(team=request.team, scope=form.scope(), by=request.user, at=timezone.now(), **words)
        except definitions.NameTaken:
            form.add_error("name", _("The team keeps another export under this name."))
        except definitions.TooManyKept:
            form.add_error("name", _("The team keeps as many exports as one may. Remove one first."))
    if form.errors:
        return render(request, "compliance/packs/new.html", _of_form(request, form), status=422)
    messages.success(request, _("The export is kept for everybody here who may export."))
    return redirect("compliance:export_saved", request.team.slug)


@require_POST
@needs(roles.EXPORT_TRAIL)
@never_cache
def run(request, team, definition_id):
    row = _definition_or_404(request, definition_id)
    now = timezone.now()
    given = {"team": request.team, "teams": request.teams, "scope": definitions.scope_of(row, at=now)}
    asked = {"format": row.format, "bom": False, "disclosure": row.disclosure}
    try:
        return _made(asked, given | {"by": request.user}, definition=row)
    except limiting.TooMany as limit:
        return _refused(request, limit, "")


@require_POST
@needs(roles.EXPORT_TRAIL)
def switch(request, team, definition_id):
    row = _definition_or_404(request, definition_id)
    try:
        monthly = request.POST.get("monthly") == "1"
        definitions.switch(definition=row, monthly=monthly, by=request.user, at=timezone.now())
    except definitions.NotMonthly:
        messages.error(request, _("Only an evidence pack of the calendar month before is made by itself."))
    return redirect("compliance:export_saved", request.team.slug)


@require_POST
@needs(roles.EXPORT_TRAIL)
def remove(request, team, definition_id):
    definitions.remove(definition=_definition_or_404(request, definition_id), by=request.user, at=timezone.now())
    messages.success(request, _("The export is kept no more. Packs that were made of it stay."))
    return redirect("compliance:export_saved", request.team.slug)


def _made(asked, given, definition=None):
    now = timezone.now()
    if asked["format"] == Format.PACK:
        return redirect(jobs.ask(disclosure=asked["disclosure"], definition=definition, at=now, **given))
    stream = exports.start(format=asked["format"], bom=asked["bom"], at=now, **given)
    headers = {"Content-Disposition": f'attachment; filename="{stream.file_name}"'}
    return StreamingHttpResponse(stream.lines, content_type=stream.content_type, headers=headers)


def _refused(request, limit, query):
    context = {"again_at": limit.again_at, "limit": limiting.LIMIT, "query": query}
    return render(request, "compliance/export_refused.html", context, status=429)


def _of_form(request, form):
    return {"form": form, "limit": limiting.LIMIT, "kept_days": jobs.KEPT.days}


def _file_name(row):
    return f"lucid-{row.team.slug}-{row.plan['first']}-{row.plan['last']}-{row.public_id[-8:]}.zip"


def _export_or_404(request, export_id):
    rows = Export.objects.of(request.team).select_related("team", "asked_by", "definition")
    return get_object_or_404(rows, public_id=export_id)


def _definition_or_404(request, definition_id):
    return get_object_or_404(definitions.kept(request.team), public_id=definition_id)
