from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from dreaming.models import (
    Answer,
    DreamSettings,
    JournalEntry,
    Pattern,
    Price,
    Run,
    Schedule,
    SessionRead,
    Spend,
    SpendCap,
)


@admin.register(DreamSettings)
class DreamSettingsAdmin(ReadOnlyAdmin):
    list_display = ("agent", "version", "frequency", "engine", "time_zone", "at")
    list_select_related = ("agent",)
    search_fields = ("agent__slug",)


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    list_display = ("agent", "next_at")
    list_select_related = ("agent",)


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = ("number", "team", "agent", "origin", "state", "attempts", "queued_at", "finished_at")
    list_select_related = ("team", "agent")
    search_fields = ("public_id", "agent__slug")


@admin.register(Pattern)
class PatternAdmin(ReadOnlyAdmin):
    list_display = ("agent", "kind", "statement", "support", "at")
    list_select_related = ("agent",)
    search_fields = ("public_id", "statement")


@admin.register(SessionRead)
class SessionReadAdmin(ReadOnlyAdmin):
    list_display = ("agent", "session", "events", "run")
    list_select_related = ("agent", "session", "run")


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    list_display = ("run", "key", "at")
    list_select_related = ("run",)
    exclude = ("value",)


@admin.register(Answer)
class AnswerAdmin(ReadOnlyAdmin):
    list_display = ("agent", "change_id", "state", "attempts", "asked_at", "ended_at")
    list_select_related = ("agent",)
    search_fields = ("change_id", "request_id")


@admin.register(Price)
class PriceAdmin(ReadOnlyAdmin):
    list_display = ("team", "model", "valid_from", "above_tokens", "input", "output", "at")
    list_select_related = ("team",)
    search_fields = ("model",)


@admin.register(Spend)
class SpendAdmin(ReadOnlyAdmin):
    list_display = ("agent", "run", "stage", "model", "state", "high", "at")
    list_select_related = ("agent", "run")
    search_fields = ("public_id", "request_id")


@admin.register(SpendCap)
class SpendCapAdmin(ReadOnlyAdmin):
    list_display = ("team", "agent", "day_cents", "month_cents", "at")
    list_select_related = ("team", "agent")
