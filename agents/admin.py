from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from agents.models import (
    Agent,
    ErasedSession,
    Feedback,
    Memory,
    MemoryVersion,
    Namespace,
    NamespaceAccess,
    Outcome,
    PlatformLink,
    PulledSession,
    ReadTrace,
    Session,
    StatementRecord,
    StoreCall,
    StoredMemory,
    StoreLink,
    StorePush,
)


@admin.register(Agent)
class AgentAdmin(ReadOnlyAdmin):
    list_display = ("team", "name", "slug", "exposure", "created_at", "archived_at")
    list_select_related = ("team",)
    search_fields = ("name", "slug", "public_id")


@admin.register(Namespace)
class NamespaceAdmin(ReadOnlyAdmin):
    list_display = ("team", "name", "slug", "tier_floor", "store", "created_at")
    list_select_related = ("team",)
    search_fields = ("name", "slug", "public_id")


@admin.register(NamespaceAccess)
class NamespaceAccessAdmin(ReadOnlyAdmin):
    list_display = ("team", "agent", "namespace", "mode")
    list_select_related = ("team", "agent", "namespace")


@admin.register(Memory)
class MemoryAdmin(ReadOnlyAdmin):
    list_display = ("team", "namespace", "path", "archived", "created_at")
    list_select_related = ("team", "namespace")
    search_fields = ("path", "public_id")


@admin.register(MemoryVersion)
class MemoryVersionAdmin(ReadOnlyAdmin):
    list_display = ("team", "memory_id", "number", "cause", "reviewed", "actor_type", "at")
    list_select_related = ("team",)
    search_fields = ("public_id",)


@admin.register(StatementRecord)
class StatementRecordAdmin(ReadOnlyAdmin):
    list_display = ("team", "memory_id", "kind", "start", "first_seen", "retired_at")
    list_select_related = ("team",)
    search_fields = ("public_id",)


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ("team", "agent", "source", "external_id", "version", "is_newest", "ended_at", "tainted_at")
    list_select_related = ("team", "agent")
    search_fields = ("external_id", "public_id")


@admin.register(Outcome)
class OutcomeAdmin(ReadOnlyAdmin):
    list_display = ("team", "session_id", "name", "source", "score", "at")
    list_select_related = ("team",)
    search_fields = ("public_id",)


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    list_display = ("team", "session_id", "position", "score", "at")
    list_select_related = ("team",)
    search_fields = ("public_id",)


@admin.register(ReadTrace)
class ReadTraceAdmin(ReadOnlyAdmin):
    list_display = ("team", "agent", "tokens", "left_out", "actor_id", "at")
    list_select_related = ("team", "agent")
    search_fields = ("public_id",)


@admin.register(StorePush)
class StorePushAdmin(ReadOnlyAdmin):
    list_display = ("team", "version_id", "state", "attempts", "created_at", "delivered_at")
    list_select_related = ("team",)


@admin.register(StoreLink)
class StoreLinkAdmin(ReadOnlyAdmin):
    list_display = ("team", "namespace", "kind", "place", "synced_at", "next_at", "removed_at")
    list_select_related = ("team", "namespace")
    search_fields = ("place",)


@admin.register(StoredMemory)
class StoredMemoryAdmin(ReadOnlyAdmin):
    list_display = ("team", "link_id", "memory_id", "remote_id", "conflict", "seen_at", "gone_at")
    list_select_related = ("team",)
    search_fields = ("remote_id",)


@admin.register(StoreCall)
class StoreCallAdmin(ReadOnlyAdmin):
    list_display = ("team", "link_id", "push_id", "act", "begun_at", "ended_at", "error")
    list_select_related = ("team",)
    search_fields = ("request_id",)


@admin.register(PlatformLink)
class PlatformLinkAdmin(ReadOnlyAdmin):
    list_display = ("team", "agent", "connection", "platform_agent", "last_at", "next_at", "removed_at")
    list_select_related = ("team", "agent", "connection")
    search_fields = ("platform_agent",)


@admin.register(ErasedSession)
class ErasedSessionAdmin(ReadOnlyAdmin):
    list_display = ("team", "digest", "at")
    list_select_related = ("team",)
    search_fields = ("digest",)


@admin.register(PulledSession)
class PulledSessionAdmin(ReadOnlyAdmin):
    list_display = ("team", "agent", "connection", "external_id", "last_processed_at", "looked_at")
    list_select_related = ("team", "agent", "connection")
    search_fields = ("external_id",)
