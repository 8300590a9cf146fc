from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from accounts.models import TeamModel
from accounts.teams import TeamQuerySet
from agents.enums import Delivery, StoreAct, StoreKind
from agents.models.connections import Connection
from agents.models.memories import Memory, MemoryVersion
from agents.models.roster import Namespace
from audit.models import Blob


class StorePush(TeamModel):
    """A version on its way to the namespace's store: applied is not delivered. Not tried again before `next_at`."""

    version = models.OneToOneField(MemoryVersion, on_delete=models.PROTECT, related_name="push")
    state = models.CharField(max_length=10, choices=Delivery, default=Delivery.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    next_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=("state", "id"))]
        constraints = [
            models.CheckConstraint(
                name="delivered_with_its_time",
                condition=Q(state=Delivery.DELIVERED, delivered_at__isnull=False)
                | (~Q(state=Delivery.DELIVERED) & Q(delivered_at=None)),
            )
        ]


class StoreLinkQuerySet(TeamQuerySet["StoreLink"]):
    def active(self) -> Self:
        return self.filter(removed_at=None)

    def due(self, now: datetime) -> Self:
        return self.active().filter(next_at__lte=now)


class StoreLink(TeamModel):
    """Which store outside holds the replica of a namespace, and how far it was read.

    `place` is the id of a memory store or the path of a folder. `seen_through` is when the newest version was written
    that the platform told of, `seen` are the versions around that moment. `held_until` keeps other workers out,
    `next_at` says when to read the store again, `wait_until` what it asked for where it was busy. `looked_whole_at` is
    when all of it was listed last, `redacted_through` until when texts were erased here that the store forgot as well.
    """

    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, related_name="links")
    kind = models.CharField(max_length=16, choices=StoreKind)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, null=True, related_name="+")
    place = models.CharField(max_length=1000)
    synced_at = models.DateTimeField(null=True)
    looked_whole_at = models.DateTimeField(null=True)
    redacted_through = models.DateTimeField(null=True)
    seen_through = models.DateTimeField(null=True)
    seen = models.JSONField(default=list)
    next_at = models.DateTimeField(db_index=True)
    wait_until = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    linked_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    objects = StoreLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("namespace",), condition=Q(removed_at=None), name="one_store_per_namespace"
            ),
            models.UniqueConstraint(
                fields=("kind", "place"), condition=Q(removed_at=None), name="one_namespace_per_store"
            ),
        ]


class StoredMemory(TeamModel):
    """What a store was last seen to hold of one memory. Its path is kept as a hash: an erasure has nothing to find.

    `version` is ours that stood there last: the base of a three-way merge. `conflict` names what somebody wrote
    there while another version of ours was on its way: `outside` is its text (None: it was deleted), `outside_path`
    its path; it lasts until somebody decided.
    """

    link = models.ForeignKey(StoreLink, on_delete=models.PROTECT, related_name="held")
    memory = models.ForeignKey(Memory, on_delete=models.PROTECT, related_name="stored")
    remote_id = models.CharField(max_length=128)
    remote_version = models.CharField(max_length=128, blank=True)
    path_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    version = models.ForeignKey(MemoryVersion, on_delete=models.PROTECT, null=True, related_name="+")
    conflict = models.CharField(max_length=40, blank=True)
    outside = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    outside_path = models.CharField(max_length=1024, blank=True)
    seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("link", "memory"), condition=Q(gone_at=None), name="one_stored_row_per_memory"
            ),
            models.UniqueConstraint(
                fields=("link", "remote_id"), condition=Q(gone_at=None), name="one_stored_row_per_remote"
            ),
        ]
        indexes = [models.Index(fields=("conflict",), condition=~Q(conflict=""), name="stored_conflicts")]


class StoreCall(TeamModel):
    """The journal: one call that changes a store, written down before it is made. One without an end may have come
    through, so that its outcome is looked for first.
    """

    link = models.ForeignKey(StoreLink, on_delete=models.PROTECT, related_name="calls")
    push = models.ForeignKey(StorePush, on_delete=models.PROTECT, related_name="calls")
    act = models.CharField(max_length=8, choices=StoreAct)
    remote_id = models.CharField(max_length=128, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    request_id = models.CharField(max_length=128, blank=True)
    error = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [models.Index(fields=("link", "ended_at"))]
