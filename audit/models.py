from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.querying import EventQuerySet
from audit.verify import canonical
from audit.verify.chain import NO_LEAF


class LogHead(models.Model):
    """Where a log ends. It moves by appends only, and its row is the lock that puts them in order."""

    log = models.CharField(max_length=80, primary_key=True)
    size = models.BigIntegerField(default=0)
    leaf = models.BinaryField(max_length=32, default=NO_LEAF)
    frontier = models.BinaryField(default=b"")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.log} at {self.size}"


class Event(models.Model):
    """One thing that happened. `body` is the record; the other columns repeat parts of it for filters."""

    log = models.CharField(max_length=80)
    seq = models.BigIntegerField()
    public_id = models.CharField(max_length=40, editable=False)
    at = models.DateTimeField()
    type = models.CharField(max_length=60)
    outcome = models.CharField(max_length=16)
    actor_type = models.CharField(max_length=8)
    actor_id = models.CharField(max_length=60)
    target_type = models.CharField(max_length=40)
    target_id = models.CharField(max_length=60)
    body = models.BinaryField()
    leaf = models.BinaryField(max_length=32)
    prev = models.BinaryField(max_length=32)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("log", "seq"), name="audit_event_once_in_log"),
            # No unique=True: on PostgreSQL that brings a second index for LIKE, which nobody asks for.
            models.UniqueConstraint(fields=("public_id",), name="audit_event_public_id"),
        ]
        # Newest first over a whole log reads the unique index backwards. Times come last, so that what a page of some
        # days skips is told by the index alone, in the order of the page.
        indexes = [
            models.Index("log", models.F("seq").desc(), "at", name="audit_event_by_time"),
            models.Index("log", "type", models.F("seq").desc(), "at", name="audit_event_by_type"),
            models.Index("log", "actor_id", models.F("seq").desc(), name="audit_event_by_actor"),
            models.Index("log", "target_id", models.F("seq").desc(), name="audit_event_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.log} {self.seq} {self.type}"

    def content(self) -> dict[str, Any]:
        """The record itself, read from its bytes."""
        found: dict[str, Any] = canonical.loads(bytes(self.body))
        return found


class Private(models.Model):
    """A value that an event only commits to. Erasing deletes the row, and the event still verifies.

    `sealed` is the salt and the value under the key of the subject (`audit.subjects`): without the salt a backup does
    not even let anybody try whether a guess is right.
    """

    log = models.CharField(max_length=80)
    event = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    subject = models.CharField(max_length=60)
    key = models.CharField(max_length=32)
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("event", "name"), name="audit_private_once_in_event")]
        indexes = [models.Index("log", "subject", name="audit_private_subject")]

    def __str__(self) -> str:
        return f"{self.event} {self.name}"


class Checkpoint(models.Model):
    """The root of a log at a size, written down to be held against the log later."""

    log = models.CharField(max_length=80)
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    note = models.TextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index("log", models.F("size").desc(), name="audit_checkpoint_newest")]

    def __str__(self) -> str:
        return f"{self.log} at {self.size}"


class Segment(models.Model):
    """A stretch of a log whose events were pruned: the leaf hash of each, one after another, kept for ever."""

    log = models.CharField(max_length=80)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    leaves = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("log", "last"), name="audit_segment_once_in_log")]

    def __str__(self) -> str:
        return f"{self.log} {self.first} to {self.last}"


class DeliveryState(models.TextChoices):
    PENDING = "pending", _("Waits")
    CONFIRMED = "confirmed", _("Confirmed")
    FAILED = "failed", _("Failed, is tried again")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def undelivered(self) -> DeliveryQuerySet:
        return self.filter(state__in=(DeliveryState.PENDING, DeliveryState.FAILED))

    def confirmed(self) -> DeliveryQuerySet:
        return self.filter(state=DeliveryState.CONFIRMED)


class Delivery(models.Model):
    """That a checkpoint has to be in a sink, and whether it is. `next_at` is when it is tried, or held until."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="deliveries")
    sink = models.CharField(max_length=40)
    state = models.CharField(max_length=9, choices=DeliveryState, default=DeliveryState.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True, default="")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("checkpoint", "sink"), name="audit_delivery_once_in_sink")]
        indexes = [models.Index("sink", "state", "next_at", name="audit_delivery_due")]

    def __str__(self) -> str:
        return f"{self.checkpoint_id} to {self.sink}: {self.state}"


class Blob(models.Model):
    """A text named by its hash. Its text can be erased; the row stays and says when."""

    log = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    text = models.TextField()
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("log", "sha256"), name="audit_blob_once_in_log")]

    def __str__(self) -> str:
        return self.sha256
