"""The policy of a team: in words, as a form, as a document, version by version, and tried on past decisions."""

import json

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import roles
from accounts.access import demand, needs
from accounts.confirming import standing
from accounts.models import Membership, User
from agents.models import Agent, Namespace
from reviews.enums import ActorType
from reviews.models import Policy
from reviews.policy import backtest, changing, checking, comparing, documents, placing, schema, telling, versions
from reviews.policy.forms import ModeForm, PolicyDocumentForm, PolicyForm, VersionsForm
from reviews.reading import findings

VERSIONS_SHOWN = 10
VERSIONS_COMPARED = 200
LISTED = 50


@require_safe
@needs(roles.VIEW)
def show(request, team):
    now = documents.document_of(request.team)
    context = {
        "sections": telling.sections(now, telling.names_of(request.team, now)),
        "versions": _versions(request.team, VERSIONS_SHOWN),
        "standings": _standings(request),
        "rules": findings.listed(request.team),
    }
    return render(request, "reviews/policy.html", _with_header(request, "words", context))


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_POLICY)
def edit(request, team):
    members = {row.user.email.lower(): row.user.public_id for row in _members(request.team)}
    agents = dict(Agent.objects.of(request.team).values_list("slug", "public_id"))
    namespaces = dict(Namespace.objects.of(request.team).values_list("slug", "public_id"))
    now = documents.document_of(request.team)
    form = PolicyForm(request.POST or None, document=now, members=members, agents=agents, namespaces=namespaces)
    return _changed(request, form, "form", "reviews/policy_form.html")


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_POLICY)
def document(request, team):
    shown = json.dumps(documents.document_of(request.team), indent=2, ensure_ascii=False)
    form = PolicyDocumentForm(request.POST or None, request.FILES or None, initial={"document": shown})
    return _changed(request, form, "document", "reviews/policy_document.html")


@require_safe
@needs(roles.VIEW)
def held(request, team, held_id):
    """A version that waits for a second person, tried on past decisions as they are now."""
    waiting = [row for row in changing.waiting(request.team) if row.public_id == held_id]
    if not waiting:
        raise Http404
    now, wished = documents.document_of(request.team), documents.whole(waiting[0].payload["document"])
    context = _tried_on(request.team, now, wished) | {"row": waiting[0]}
    return render(request, "reviews/policy_held.html", _with_header(request, "held", context))


@require_safe
@needs(roles.VIEW)
def compare(request, team):
    kept = {row.version: row for row in _versions(request.team, VERSIONS_COMPARED)}
    form = VersionsForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    new_number = chosen.get("new") or max(kept, default=0)
    old_number = max(new_number - 1, 0) if chosen.get("old") is None else chosen["old"]
    old, new = kept.get(old_number), kept.get(new_number)
    context = {
        "numbers": [*kept, 0],
        "old_number": old_number,
        "new_number": new_number,
        "new": new,
        "differences": _differences(request.team, old, new) if new and (old or old_number == 0) else None,
    }
    return render(request, "reviews/policy_compare.html", _with_header(request, "compare", context))


@require_safe
@needs(roles.VIEW)
def download(request, team):
    """The document that holds, or that of a version."""
    asked = VersionsForm(request.GET)
    number = asked.cleaned_data["new"] if asked.is_valid() else None
    if number:
        found = documents.whole(get_object_or_404(Policy.objects.of(request.team), version=number).document)
    else:
        found = documents.document_of(request.team)
    name = f"{request.team.slug}-policy{f'-{number}' if number else ''}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return JsonResponse(found, headers=headers, json_dumps_params={"indent": 2, "ensure_ascii": False})


@require_safe
@login_not_required
def published(request):
    """The schema of all policies, for editors and pipelines."""
    found = schema.of_documents()
    return JsonResponse(found, content_type="application/schema+json", json_dumps_params={"indent": 2})


@require_http_methods(["GET", "POST"])
@needs(roles.VIEW)
def namespace(request, team, namespace):
    """How changes of one namespace get in, and the mode that is asked of it."""
    row = get_object_or_404(Namespace.objects.of(request.team).select_related("team"), slug=namespace)
    if request.method == "POST":
        return _mode_set(request, "namespaces", row, "reviews:policy_namespace")
    context = {
        "namespace": row,
        "place": placing.of_namespace(row, at=timezone.now()),
        "manages": _manages(request),
        "standings": _standings(request),
    }
    return render(request, "reviews/policy_namespace.html", context)


@require_POST
@needs(roles.MANAGE_POLICY)
def agent(request, team, agent):
    """The mode that is asked of what one agent learns."""
    row = get_object_or_404(Agent.objects.of(request.team), slug=agent)
    return _mode_set(request, "agents", row, "dreaming:settings")


def _mode_set(request, kind, row, page):
    demand(request, roles.MANAGE_POLICY)
    form, kept = ModeForm(request.POST), documents.current(request.team)
    if not form.is_valid():
        messages.error(request, form.errors["mode"][0])
        return redirect(page, request.team.slug, row.slug)
    now = documents.whole(kept.document if kept else {})
    named = {name: mode for name, mode in now[kind].items() if name != row.public_id}
    if form.cleaned_data["mode"]:
        named[row.public_id] = form.cleaned_data["mode"]
    wished, seen = now | {kind: named}, kept.version if kept else 0
    try:
        saved = changing.save(team=request.team, document=wished, by=request.user, at=timezone.now(), after=seen)
    except checking.Invalid as invalid:
        messages.error(request, " ".join(fault.message for fault in invalid.faults))
    except versions.Overtaken as overtaken:
        messages.error(request, str(overtaken))
    else:
        _say(request, saved)
    return redirect(page, request.team.slug, row.slug)


def _changed(request, form, tab, template):
    """A form drawn, tried on past decisions, or saved: what was typed is kept until it is."""
    kept = documents.current(request.team)
    context = {"form": form, "seen": kept.version if kept else 0}
    if request.method == "POST" and form.is_valid():
        given = form.given if tab == "document" else form.document
        if "try" in request.POST:
            context |= _tried(request, form, given)
        elif _saved(request, form, given):
            return redirect("reviews:policy", request.team.slug)
    status = 422 if form.errors else 200
    return render(request, template, _with_header(request, tab, context), status=status)


def _saved(request, form, given):
    try:
        number = int(request.POST.get("seen", ""))
    except ValueError:
        number = None
    try:
        saved = changing.save(team=request.team, document=given, by=request.user, at=timezone.now(), after=number)
    except checking.Invalid as invalid:
        form.blame(invalid.faults)
    except versions.Overtaken as overtaken:
        message = _("Version %(version)s was saved while this page was open. Compare it, or save again to replace it.")
        form.add_error(None, message % {"version": overtaken.version})
    else:
        _say(request, saved)
        return True
    return False


def _tried(request, form, given):
    now = documents.document_of(request.team)
    try:
        wished = changing.checked(request.team, given)
    except checking.Invalid as invalid:
        form.blame(invalid.faults)
        return {}
    return _tried_on(request.team, now, wished) | {"unearned": changing.unearned(request.team, wished)}


def _tried_on(team, now, wished):
    before, after = backtest.compared(team=team, documents=(now, wished))
    return {
        "before": before,
        "after": after,
        "listed": after.automatic[:LISTED],
        "more": max(0, len(after.automatic) - LISTED),
        "short": after.short[:LISTED],
        "tiers": [(tier.label, n, after.tiers[tier]) for tier, n in before.tiers.items()],
        "differences": comparing.between(team, now, wished),
    }


def _say(request, saved):
    if saved.policy is not None:
        messages.success(request, _("Saved as version %(version)s.") % {"version": saved.policy.version})
    elif saved.held is None:
        messages.info(request, _("Nothing differs from what was set, so nothing was saved."))
    elif saved.held.is_waiting:
        messages.warning(request, _("Not saved yet, because a second person has to agree."))
    else:
        messages.info(request, _("Saved without a second person, which is recorded."))


def _differences(team, old, new):
    before = documents.whole(old.document) if old else documents.whole({})
    return comparing.between(team, before, documents.whole(new.document))


def _versions(team, most):
    """The newest, each with the name of who set it."""
    rows = list(Policy.objects.of(team).order_by("-version")[:most])
    people = User.objects.filter(public_id__in={row.set_by_id for row in rows})
    names = {person.public_id: str(person) for person in people}
    for row in rows:
        row.by = names.get(row.set_by_id, "" if row.set_by_type == ActorType.PERSON else row.get_set_by_type_display())
    return rows


def _standings(request):
    return [standing.of(row, request.membership) for row in changing.waiting(request.team)]


def _members(team):
    return Membership.objects.of(team).active().with_people()


def _manages(request):
    return request.membership.may(roles.MANAGE_POLICY)


def _with_header(request, tab, context):
    return context | {"tab": tab, "held": documents.current(request.team), "manages": _manages(request)}
