"""Looking through a long log a stretch at a time, for what only the reading of every record tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest

from accounts import paging
from accounts.paging import Page
from audit.models import Event
from audit.querying import EventQuerySet

MOST = 50_000  # records that are read for one page


@dataclass(frozen=True)
class Looked:
    """A page of what was found. `is_whole` where nothing is left to be looked through."""

    page: Page[Event]
    is_whole: bool


def page(events: EventQuerySet, ids: Sequence[str], request: HttpRequest, keys: tuple[str]) -> Looked:
    """Those of `events` whose record names one of the ids, among the next ones there are; `keys` are (±seq,)."""
    is_newest = keys[0].startswith("-")
    after = [int(value) for value in paging.after(request, keys)]
    left = events.filter(**{"seq__lt" if is_newest else "seq__gt": after[0]}) if after else events
    edge = left.order_by(*keys).values_list("seq", flat=True)[MOST : MOST + 1].first()
    if edge is None:
        return Looked(paging.page(events.concerning(*ids), request, keys, counted=False), is_whole=True)
    stretch = events.filter(**{"seq__gt" if is_newest else "seq__lt": edge})
    found = paging.page(stretch.concerning(*ids), request, keys, counted=False)
    beyond = str(edge + 1 if is_newest else edge - 1)
    return Looked(replace(found, next_url=found.next_url or paging.url_after(request, keys, [beyond])), is_whole=False)
