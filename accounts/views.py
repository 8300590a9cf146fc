from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import roles
from accounts.access import needs


@require_safe
@login_not_required
def home(request):
    return HttpResponse()


@require_http_methods(["GET", "POST"])
def profile(request):
    return HttpResponse()


@require_POST
def theme(request):
    return HttpResponse()


@require_safe
@needs(roles.VIEW)
def team(request, team):
    return HttpResponse()


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_TEAM)
def team_settings(request, team):
    return HttpResponse()


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_TEAM)
def invite(request, team):
    return HttpResponse()


@require_POST
@needs(roles.MANAGE_TEAM)
def invitation_revoke(request, team, invitation_id):
    return HttpResponse()


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_TEAM)
def member(request, team, membership_id):
    return HttpResponse()


@require_POST
@needs(roles.MANAGE_TEAM)
def member_remove(request, team, membership_id):
    return HttpResponse()


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_TEAM)
def tokens(request, team):
    return HttpResponse()


@require_POST
@needs(roles.MANAGE_TEAM)
def token_revoke(request, team, token_id):
    return HttpResponse()


@require_http_methods(["GET", "POST"])
@login_not_required
def accept(request, secret):
    return HttpResponse()
