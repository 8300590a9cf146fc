"""Pages of a team: its members, invitations and settings."""

from django.conf import settings as site
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import members, paging, roles
from accounts.access import needs
from accounts.forms import InviteForm, RolesForm, TeamForm
from accounts.models import Invitation, Membership


@require_safe
@needs(roles.VIEW)
def index(request, team):
    people = Membership.objects.of(request.team).active().select_related("user")
    pending = Invitation.objects.of(request.team).pending().select_related("invited_by").order_by("-pk")
    context = {
        "page": paging.page(people, request, keys=("user__name", "pk")),
        "invitations": pending[: paging.SIZE],
        "manages": request.membership.may(roles.MANAGE_TEAM),
        "watches": request.membership.may(roles.WATCH),
    }
    return render(request, "accounts/team.html", context)


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_TEAM)
def settings(request, team):
    own = request.team
    now_set = {"name": own.name, "time_zone": own.time_zone, "sole_reviewer": own.sole_reviewer}
    form = TeamForm(request.POST or None, initial=now_set)
    if request.method == "POST" and form.is_valid():
        members.set_team(team=own, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("accounts:team", team)
    return render(request, "accounts/team_settings.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_TEAM)
@never_cache
def invite(request, team):
    """Mails the link, and shows it once: where no mail goes out, it can be handed over."""
    form, context = InviteForm(request.POST or None, initial={"roles": ["member"]}), {}
    if request.method == "POST" and form.is_valid():
        base_url = request.build_absolute_uri("/")
        try:
            invitation, secret = members.invite(
                team=request.team, by=request.user, at=timezone.now(), base_url=base_url, **form.cleaned_data
            )
            context = {"invitation": invitation, "link": members.link(base_url, secret)}
            context["printed"] = site.EMAIL_BACKEND.endswith("console.EmailBackend")
        except members.AlreadyMember:
            form.add_error("email", _("This person is in the team already."))
    context["form"] = form
    return render(request, "accounts/invite.html", context, status=422 if form.errors else 200)


@require_POST
@needs(roles.MANAGE_TEAM)
def invitation_revoke(request, team, invitation_id):
    invitation = get_object_or_404(Invitation.objects.of(request.team), public_id=invitation_id)
    try:
        members.revoke_invitation(invitation=invitation, by=request.user, at=timezone.now())
        messages.success(request, _("The invitation is withdrawn; its link no longer works."))
    except members.InvitationGone:
        messages.info(request, _("This invitation was accepted or withdrawn before."))
    return redirect("accounts:team", team)


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_TEAM)
def member(request, team, membership_id):
    membership = _membership_or_404(request, membership_id)
    form = RolesForm(request.POST or None, initial={"roles": membership.roles})
    if request.method == "POST" and form.is_valid():
        try:
            members.set_roles(membership=membership, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Roles of %(name)s are set.") % {"name": membership.user})
            return redirect("accounts:team", team)
        except members.LastAdmin:
            form.add_error("roles", _("A team keeps at least one admin. Make another person admin first."))
    context = {"member": membership, "form": form}
    return render(request, "accounts/member.html", context, status=422 if form.errors else 200)


@require_POST
@needs(roles.MANAGE_TEAM)
def member_remove(request, team, membership_id):
    membership = _membership_or_404(request, membership_id)
    try:
        members.remove(membership=membership, by=request.user, at=timezone.now())
        messages.success(request, _("%(name)s is no longer in the team.") % {"name": membership.user})
    except members.LastAdmin:
        messages.error(request, _("A team keeps at least one admin. Make another person admin first."))
        return redirect("accounts:member", team, membership_id)
    if membership.user == request.user:
        return redirect("accounts:home")
    return redirect("accounts:team", team)


def _membership_or_404(request, membership_id):
    own = Membership.objects.of(request.team).active().select_related("user", "team")
    return get_object_or_404(own, public_id=membership_id)
