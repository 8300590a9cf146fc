"""How an agent dreams, when it does next, and what was changed about it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import roles
from accounts.access import needs
from accounts.confirming import standing
from agents.forms import CompareForm
from agents.models import Agent
from dreaming import comparing, holding, manifests, offering, schedules
from dreaming import settings as dream_settings
from dreaming.costs import prices
from dreaming.forms import SeenForm, SettingsForm
from dreaming.models import DreamSettings
from reviews.policy import placing

VERSIONS_SHOWN = 10
VERSIONS_COMPARED = 200


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_AGENTS)
def edit(request, team, agent):
    row = get_object_or_404(Agent.objects.of(request.team).select_related("team"), slug=agent)
    settings = dream_settings.of(row)
    others = list(manifests.companions(row).order_by("name", "pk"))
    connections = offering.connections_of(row)
    form = SettingsForm(
        request.POST or None,
        settings=settings,
        namespaces=manifests.namespaces_of(row, ()),
        agents=others,
        offers=offering.engines(row, connections),
        connections=connections,
    )
    if request.method == "POST" and form.is_valid():
        saved = save(request, row, form, form.values())
        if saved:
            say(request, saved, was=settings.version)
            return redirect("dreaming:settings", team, agent)
    held = holding.waiting(row)
    versions = DreamSettings.history.filter(agent_id=row.pk).select_related("history_user")
    context = {
        "agent": row,
        "form": form,
        "settings": settings,
        "models": offering.models(connections) or prices.models(request.team),
        "standing": standing.of(held, request.membership) if held else None,
        "when": schedules.sentence(settings),
        "times": schedules.next_five(settings, timezone.now()),
        "place": placing.of_agent(row, at=timezone.now()),
        "sets_mode": request.membership.may(roles.MANAGE_POLICY),
        "versions": versions.order_by("-version", "-history_id")[:VERSIONS_SHOWN],
    }
    return render(request, "dreaming/settings.html", context, status=422 if form.errors else 200)


def save(request, agent, form, values):
    """What was saved and what is held; None where nothing was, with the reason on the form."""
    seen = SeenForm(request.POST)
    number = seen.cleaned_data["seen"] if seen.is_valid() else None
    try:
        return holding.save(agent=agent, values=values, by=request.user, at=timezone.now(), seen=number)
    except dream_settings.BadSettings as bad:
        form.add_error(*((bad.field, bad.message) if bad.field in form.fields else (None, str(bad))))
    except dream_settings.Overtaken as overtaken:
        message = _("Version %(version)s was saved while this page was open. Compare it, or save again to replace it.")
        form.add_error(None, message % {"version": overtaken.settings.version})
    return None


def say(request, saved, *, was):
    """What was saved at once, and what was not: each in a sentence of its own."""
    held = saved.held
    if saved.settings.version != was:
        messages.success(request, _("Saved as version %(version)s.") % {"version": saved.settings.version})
    elif held is None:
        messages.info(request, _("Nothing differs from what was set, so nothing was saved."))
    if held is None:
        return
    labels = {"labels": get_text_list([one["label"] for one in held.diff], _("and"))}
    if held.is_waiting:
        messages.warning(request, _("Not saved yet, because a second person has to agree: %(labels)s.") % labels)
    else:
        messages.info(request, _("Saved without a second person, which is recorded: %(labels)s.") % labels)


@require_safe
@needs(roles.MANAGE_AGENTS)
def compare(request, team, agent):
    row = get_object_or_404(Agent.objects.of(request.team).select_related("team"), slug=agent)
    kept = DreamSettings.history.filter(agent_id=row.pk).order_by("-version", "-history_id")[:VERSIONS_COMPARED]
    versions = {one.version: one for one in kept}
    form = CompareForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    new_number = chosen.get("new") or max(versions, default=0)
    old_number = chosen.get("old") or max(new_number - 1, 1)
    old, new = versions.get(old_number), versions.get(new_number)
    context = {
        "agent": row,
        "settings": dream_settings.of(row),
        "numbers": list(versions),
        "old": old,
        "new": new,
        "old_number": old_number,
        "new_number": new_number,
        "differences": comparing.between(request.team, old.instance, new.instance) if old and new else (),
    }
    return render(request, "dreaming/settings_compare.html", context)
