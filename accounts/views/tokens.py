"""The page of a team's API tokens."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import paging, roles, tokens
from accounts.access import needs
from accounts.forms import TokenForm
from accounts.models import ApiToken


@require_http_methods(["GET", "POST"])
@needs(roles.MANAGE_TEAM)
@never_cache
def index(request, team):
    form, context, at = TokenForm(request.POST or None), {}, timezone.now()
    if request.method == "POST" and form.is_valid():
        token, secret = tokens.create(
            team=request.team,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=form.expires_at(at),
            by=request.user,
            at=at,
        )
        form, context = TokenForm(), {"fresh": token, "secret": secret}
    own = ApiToken.objects.of(request.team).select_related("created_by")
    context |= {"form": form, "page": paging.page(own, request), "now": at}
    return render(request, "accounts/tokens.html", context, status=422 if form.errors else 200)


@require_POST
@needs(roles.MANAGE_TEAM)
def revoke(request, team, token_id):
    token = get_object_or_404(ApiToken.objects.of(request.team).select_related("team"), public_id=token_id)
    try:
        tokens.revoke(token=token, by=request.user, at=timezone.now())
        messages.success(request, _("The token no longer works."))
    except tokens.AlreadyRevoked:
        messages.info(request, _("This token was revoked before."))
    return redirect("accounts:tokens", team)
