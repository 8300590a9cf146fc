"""In which store the memory of a namespace stands, and how the way there goes."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import confirming, paging, roles
from accounts.access import needs
from agents import tasks
from agents.enums import Delivery, Provider, StoreKind
from agents.forms import StoreForm
from agents.models import Connection, Memory, Namespace, StoredMemory, StorePush
from agents.stores import folder, linking, platform
from agents.views import listing

LISTED = 50


@require_safe
@needs(roles.VIEW)
def show(request, team, namespace):
    row = get_object_or_404(Namespace.objects.of(request.team), slug=namespace)
    link = linking.link_of(row)
    pushes = StorePush.objects.of(request.team).filter(version__memory__namespace=row)
    waiting = pushes.exclude(state=Delivery.DELIVERED)
    context = {
        "namespace": row,
        "link": link,
        "held": linking.waiting(row),
        "conflicts": _conflicts(link) if link else (),
        "waiting": waiting.select_related("version__memory__team").order_by("pk")[:LISTED],
        "waiting_count": paging.count_label(waiting),
        "notes": _notes(row, link),
        "manages": request.membership.may(roles.MANAGE_AGENTS),
    }
    return render(request, "agents/store.html", context)


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_AGENTS)
def edit(request, team, namespace):
    row = get_object_or_404(Namespace.objects.of(request.team).select_related("team"), slug=namespace)
    connections = (
        Connection.objects.of(request.team).active().filter(provider=Provider.ANTHROPIC).order_by("name", "pk")
    )
    asked = next((one for one in connections if one.public_id == request.GET.get("list")), None)
    listed, problem = (
        listing.of(asked, platform.stores_of, residency=row.residency)
        if asked and request.method == "GET"
        else ((), "")
    )
    initial = {"kind": StoreKind.ANTHROPIC, "connection": asked.public_id} if asked else {"kind": row.store}
    form = StoreForm(request.POST or None, connections=connections, listed=listed, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return _asked(request, row, **form.cleaned_data)
        except linking.NotPossible as wrong:
            form.add_error(None, str(wrong))
        except confirming.NoLongerHolds as wrong:
            form.add_error(None, str(wrong))
    context = {
        "namespace": row,
        "form": form,
        "connections": connections,
        "asked": asked,
        "listed": listed,
        "problem": problem,
    }
    return render(request, "agents/store_edit.html", context, status=422 if form.errors else 200)


@require_POST
@needs(roles.MANAGE_AGENTS)
def sync(request, team, namespace):
    row = get_object_or_404(Namespace.objects.of(request.team), slug=namespace)
    link = linking.link_of(row)
    if link is None:
        messages.error(request, _("This memory stands in no store outside."))
    else:
        linking.ask_now(link=link, at=timezone.now())
        transaction.on_commit(lambda: tasks.visit_store.delay(link_id=link.pk))
        messages.success(request, _("The store is being read. What is new there is shown as it comes."))
    return redirect("agents:namespace_store", team, namespace)


def _asked(request, row, *, kind, connection, place):
    """Away from Lucid's rows takes two people; back to them text goes nowhere new."""
    at = timezone.now()
    if kind == StoreKind.LOCAL:
        linking.set_store(namespace=row, kind=StoreKind.LOCAL, by=request.user, at=at)
        messages.success(request, _("Saved. Agents read this memory over the API."))
    else:
        held = linking.ask(
            namespace=row, kind=StoreKind(kind), connection=connection, place=place, by=request.user, at=at
        )
        words = (
            _("It takes a second person, and starts when they agree.")
            if held.is_waiting
            else _("Saved. The store is read within a minute.")
        )
        messages.success(request, words)
    return redirect("agents:namespace_store", row.team.slug, row.slug)


def _conflicts(link):
    rows = StoredMemory.objects.of(link.team).filter(link=link, gone_at=None).exclude(conflict="")
    return rows.select_related("memory__team").order_by("pk")[:LISTED]


def _notes(namespace, link):
    """Indexes of which agents load the beginning only."""
    if link is None or link.kind != StoreKind.FOLDER:
        return []
    rows = Memory.objects.of(namespace.team).live().with_text().filter(namespace=namespace)
    indexes = [one for name in folder.INDEXES for one in rows.filter(path__endswith=f"/{name}").order_by("path")]
    return [note for one in indexes[:LISTED] if one.head and (note := folder.index_note(one.path, one.head.text))]
