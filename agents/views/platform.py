"""Which agent of the Claude platform an agent is, and how the pulling of its sessions goes."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import paging, roles
from accounts.access import needs
from agents import tasks
from agents.enums import Provider
from agents.forms import PlatformForm
from agents.models import Agent, Connection, PulledSession
from agents.pulling import fetching, mapping
from agents.views import listing


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_AGENTS)
def show(request, team, agent):
    row = get_object_or_404(Agent.objects.of(request.team).select_related("team"), slug=agent)
    link = mapping.link_of(row)
    connections = (
        Connection.objects.of(request.team).active().filter(provider=Provider.ANTHROPIC).order_by("name", "pk")
    )
    asked = next((one for one in connections if one.public_id == request.GET.get("list")), None)
    listed, problem = (
        listing.of(asked, fetching.agents, residency=row.residency) if asked and request.method == "GET" else ((), "")
    )
    known = {"connection": link.connection.public_id, "platform_agent": link.platform_agent} if link else {}
    initial = known | ({"connection": asked.public_id} if asked else {})
    form = PlatformForm(request.POST or None, connections=connections, listed=listed, initial=initial)
    if request.method == "POST" and form.is_valid():
        mapping.map_agent(agent=row, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Saved. Its finished sessions are pulled from now on."))
        return redirect("agents:platform", team, agent)
    pulled = PulledSession.objects.of(request.team).filter(agent=row, connection=link.connection if link else None)
    context = {
        "agent": row,
        "link": link,
        "form": form,
        "connections": connections,
        "asked": asked,
        "listed": listed,
        "problem": problem,
        "pulled": paging.count_label(pulled),
        "unreadable": pulled.exclude(problem="").order_by("-looked_at", "-pk")[:5],
    }
    return render(request, "agents/platform.html", context, status=422 if form.errors else 200)


@require_POST
@needs(roles.MANAGE_AGENTS)
def pull(request, team, agent):
    row = get_object_or_404(Agent.objects.of(request.team), slug=agent)
    link = mapping.link_of(row)
    if link is None or row.archived_at is not None:
        messages.error(request, _("Nothing can be pulled for this agent."))
    else:
        mapping.ask_now(link=link, at=timezone.now())
        transaction.on_commit(lambda: tasks.pull_sessions.delay(link_id=link.pk))
        messages.success(request, _("Pulling. New sessions are listed as they come."))
    return redirect("agents:platform", team, agent)


@require_POST
@needs(roles.MANAGE_AGENTS)
def part(request, team, agent):
    row = get_object_or_404(Agent.objects.of(request.team), slug=agent)
    mapping.unmap_agent(agent=row, by=request.user, at=timezone.now())
    messages.success(request, _("Its sessions are pulled no more. Those that came stay."))
    return redirect("agents:platform", team, agent)
