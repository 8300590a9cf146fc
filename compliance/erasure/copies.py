"""The copies of one private value: what live rows and other values keep of the same words, from the same act."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q

from audit import private
from audit.models import Event, Private
from compliance.erasure import places
from compliance.erasure.works import Work

WORDS = frozenset({"reason", "note", "error"})
"""Values that somebody said. A name or an address is a setting that is in use: it is changed where it stands."""

TO_CHANGE = {
    "reviews.revisiontarget": "revision__change",
    "reviews.evidence": "change",
    "reviews.comment": "thread__change",
    "reviews.thread": "change",
    "reviews.revision": "change",
    "reviews.decision": "change",
    "reviews.change": "pk",
}
"""From a place to the change that it belongs to."""


@dataclass(frozen=True)
class Copy:
    place: places.Place
    pk: int
    new: dict[str, Any]


def rows(work: Work) -> Iterator[Copy]:
    """Rows that hold exactly these words and are of the act: written at its moment, or about its target."""
    event, text = _said(work)
    if event is None or not text:
        return
    gone = f"(erased on {work.at:%Y-%m-%d})"
    for place in places.all_places():
        found = place.rows(work.team).filter(_of_the_act(place, event))
        for pk, *values in found.order_by("pk").values_list("pk", *place.fields):
            new = [_without(value, text, gone) for value in values]
            if new != values:
                told = zip(place.fields, new, values, strict=True)
                yield Copy(place, pk, {name: value for name, value, old in told if value != old})


def words(work: Work) -> str:
    """What the value says, where somebody said it; empty for a setting and for what cannot be opened."""
    return _said(work)[1]


def values(work: Work) -> list[Private]:
    """The value itself, and the same words in other events of the same act, as where many were decided at once."""
    event_id, _colon, name = work.subject.partition(":")
    mine = list(Private.objects.filter(log=work.log, event=event_id, name=name))
    event, text = _said(work)
    if event is None or not text:
        return mine
    act = Event.objects.of_log(work.log).filter(actor_id=event.actor_id, at=event.at).exclude(pk=event.pk)
    others = Private.objects.filter(log=work.log, event__in=act.values("public_id"), name__in=WORDS)
    return mine + [row for row in others if opened(row) == text]


def _said(work: Work) -> tuple[Event | None, str]:
    event_id, _colon, name = work.subject.partition(":")
    event = Event.objects.of_log(work.log).filter(public_id=event_id).first()
    row = Private.objects.filter(log=work.log, event=event_id, name=name).first()
    return event, opened(row) if row is not None and name in WORDS else ""


def opened(row: Private) -> str:
    try:
        return private.open(row).value
    except private.Sealed:
        return ""


def _of_the_act(place: places.Place, event: Event) -> Q:
    times = [field.name for field in place.model._meta.concrete_fields if isinstance(field, models.DateTimeField)]
    mine = Q(pk__in=[])
    for name in times:
        mine |= Q(**{name: event.at})
    if any(field.name == "public_id" for field in place.model._meta.concrete_fields):
        mine |= Q(public_id=event.target_id)
    if path := TO_CHANGE.get(place.label):
        mine |= Q(**{"public_id" if path == "pk" else f"{path}__public_id": event.target_id})
    return mine


def _without(value: Any, text: str, gone: str) -> Any:
    if isinstance(value, str):
        return gone if value.strip() == text.strip() else value
    if isinstance(value, list):
        return [_without(one, text, gone) for one in value]
    if isinstance(value, dict):
        return {key: _without(one, text, gone) for key, one in value.items()}
    return value
