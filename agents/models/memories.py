from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from accounts.models import TeamModel, public_id_field
from accounts.teams import TeamQuerySet
from agents.enums import Cause
from agents.models.roster import Namespace
from audit.models import Blob


class MemoryQuerySet(TeamQuerySet["Memory"]):
    def live(self) -> Self:
        return self.filter(archived=False)

    def with_text(self) -> Self:
        return self.select_related("namespace", "head__blob")


class Memory(TeamModel):
    """One text document at a path in a namespace. Its text is the blob of its head version."""

    public_id = public_id_field("mem")
    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, related_name="memories")
    path = models.CharField(max_length=1024)
    archived = models.BooleanField(default=False)
    head = models.ForeignKey("MemoryVersion", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = MemoryQuerySet.as_manager()
    history = HistoricalRecords(app="agents", excluded_fields=["head"])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("namespace", "path"), condition=Q(archived=False), name="one_live_memory_per_path"
            )
        ]
        indexes = [models.Index(fields=("team", "namespace", "path"))]

    def get_absolute_url(self) -> str:
        return reverse("agents:memory", args=[self.team.slug, self.public_id])


class MemoryVersionQuerySet(TeamQuerySet["MemoryVersion"]):
    def newest_first(self) -> Self:
        return self.order_by("-number", "-pk")


class MemoryVersion(TeamModel):
    """Append-only: one state of a memory and how its lines came from the version before.

    `edits` are [start, end, count, change id, proposal id] in lines of the version before: old lines start:end became
    `count` lines. They hold no text, so that an erasure has one place to blank.
    """

    public_id = public_id_field("ver")
    memory = models.ForeignKey(Memory, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=1024)
    archived = models.BooleanField(default=False)
    cause = models.CharField(max_length=8, choices=Cause)
    edits = models.JSONField(default=list)
    origin_ids = models.JSONField(default=list)
    reviewed = models.BooleanField(default=True)
    actor_type = models.CharField(max_length=8)
    actor_id = models.CharField(max_length=40)
    at = models.DateTimeField()

    objects = MemoryVersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("memory", "number"), name="one_version_per_number")]
        indexes = [models.Index(fields=("team", "-id"))]

    @property
    def text(self) -> str:
        return str(self.blob.text)


class StatementRecord(TeamModel):
    """The identity of one statement of a memory over versions: when first seen, last confirmed, how it fared.

    `start` and `end` are lines of the memory's head; a statement that is gone keeps its row with `retired_at`.
    """

    public_id = public_id_field("stm")
    memory = models.ForeignKey(Memory, on_delete=models.PROTECT, related_name="statements")
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=12)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    first_seen = models.DateTimeField()
    confirmed_at = models.DateTimeField()
    helpful = models.PositiveIntegerField(default=0)
    harmful = models.PositiveIntegerField(default=0)
    pinned = models.BooleanField(default=False)
    introduced_by = models.CharField(max_length=40, blank=True)
    parents = models.JSONField(default=list)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=("memory", "retired_at", "start")), models.Index(fields=("team", "sha256"))]
