"""The admin site looks and never touches: what is governed changes by verbs, which leave a trail."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group

from accounts.models import ApiToken, Confirmation, Invitation, Membership, Team, User


class ReadOnlyAdmin(admin.ModelAdmin):
    """For staff to look things up, across teams. Every model registered here goes through this class."""

    actions = None
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request):
        return self.model._base_manager.order_by("-pk")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return request.user.is_active and request.user.is_staff

    def has_module_permission(self, request):
        return request.user.is_active and request.user.is_staff


# One door: limits and the trail hold for staff, too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.unregister([Group, EmailAddress])  # roles are the team's, addresses the person's


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ("email", "name", "is_active", "is_staff", "is_demo", "joined_at")
    search_fields = ("email", "name", "public_id")
    exclude = ("password", "groups", "user_permissions")


@admin.register(Team)
class TeamAdmin(ReadOnlyAdmin):
    list_display = ("name", "slug", "time_zone", "is_demo", "created_at")
    search_fields = ("name", "slug")


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ("team", "user", "roles", "joined_at", "removed_at")
    list_select_related = ("team", "user")
    search_fields = ("user__email", "team__slug", "public_id")


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("team", "email", "roles", "expires_at", "accepted_at", "revoked_at")
    list_select_related = ("team",)
    search_fields = ("email", "public_id")
    exclude = ("secret_sha256",)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = ("team", "name", "shown_start", "expires_at", "last_used_at", "revoked_at")
    list_select_related = ("team",)
    search_fields = ("name", "shown_start", "public_id")
    exclude = ("secret_sha256",)


@admin.register(Confirmation)
class ConfirmationAdmin(ReadOnlyAdmin):
    list_display = ("team", "kind", "title", "state", "asked_by", "asked_at", "decided_by", "waived")
    list_select_related = ("team", "asked_by", "decided_by")
    search_fields = ("target_id", "public_id")
