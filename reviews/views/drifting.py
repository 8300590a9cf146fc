"""Live memory held against what was signed off: of the team, of an agent, of a namespace, and one unreviewed write."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts import naming, paging, roles
from accounts.access import needs
from accounts.stepping_up import ask_again, is_fresh
from agents.models import Agent, Namespace
from agents.text import diffs
from agents.text import lines as text_lines
from reviews import proposals
from reviews.drafts import BadDraft
from reviews.drift import baselines, days, drawing, finding, restoring, showing
from reviews.forms import BaselineForm
from reviews.models import Change, Provenance

DAYS = 90
_LABELS = {
    "unreviewed": gettext_lazy("Unreviewed"),
    "rule": gettext_lazy("By a rule"),
    "decided": gettext_lazy("Decided"),
    "import": gettext_lazy("First import"),
    "erasure": gettext_lazy("Erased"),
}


@require_safe
@needs(roles.VIEW)
def of_team(request, team):
    page = paging.page(Namespace.objects.of(request.team).select_related("team"), request, keys=("name", "pk"))
    held = showing.read(request.team, page.rows, at=timezone.now())
    return render(request, "reviews/drift.html", {"page": page, "held": held, "signs": _signs(request)})


@require_safe
@needs(roles.VIEW)
def of_agent(request, team, agent):
    row = get_object_or_404(Agent.objects.of(request.team), slug=agent)
    spaces = Namespace.objects.of(request.team).filter(access__agent=row).select_related("team").order_by("name", "pk")
    held = showing.read(request.team, list(spaces), at=timezone.now())
    context = {
        "agent": row,
        "held": held,
        "chart": _chart(request.team, [one.namespace.pk for one in held if one.day]),
        "parts": showing.parts(held),
        "signs": _signs(request),
    }
    return render(request, "reviews/drift_agent.html", context)


@require_safe
@needs(roles.VIEW)
def of_namespace(request, team, namespace):
    return _namespace_page(request, _namespace(request, namespace), BaselineForm())


@require_POST
@needs(roles.SIGN_BASELINE)
def sign(request, team, namespace):
    row = _namespace(request, namespace)
    if not is_fresh(request):
        return ask_again(request)
    form = BaselineForm(request.POST)
    if not form.is_valid():
        return _namespace_page(request, row, form, status=422)
    try:
        signed = baselines.sign(namespace=row, by=request.user, at=timezone.now(), **form.cleaned_data)
    except baselines.Refused as refused:
        form.add_error(None, str(refused))
        return _namespace_page(request, row, form, status=409)
    messages.success(request, _("Signed off as baseline %(number)s.") % {"number": signed.number})
    return redirect("reviews:drift_namespace", team, namespace)


@require_safe
@needs(roles.VIEW)
def write(request, team, provenance_id):
    row = _write(request, provenance_id)
    version = row.version
    good = restoring.reviewed_before(version)
    before = text_lines.split(good.text) if good else []
    drawn = diffs.rows(before, text_lines.diff(before, text_lines.split(version.text)))
    added, removed = diffs.count(drawn)
    context = {
        "row": row,
        "version": version,
        "good": good,
        "rows": drawn,
        "added": added,
        "removed": removed,
        "shown_as": request.user.diff_view,
        "who": naming.names({version.actor_id}, team=request.team).get(version.actor_id, ""),
        "change": Change.objects.of(request.team).filter(public_id=row.change).first() if row.change else None,
        "proposes": request.membership.may(roles.PROPOSE),
    }
    return render(request, "reviews/drift_write.html", context)


@require_POST
@needs(roles.PROPOSE)
def restore(request, team, provenance_id):
    row = _write(request, provenance_id)
    try:
        opened = restoring.propose(row, by=request.user.trail_actor, at=timezone.now())
    except (restoring.NothingToRestore, BadDraft, proposals.AlreadyProposed, proposals.BaseMoved) as refused:
        messages.error(request, str(refused))
        return redirect("reviews:drift_write", team, provenance_id)
    messages.success(request, _("This proposal takes the write back. It has to be approved like any other."))
    return redirect(opened)


def _namespace_page(request, row, form, status=200):
    held = showing.read(request.team, [row], at=timezone.now())[0]
    shown = request.GET.get("show", "")
    shown = shown if shown in showing.SHOWN else "unreviewed"
    rows = Provenance.objects.of(request.team).filter(namespace=row, came__in=showing.SHOWN[shown])
    page = paging.page(rows.select_related("version__memory", "proposal__team"), request, keys=("-version", "-pk"))
    counts = showing.counts(row)
    context = {
        "namespace": row,
        "held": held,
        "shares": showing.shares(request.team, held.day),
        "chart": _chart(request.team, [row.pk]) if held.day else None,
        "live": baselines.live(row),
        "form": form,
        "page": page,
        "shown": shown,
        "tabs": [(name, _LABELS[name], counts[name]) for name in showing.SHOWN],
        "signs": _signs(request),
        "signers": () if held.baseline else finding.signers(request.team),
    }
    return render(request, "reviews/drift_namespace.html", context, status=status)


def _chart(team, namespaces):
    if not namespaces:
        return None
    today = timezone.now().astimezone(ZoneInfo(team.time_zone)).date()
    return drawing.chart(days.series(team, namespaces, until=today, length=DAYS))


def _namespace(request, slug):
    return get_object_or_404(Namespace.objects.of(request.team).select_related("team"), slug=slug)


def _write(request, provenance_id):
    rows = Provenance.objects.of(request.team).unreviewed()
    rows = rows.select_related("version__memory__namespace__team", "version__blob", "proposal__team", "namespace")
    return get_object_or_404(rows, public_id=provenance_id)


def _signs(request):
    return request.membership.may(roles.SIGN_BASELINE)
