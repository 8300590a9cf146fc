"""Pages to register and change agents, and to say which namespaces they read and write."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import paging, roles
from accounts.access import needs
from agents import roster
from agents.enums import Access
from agents.forms import NO_ACCESS, AccessForm, AgentForm, NewAgentForm
from agents.models import Agent, Namespace


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_AGENTS)
def agent_new(request, team):
    form = NewAgentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            agent = roster.create_agent(team=request.team, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("%(name)s is registered. Say which memory it may use.") % {"name": agent})
            return redirect("agents:access", team, agent.slug)
        except roster.SlugTaken:
            form.add_error("slug", _("The team has an agent of this short name already."))
    return render(request, "agents/agent_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_AGENTS)
def agent_edit(request, team, agent):
    row = get_object_or_404(Agent.objects.of(request.team), slug=agent)
    form = AgentForm(request.POST or None, initial={name: getattr(row, name) for name in roster.AGENT_FIELDS})
    if request.method == "POST" and form.is_valid():
        roster.change_agent(agent=row, values=form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("agents:agent_edit", team, agent)
    return render(request, "agents/agent_edit.html", {"form": form, "agent": row}, status=422 if form.errors else 200)


@require_POST
@needs(roles.MANAGE_AGENTS)
def agent_archive(request, team, agent):
    row = get_object_or_404(Agent.objects.of(request.team), slug=agent)
    archived = row.archived_at is None
    roster.archive_agent(agent=row, archived=archived, by=request.user, at=timezone.now())
    messages.success(request, _("Put away. Its sessions and memory stay.") if archived else _("Taken up again."))
    return redirect("agents:agent_edit", team, agent)


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_AGENTS)
def access(request, team, agent):
    row = get_object_or_404(Agent.objects.of(request.team), slug=agent)
    page = paging.page(Namespace.objects.of(request.team), request, keys=("name", "pk"))
    modes = dict(row.access.filter(namespace__in=page.rows).values_list("namespace", "mode"))
    form = AccessForm(request.POST or None, namespaces=page.rows, modes=modes)
    if request.method == "POST" and form.is_valid():
        for namespace in page.rows:
            mode = form.cleaned_data[namespace.public_id]
            if namespace.public_id in form.changed_data:
                roster.set_access(
                    agent=row,
                    namespace=namespace,
                    mode=None if mode == NO_ACCESS else Access(mode),
                    by=request.user,
                    at=timezone.now(),
                )
        messages.success(request, _("Saved."))
        return redirect(request.get_full_path())
    context = {"form": form, "agent": row, "page": page}
    return render(request, "agents/access.html", context, status=422 if form.errors else 200)
