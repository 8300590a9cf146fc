from typing import Any

from django.db import models

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
        # Newest first over a whole log reads the unique index backwards.
        indexes = [
            models.Index("log", "type", models.F("seq").desc(), name="audit_event_by_type"),
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
    """A value that an event only commits to. Erasing deletes the row, and the event still verifies."""

    event = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    salt = models.BinaryField(max_length=16)
    value = models.TextField()
    subject = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("event", "name"), name="audit_private_once_in_event")]
        indexes = [models.Index("subject", name="audit_private_subject")]

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
