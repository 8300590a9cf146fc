"""Namespaces and the tree of their memories."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import paging, roles
from accounts.access import needs
from accounts.models import User
from agents import roster
from agents.forms import NamespaceForm, NewNamespaceForm, pattern_lines
from agents.models import Memory, Namespace, NamespaceAccess

TREE_SIZE = 200


@require_safe
@needs(roles.VIEW)
def index(request, team):
    rows = Namespace.objects.of(request.team).annotate(live=Count("memories", filter=Q(memories__archived=False)))
    context = {
        "page": paging.page(rows, request, keys=("name", "pk")),
        "manages": request.membership.may(roles.MANAGE_AGENTS),
    }
    return render(request, "agents/namespaces.html", context)


@require_safe
@needs(roles.VIEW)
def show(request, team, namespace):
    row = get_object_or_404(Namespace.objects.of(request.team), slug=namespace)
    archived = request.GET.get("archived") == "1"
    query = request.GET.get("q", "").replace("\0", "").strip()[:200]
    memories = Memory.objects.of(request.team).filter(namespace=row, archived=archived)
    if query:
        memories = memories.filter(path__icontains=query)
    memories = memories.select_related("head__blob").defer("head__blob__text")
    page = paging.page(memories, request, keys=("path", "pk"), size=TREE_SIZE)
    context = {
        "namespace": row,
        "page": page,
        "tree": tree_of(page.rows),
        "archived": archived,
        "query": query,
        "access": NamespaceAccess.objects.of(request.team)
        .filter(namespace=row)
        .select_related("agent")
        .order_by("agent__name", "pk")[: paging.SIZE],
        "manages": request.membership.may(roles.MANAGE_AGENTS),
        "uploads": may_import(request.membership),
    }
    return render(request, "agents/namespace.html", context)


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_AGENTS)
def new(request, team):
    form = NewNamespaceForm(request.POST or None, team=request.team)
    if request.method == "POST" and form.is_valid():
        try:
            row = roster.create_namespace(team=request.team, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("The namespace is made. Say which agents may use it on their pages."))
            return redirect("agents:namespace", team, row.slug)
        except roster.SlugTaken:
            form.add_error("slug", _("The team has a namespace of this short name already."))
    return render(request, "agents/namespace_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_AGENTS)
def edit(request, team, namespace):
    row = get_object_or_404(Namespace.objects.of(request.team), slug=namespace)
    form = NamespaceForm(request.POST or None, initial=_shown(row), team=request.team)
    if request.method == "POST" and form.is_valid():
        roster.change_namespace(namespace=row, values=form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("agents:namespace", team, namespace)
    context = {"form": form, "namespace": row}
    return render(request, "agents/namespace_edit.html", context, status=422 if form.errors else 200)


def may_import(membership):
    """A first import writes live memory, so that uploading alone is not enough for it."""
    return membership.may(roles.MANAGE_AGENTS) or (membership.may(roles.UPLOAD) and membership.may(roles.APPLY))


@dataclass
class Folder:
    """A folder of the tree: its name, folders by name, and memories with the last part of their paths."""

    name: str
    folders: dict[str, "Folder"] = field(default_factory=dict)
    memories: list[tuple[str, Memory]] = field(default_factory=list)

    @property
    def count(self):
        return len(self.memories) + sum(folder.count for folder in self.folders.values())


def tree_of(memories):
    root = Folder("")
    for memory in memories:
        *names, last = memory.path.strip("/").split("/")
        here = root
        for name in names:
            here = here.folders.setdefault(name, Folder(name))
        here.memories.append((last, memory))
    return root


def _shown(row):
    ids = [user for owner in row.owners for user in owner["users"]]
    people = {user.public_id: user for user in User.objects.filter(public_id__in=ids)} if ids else {}
    shown = {name: getattr(row, name) for name in roster.NAMESPACE_FIELDS}
    return shown | {"protected": "\n".join(row.protected), "owners": pattern_lines(row.owners, people)}
