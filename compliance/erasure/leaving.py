"""Exports that left and may hold what an erasure is about: it cannot reach them, so whoever has them is to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agents.models import MemoryVersion, Session
from audit.models import Event
from compliance.enums import ErasureKind
from compliance.erasure.works import Work
from compliance.packs import plans

_WITHOUT_TEXTS = ("access", "duties", "trail")  # names, roles, and events with their ids; a trail as a pack has texts
_PACK = "pack"


def count(work: Work) -> int:
    since = _since(work)
    made = Event.objects.of_log(work.log).filter(type="export.made", **({"at__gte": since} if since else {}))
    return sum(_may_hold(work, event.content()["data"]) for event in made.oldest_first().iterator(500))


def _may_hold(work: Work, data: Mapping[str, Any]) -> bool:
    what = data.get("what", "trail")  # the command line says none, as it knows of nothing else
    if what == "costs" or data.get("rows") == 0:
        return False
    if work.kind == ErasureKind.PERSON:
        return True
    if work.kind == ErasureKind.VALUE:
        return data.get("format") == _PACK and _discloses(work, data)
    return what not in _WITHOUT_TEXTS or data.get("format") == _PACK


def _discloses(work: Work, data: Mapping[str, Any]) -> bool:
    id, _colon, name = work.subject.partition(":")
    reach = {"seq__gte": data.get("first", 0), "seq__lte": data.get("last", 0)}
    told = Event.objects.of_log(work.log).filter(public_id=id, **reach).exists()
    return told and plans.is_disclosed(name, data.get("disclosure", ""))


def _since(work: Work) -> datetime | None:
    """What came later cannot be in what left before. Words of a person may be older than all we know of them."""
    if work.kind == ErasureKind.SESSION:
        rows = Session.objects.of(work.team).filter(public_id__in=work.sessions).order_by("imported_at")
        return rows.values_list("imported_at", flat=True).first()
    if work.kind == ErasureKind.TEXT:
        versions = MemoryVersion.objects.of(work.team).filter(blob__sha256=work.subject).order_by("at")
        return versions.values_list("at", flat=True).first()
    return None
