from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from reviews.models import (
    Absence,
    Assignment,
    Change,
    Check,
    Comment,
    Decision,
    Evidence,
    Inverse,
    Notice,
    Policy,
    Proposal,
    Revision,
    RevisionTarget,
    Thread,
)


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin):
    list_display = ("team", "number", "title", "state", "origin_kind", "opened_at", "closed_at")
    list_select_related = ("team",)
    search_fields = ("title", "public_id", "origin_id")


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    list_display = ("team", "proposal_id", "position", "operation", "title", "tier", "state", "state_at")
    list_select_related = ("team",)
    search_fields = ("title", "public_id", "fingerprint")


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    list_display = ("team", "change_id", "number", "origin", "made_by_type", "made_by_id", "at")
    list_select_related = ("team",)
    search_fields = ("public_id",)


@admin.register(RevisionTarget)
class RevisionTargetAdmin(ReadOnlyAdmin):
    list_display = ("team", "revision_id", "position", "path_before", "path_after")
    list_select_related = ("team",)
    search_fields = ("path_before", "path_after")


@admin.register(Evidence)
class EvidenceAdmin(ReadOnlyAdmin):
    list_display = ("team", "change_id", "session_id", "position", "stance", "status", "added_at")
    list_select_related = ("team",)
    search_fields = ("public_id",)


@admin.register(Check)
class CheckAdmin(ReadOnlyAdmin):
    list_display = ("team", "revision_id", "rule", "rule_version", "severity", "reason")
    list_select_related = ("team",)


@admin.register(Policy)
class PolicyAdmin(ReadOnlyAdmin):
    list_display = ("team", "version", "set_by_type", "set_by_id", "at")
    list_select_related = ("team",)
    search_fields = ("public_id",)


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ("team", "change_id", "by", "verdict", "at", "withdrawn_at", "dismissed_at")
    list_select_related = ("team", "by")
    search_fields = ("public_id",)


@admin.register(Inverse)
class InverseAdmin(ReadOnlyAdmin):
    list_display = ("team", "change_id", "at", "erased_at")
    list_select_related = ("team",)


@admin.register(Thread)
class ThreadAdmin(ReadOnlyAdmin):
    list_display = (
        "team",
        "change_id",
        "revision_id",
        "target_position",
        "line_start",
        "line_end",
        "at",
        "resolved_at",
    )
    list_select_related = ("team",)
    search_fields = ("public_id",)


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    list_display = ("team", "thread_id", "by", "at", "sent_at")
    list_select_related = ("team", "by")
    search_fields = ("public_id",)


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    list_display = ("team", "proposal_id", "person", "how", "at", "ended_at")
    list_select_related = ("team", "person")
    search_fields = ("public_id",)


@admin.register(Absence)
class AbsenceAdmin(ReadOnlyAdmin):
    list_display = ("team", "person", "delegate", "since", "until", "ended_at")
    list_select_related = ("team", "person", "delegate")
    search_fields = ("public_id",)


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ("team", "person", "kind", "proposal_id", "change_id", "at", "read_at", "mailed_at")
    list_select_related = ("team", "person")
    search_fields = ("public_id",)
