"""Reading the log: what pages and exports may ask of events."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Q, Value
from django.db.models.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    from audit.models import Event  # noqa: F401  (names the model in the base class)


class _Place(Func):
    """Where bytes begin in the record, 0 where they are not in it."""

    output_field = models.IntegerField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **given: Any) -> Any:
        return self.as_sql(compiler, connection, template="instr(%(expressions)s)", **given)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **given: Any) -> Any:
        turned = self.copy()
        turned.set_source_expressions(self.get_source_expressions()[::-1])
        template = "position(%(expressions)s)"
        return turned.as_sql(compiler, connection, template=template, arg_joiner=" in ", **given)


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

    def concerning(self, *ids: str, among: Collection[models.QuerySet[Any]] = ()) -> EventQuerySet:
        """Events whose record names one of these ids, anywhere in it, or that are about one of `among`, public ids.

        An id is long and made once, so bytes that look like it are it. Reads every record that is left to look at.
        """
        first = len(self.query.annotations)  # so that a second narrowing does not take the names of the first
        places = {f"place_{n}": _Place(F("body"), Value(id.encode())) for n, id in enumerate(ids, start=first)}
        found = Q(pk__in=())
        for place in places:
            found |= Q(**{f"{place}__gt": 0})
        for about in among:
            found |= Q(target_id__in=about)
        return self.alias(**places).filter(found)

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
