"""Opening the store of a link, and keeping other workers out of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from agents.connections import clients, sealing
from agents.enums import StoreKind
from agents.models import StoreLink
from agents.stores.folder import Folder
from agents.stores.platform import PlatformStore
from agents.stores.remote import Store, Unusable
from audit import keys

HELD = timedelta(minutes=3)  # longer than one call waits for its answer


def hold(link_id: int, *, now: datetime) -> StoreLink | None:
    """The link, for this worker alone; None where another one is at it, or the store asked to wait."""
    free = Q(held_until=None) | Q(held_until__lte=now)
    rested = Q(wait_until=None) | Q(wait_until__lte=now)
    own = StoreLink.objects.across_teams().active().filter(free, rested, pk=link_id)
    if not own.update(held_until=now + HELD):
        return None
    rows = StoreLink.objects.across_teams().select_related("team", "namespace__team", "connection__team")
    return rows.get(pk=link_id)


def keep(link: StoreLink, *, now: datetime) -> None:
    """Between two calls."""
    StoreLink.objects.of(link.team).filter(pk=link.pk).update(held_until=now + HELD)


@contextmanager
def opened(link: StoreLink) -> Iterator[Store]:
    """Raises Unusable."""
    store = _open(link)
    try:
        yield store
    finally:
        store.close()


def _open(link: StoreLink) -> Store:
    if link.kind == StoreKind.FOLDER:
        return Folder(link.place)
    try:
        assert link.connection is not None  # noqa: S101  a memory store is reached over one
        client = clients.platform_client(link.connection, residency=[link.namespace.residency])
    except (clients.Refused, keys.BadKey) as refused:
        raise Unusable(str(refused)) from refused
    except sealing.Lost as lost:
        raise Unusable(_("The key of the connection cannot be read any more.")) from lost
    return PlatformStore(client, link.place)
