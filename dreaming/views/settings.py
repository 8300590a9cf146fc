"""How an agent dreams, and when it does next."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import roles
from accounts.access import needs
from agents.models import Agent
from dreaming import manifests, schedules
from dreaming import settings as dream_settings
from dreaming.forms import SettingsForm
from dreaming.models import DreamSettings

VERSIONS_SHOWN = 10


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_AGENTS)
def edit(request, team, agent):
    row = get_object_or_404(Agent.objects.of(request.team).select_related("team"), slug=agent)
    settings = dream_settings.of(row)
    others = list(manifests.companions(row).order_by("name", "pk"))
    form = SettingsForm(
        request.POST or None, settings=settings, namespaces=manifests.namespaces_of(row, ()), agents=others
    )
    if request.method == "POST" and form.is_valid():
        try:
            saved = dream_settings.set_(agent=row, values=form.values(), by=request.user, at=timezone.now())
            messages.success(request, _("Saved as version %(version)s.") % {"version": saved.version})
            return redirect("dreaming:settings", team, agent)
        except dream_settings.BadSettings as bad:
            form.add_error(bad.field if bad.field in form.fields else None, bad.message)
    versions = DreamSettings.history.filter(agent_id=row.pk).select_related("history_user")
    context = {
        "agent": row,
        "form": form,
        "settings": settings,
        "when": schedules.sentence(settings),
        "times": schedules.next_five(settings, timezone.now()),
        "versions": versions.order_by("-version", "-history_id")[:VERSIONS_SHOWN],
    }
    return render(request, "dreaming/settings.html", context, status=422 if form.errors else 200)
