"""Deleting private values so that the log says which are gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from audit import redactions, trail
from audit.models import Event, Private


def drop(gone: Sequence[Private], *, target: trail.Target, about: Mapping[str, str], at: datetime) -> None:
    """Delete these values; `about` goes into the events that say so."""
    with trail.unit_of_work(at=at) as unit:
        seqs = dict(Event.objects.filter(public_id__in={row.event for row in gone}).values_list("public_id", "seq"))
        for log in {row.log for row in gone}:
            own = [(seqs[row.event], row.name) for row in gone if row.log == log]
            for said in redactions.grouped(own):
                unit.record(redactions.TYPE, target=target, by=trail.SYSTEM, log=log, data={**said, **about})
        Private.objects.filter(pk__in=[row.pk for row in gone]).delete()
