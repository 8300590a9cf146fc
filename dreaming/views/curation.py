"""The curation policy of an agent: as a form, as a document, and the schema of all of them."""

import json

from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import roles
from accounts.access import needs
from agents.models import Agent
from dreaming import comparing, presets
from dreaming import settings as dream_settings
from dreaming.engines.local import curation
from dreaming.engines.local.curation import Curation
from dreaming.forms import CurationDocumentForm, CurationForm
from dreaming.views.settings import save, say


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_AGENTS)
def edit(request, team, agent):
    row, settings = _settings_of(request, agent)
    now, wrong = Curation.examine(settings.curation)
    preset = presets.find(request.GET.get("preset", ""))
    form = CurationForm(request.POST or None, policy=preset.policy if preset else now)
    if request.method == "POST" and form.is_valid() and _saved(request, row, form, settings):
        return redirect("dreaming:curation", team, agent)
    context = {
        "agent": row,
        "settings": settings,
        "form": form,
        "wrong": wrong,
        "presets": presets.PRESETS,
        "preset": preset,
        "differences": comparing.policies(now, preset.policy) if preset else (),
        "is_default": not wrong and now == Curation(),
    }
    return render(request, "dreaming/curation.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_AGENTS)
def document(request, team, agent):
    row, settings = _settings_of(request, agent)
    now, wrong = Curation.examine(settings.curation)
    shown = settings.curation if wrong else now.document()
    form = CurationDocumentForm(
        request.POST or None,
        request.FILES or None,
        initial={"document": json.dumps(shown, indent=2, ensure_ascii=False)},
    )
    if request.method == "POST" and form.is_valid() and _saved(request, row, form, settings):
        return redirect("dreaming:curation_document", team, agent)
    context = {"agent": row, "settings": settings, "form": form, "wrong": wrong}
    return render(request, "dreaming/curation_document.html", context, status=422 if form.errors else 200)


@require_safe
@login_not_required
def schema(request):
    return JsonResponse(curation.schema(), content_type="application/schema+json", json_dumps_params={"indent": 2})


def _settings_of(request, agent):
    row = get_object_or_404(Agent.objects.of(request.team).select_related("team"), slug=agent)
    return row, dream_settings.of(row)


def _saved(request, agent, form, settings):
    saved = save(request, agent, form, {"curation": form.policy.document()})
    if saved is None:
        return False
    say(request, saved, was=settings.version)
    return True
