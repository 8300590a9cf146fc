"""Reading the log: what pages and exports may ask of events."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from audit.models import Event  # noqa: F401  (names the model in the base class)


class EventQuerySet(models.QuerySet["Event"]):
    def of_log(self, log: str) -> EventQuerySet:
        return self.filter(log=log)

    def newest_first(self) -> EventQuerySet:
        return self.order_by("log", "-seq")

    def oldest_first(self) -> EventQuerySet:
        return self.order_by("log", "seq")

    def before(self, seq: int) -> EventQuerySet:
        """What a page that ended at this number goes on with, newest first."""
        return self.filter(seq__lt=seq)

    def after(self, seq: int) -> EventQuerySet:
        return self.filter(seq__gt=seq)

    def matching(
        self,
        *,
        types: Collection[str] = (),
        actor: str = "",
        target: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> EventQuerySet:
        """Narrow by what is given; `since` is included, `until` is not."""
        found = self
        if types:
            found = found.filter(type__in=types)
        if actor:
            found = found.filter(actor_id=actor)
        if target:
            found = found.filter(target_id=target)
        if since is not None:
            found = found.filter(at__gte=since)
        if until is not None:
            found = found.filter(at__lt=until)
        return found
