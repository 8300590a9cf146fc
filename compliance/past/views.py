"""What an agent knew, or a namespace held, at a moment: to read, to compare, and to take away."""

from urllib.parse import urlencode

from django.http import FileResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import paging, roles
from accounts.access import needs
from compliance.packs import limiting
from compliance.past import archives, comparing, moments, state, telling
from compliance.past.forms import PastForm

ON_A_PAGE = 20  # of whole texts
LINES = 50


@require_safe
@needs(roles.READ_TRAIL)
def show(request, team):
    asked = {"at", "about"} & set(request.GET)
    now = timezone.now()
    form = PastForm(request.GET if asked else None, team=request.team, initial={"at": moments.text(now)[:16] + "Z"})
    context = {"form": form, "zone": request.team.time_zone, "exports": request.membership.may(roles.EXPORT_TRAIL)}
    if not form.is_valid():
        return render(request, "compliance/past/past.html", context)
    if form.cleaned_data["other"]:
        return render(request, "compliance/past/compare.html", context | _difference(request, form))
    return render(request, "compliance/past/past.html", context | _state(request, form))


@require_POST
@needs(roles.EXPORT_TRAIL)
@never_cache
def download(request, team):
    form = PastForm(request.POST, team=request.team)
    if not form.is_valid():
        context = {"form": form, "zone": request.team.time_zone, "exports": True}
        return render(request, "compliance/past/past.html", context, status=422)
    try:
        made = archives.make(form.question(), teams=request.teams, by=request.user, at=timezone.now())
    except limiting.TooMany as limit:
        context = {"again_at": limit.again_at, "limit": limiting.LIMIT, "query": ""}
        return render(request, "compliance/export_refused.html", context, status=429)
    return FileResponse(made.file, as_attachment=True, filename=made.name, content_type="application/zip")


def _state(request, form):
    question = form.question()
    versions = question.versions()
    page = paging.page(versions, request, keys=state.ORDER, size=ON_A_PAGE)
    read = question.last_read()
    return {
        "question": question,
        "page": page,
        "rows": telling.tell(request.team, page.rows),
        "read": read,
        "read_same": read and state.is_given(versions.values_list("public_id", flat=True), read),
        "asked": form.asked(),
        "now_url": f"?{urlencode(form.asked(other=timezone.now()))}",
    }


def _difference(request, form):
    first, second = sorted((form.question("at"), form.question("other")), key=lambda one: one.at)
    lines, same = comparing.between(first, second)
    start = int(after) if (after := request.GET.get("after", "")).isdecimal() and len(after) < 10 else 0
    query = urlencode(form.asked())
    rest = len(lines) > start + LINES
    return {
        "first": first,
        "second": second,
        "lines": lines[start : start + LINES],
        "count": len(lines),
        "same": same,
        "asked": form.asked(),
        "next_url": f"?{query}&after={start + LINES}" if rest else "",
        "first_url": f"?{query}" if start else "",
    }
