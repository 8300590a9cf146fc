"""The log for staff, across teams. Audit itself knows nobody, so its tables are shown from here."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from audit.models import Blob, Checkpoint, Event, LogHead, Private


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("log", "seq", "at", "type", "outcome", "actor_type", "actor_id", "target_id")
    search_fields = ("=log", "=public_id", "=type", "=actor_id", "=target_id")
    fields = (
        *("log", "seq", "public_id", "at", "type", "outcome"),
        *("actor_type", "actor_id", "target_type", "target_id", "record", "leaf_hash"),
    )
    readonly_fields = ("public_id", "record", "leaf_hash")

    @admin.display(description="record")
    def record(self, event):
        return bytes(event.body).decode(errors="backslashreplace")

    @admin.display(description="leaf")
    def leaf_hash(self, event):
        return bytes(event.leaf).hex()


@admin.register(LogHead)
class LogHeadAdmin(ReadOnlyAdmin):
    list_display = ("log", "size", "at")
    search_fields = ("=log",)


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnlyAdmin):
    list_display = ("log", "size", "at", "note")
    search_fields = ("=log",)


@admin.register(Private)
class PrivateAdmin(ReadOnlyAdmin):
    """Which values are kept; the values themselves are for a team's auditors."""

    list_display = ("log", "event", "name", "subject")
    search_fields = ("=log", "=event", "=subject")
    exclude = ("sealed",)


@admin.register(Blob)
class BlobAdmin(ReadOnlyAdmin):
    """Which texts are kept; the texts are shown where they belong."""

    list_display = ("log", "sha256", "size", "created_at", "erased_at")
    search_fields = ("=log", "=sha256")
    exclude = ("text",)
