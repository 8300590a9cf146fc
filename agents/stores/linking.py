"""Saying in which store the memory of a namespace stands. It widens where text goes, so that two people agree."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import confirming, roles
from accounts.models import Confirmation, User
from agents import memory as memories
from agents.connections import clients
from agents.enums import Delivery, Provider, StoreKind
from agents.models import Connection, Namespace, StoredMemory, StoreLink, StorePush
from agents.stores import folder
from agents.stores.remote import Unfit
from audit import trail

KIND = "namespace_store"
VERSION = 1  # of the payload


class NotPossible(ValueError):
    """Why the memory of this namespace cannot stand there; the message is for people."""


def register() -> None:
    confirming.performs(
        KIND,
        label=gettext_lazy("Where the memory of a namespace stands"),
        asks=roles.MANAGE_AGENTS,
        permission=roles.CONFIRM_POLICY,
        perform=_perform,
        check=_check,
        place=_place,
    )


def link_of(namespace: Namespace) -> StoreLink | None:
    rows = StoreLink.objects.of(namespace.team).active().filter(namespace=namespace)
    return rows.select_related("connection", "namespace").first()


def waiting(namespace: Namespace) -> Confirmation | None:
    rows = Confirmation.objects.of(namespace.team).waiting()
    return rows.filter(kind=KIND, target_id=namespace.public_id).first()


def ask(
    *, namespace: Namespace, kind: StoreKind, connection: Connection | None, place: str, by: User, at: datetime
) -> Confirmation:
    """Ask a second person for a store outside. Raises NotPossible, and what confirming.ask raises."""
    place = check(namespace=namespace, kind=kind, connection=connection, place=place)
    before = link_of(namespace)
    shown = f"{connection.name}: {place}" if connection else place
    return confirming.ask(
        team=namespace.team,
        kind=KIND,
        target=namespace.public_id,
        title=_("Keep the memory of %(name)s in another store") % {"name": namespace.name},
        diff=[
            confirming.line(_("Store"), namespace.get_store_display(), kind.label),
            confirming.line(_("Place"), before.place if before else _("this installation"), shown),
        ],
        payload={
            "version": VERSION,
            "before": before.pk if before else None,
            "kind": kind.value,
            "connection": connection.public_id if connection else "",
            "place": place,
        },
        by=by,
        at=at,
    )


def check(*, namespace: Namespace, kind: StoreKind, connection: Connection | None, place: str) -> str:
    """The place as it is kept. Raises NotPossible."""
    if kind == StoreKind.FOLDER:
        try:
            place = folder.place_of(place)
        except Unfit as unfit:
            raise NotPossible(str(unfit)) from unfit
        within = StoreLink.objects.across_teams().active().filter(kind=kind).exclude(namespace=namespace)
        for other in within.values_list("place", flat=True):
            if f"{other}/".startswith(f"{place}/") or f"{place}/".startswith(f"{other}/"):
                raise NotPossible(_("Another namespace keeps its memory there, or in a folder above or below."))
        return place
    if connection is None or connection.provider != Provider.ANTHROPIC:
        raise NotPossible(_("Memory stores are on the Claude platform only: choose a connection to it."))
    try:
        clients.refuse_residency(connection, [namespace.residency])
    except clients.Refused as refused:
        raise NotPossible(str(refused)) from refused
    if StoreLink.objects.across_teams().active().filter(kind=kind, place=place).exclude(namespace=namespace).exists():
        raise NotPossible(_("Another namespace keeps its memory in this store."))
    return place


def set_store(
    *,
    namespace: Namespace,
    kind: StoreKind,
    connection: Connection | None = None,
    place: str = "",
    by: Any,
    at: datetime,
    confirmation: str = "",
) -> StoreLink | None:
    """Keep the memory there from now on; what stands in the store before stays in it. None for Lucid's own rows.

    Raises NotPossible.
    """
    if kind != StoreKind.LOCAL:
        place = check(namespace=namespace, kind=kind, connection=connection, place=place)
    with trail.unit_of_work(at=at) as unit:
        namespace = memories.lock(namespace)
        before = link_of(namespace)
        if before is not None and (before.kind, before.place, before.connection_id) == (
            kind,
            place,
            connection.pk if connection else None,
        ):
            return before
        if before is not None:
            _leave(before, at)
        elif kind == StoreKind.LOCAL:
            return None
        link = None
        if kind != StoreKind.LOCAL:
            link = StoreLink.objects.create(
                team=namespace.team,
                namespace=namespace,
                kind=kind,
                connection=connection,
                place=place,
                next_at=at,
                linked_at=at,
            )
        data = {"before": namespace.store, "store": str(kind)}
        data |= {"connection": connection.public_id} if connection else {}
        data |= {"confirmation": confirmation} if confirmation else {}
        namespace.store = kind
        namespace._history_date = at  # type: ignore[attr-defined]
        namespace.save(update_fields=["store"])
        unit.record(
            "namespace.store_set", target=namespace, by=by, data=data, private={"place": place} if place else {}
        )
    return link


def ask_now(*, link: StoreLink, at: datetime) -> None:
    """The store is read at once, unless it asked to wait."""
    StoreLink.objects.of(link.team).filter(pk=link.pk).update(next_at=at)


def _leave(link: StoreLink, at: datetime) -> None:
    """What nobody decided on is asked no more: the store that is left keeps its text, and ours stays as it is."""
    link.removed_at, link.problem = at, ""
    link.save(update_fields=["removed_at", "problem"])
    StoredMemory.objects.of(link.team).filter(link=link, gone_at=None).update(gone_at=at, conflict="")
    rows = StorePush.objects.of(link.team).filter(version__memory__namespace=link.namespace, state=Delivery.CONFLICT)
    rows.update(state=Delivery.PENDING, problem="", next_at=None)


def _check(confirmation: Confirmation) -> None:
    namespace = _namespace(confirmation)
    now = link_of(namespace)
    if (now.pk if now else None) != confirmation.payload["before"]:
        raise confirming.NoLongerHolds(_("The store was changed in between."))
    try:
        check(namespace=namespace, **_asked(confirmation))
    except NotPossible as wrong:
        raise confirming.NoLongerHolds(str(wrong)) from wrong


def _perform(confirmation: Confirmation, /, *, by: User, at: datetime) -> None:
    set_store(
        namespace=_namespace(confirmation),
        **_asked(confirmation),
        by=by,
        at=at,
        confirmation=confirmation.public_id,
    )


def _asked(confirmation: Confirmation) -> dict[str, Any]:
    payload = confirmation.payload
    rows = Connection.objects.of(confirmation.team).active()
    connection = rows.filter(public_id=payload["connection"]).first()
    return {"kind": StoreKind(payload["kind"]), "connection": connection, "place": payload["place"]}


def _namespace(confirmation: Confirmation) -> Namespace:
    rows = Namespace.objects.of(confirmation.team).select_related("team")
    return rows.get(public_id=confirmation.target_id)


def _place(confirmation: Confirmation) -> str:
    return reverse("agents:namespace_store", args=[confirmation.team.slug, _namespace(confirmation).slug])
