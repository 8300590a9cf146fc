"""Team scoping: the one way to rows, and the verbs that make teams."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from accounts.models import Team

M = TypeVar("M", bound=models.Model)


class Unscoped(RuntimeError):
    """A query that names no team. Use `objects.of(team)`, or `objects.across_teams()` in an installation-level job."""


class TeamQuerySet(models.QuerySet[M]):
    """A queryset that is evaluated only for one team, from a row of it, or across teams on purpose."""

    _scoped = False

    def of(self, team: Team) -> Self:
        return self._mark().filter(team=team)

    def across_teams(self) -> Self:
        return self._mark()

    def _mark(self) -> Self:
        clone: Self = self._chain()  # type: ignore[attr-defined]
        clone._scoped = True
        return clone

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]
        clone._scoped = self._scoped
        return clone  # type: ignore[no-any-return]

    def _check_scope(self) -> None:
        if settings.GUARD_UNSCOPED and not self._scoped and "instance" not in self._hints:  # type: ignore[attr-defined]
            raise Unscoped(f"{self.model.__name__}.objects was evaluated without of(team)")

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._check_scope()
        super()._fetch_all()

    def iterator(self, chunk_size: int | None = None) -> Iterator[M]:
        self._check_scope()
        return super().iterator(chunk_size)

    def count(self) -> int:
        self._check_scope()
        return super().count()

    def exists(self) -> bool:
        self._check_scope()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._check_scope()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._check_scope()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._check_scope()
        return super().delete()


class TeamManager(models.Manager[M]):
    """Manager of a table of the team; build it from a TeamQuerySet."""
