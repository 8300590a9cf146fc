"""Every column that may hold somebody's words: all texts and documents of a team, but for those named here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from accounts.models import Team

OURS = ("accounts", "agents", "reviews", "dreaming", "compliance")
_AT_ONCE = 500

APART = {("agents", "memory", "path"), ("agents", "searchrow", "title"), ("agents", "searchrow", "text")} | {
    ("agents", "searchrow", "words"),
    ("compliance", "erasure", "needles"),
}
"""These have a step of their own."""

NO_WORDS = {
    *("kind", "format", "actor_type", "asked_by_type", "reason_code", "rule", "stage", "verdict", "key"),
    *("etag", "digest", "mark", "seed", "batch", "budget", "alike", "fingerprint", "root", "page"),
    *("page_arg", "time_zone", "change", "about", "model", "roles", "scopes", "panels", "usage", "curation"),
    *("edits", "origin_ids", "version_ids", "session_ids", "pattern_ids", "withdrawn_ids", "takes_back"),
    *("contributors", "inputs", "versions", "parents", "namespaces", "agents", "introduced_by", "subjects"),
    *("counts", "numbers", "shown_start", "budget_facts", "residency", "user_key", "agent_id_only"),
}
"""Columns of these names hold hashes, ids, numbers and words of the product."""


@dataclass(frozen=True)
class Place:
    """One table and those of its columns that are looked through."""

    model: type[models.Model]
    fields: tuple[str, ...]

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @property
    def title(self) -> str:
        return str(self.model._meta.verbose_name)

    def pieces(self, team: Team, *, after: int = 0) -> Iterator[Sequence[tuple[Any, ...]]]:
        """Rows as (pk, values…), some at a time, in order of their keys."""
        while rows := list(
            self.rows(team).filter(pk__gt=after).order_by("pk").values_list("pk", *self.fields)[:_AT_ONCE]
        ):
            yield rows
            after = rows[-1][0]

    def rows(self, team: Team) -> models.QuerySet[Any]:
        return self.model._base_manager.filter(team=team)


@cache
def all_places() -> tuple[Place, ...]:
    found = (Place(model, _fields(model)) for model in apps.get_models() if _is_of_a_team(model))
    return tuple(sorted((place for place in found if place.fields), key=lambda place: place.label))


def _is_of_a_team(model: type[models.Model]) -> bool:
    names = {field.name for field in model._meta.get_fields()}
    return model._meta.app_label in OURS and "team" in names


def _fields(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.name for field in model._meta.concrete_fields if _may_hold_words(model, field))


def _may_hold_words(model: type[models.Model], field: Any) -> bool:
    where = (model._meta.app_label, model._meta.model_name or "", field.name)
    if where in APART or field.name in NO_WORDS or field.choices or field.unique or isinstance(field, models.SlugField):
        return False
    if field.name.endswith(("sha256", "_id", "public_id")):
        return False
    return isinstance(field, models.CharField | models.TextField | models.JSONField)
