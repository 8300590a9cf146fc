"""Pages of a person: where one starts, what one sets for oneself, and joining a team."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import members, preferences, signing_in, stepping_up
from accounts.access import memberships
from accounts.forms import JoinForm, KeysForm, ProfileForm, ThemeForm
from accounts.models import Team, User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_safe
@login_not_required
def home(request):
    """To the inbox of one's only team, else to a choice; an empty installation says how to begin."""
    if not Team.objects.exists():
        return render(request, "accounts/empty_installation.html")
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
    own = list(memberships(request.user))
    if len(own) == 1:
        return redirect("reviews:inbox", own[0].team.slug)
    return render(request, "accounts/home.html", {"memberships": own})


@require_http_methods(["GET", "POST"])
def profile(request):
    _in_only_team(request)
    form = ProfileForm(request.POST or None, initial=_own(request.user))
    if request.method == "POST" and form.is_valid():
        preferences.set_own(user=request.user, values=form.cleaned_data, at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("accounts:profile")
    return _profile(request, form, KeysForm(user=request.user))


@require_POST
def keys(request):
    """The keys of a person; the form stands on the profile."""
    _in_only_team(request)
    form = KeysForm(request.POST, user=request.user)
    if not form.is_valid():
        return _profile(request, ProfileForm(initial=_own(request.user)), form)
    preferences.set_own(user=request.user, values=form.values, at=timezone.now())
    messages.success(request, _("Saved."))
    return redirect(reverse("accounts:profile") + "#keys-form")


def _profile(request, form, keys_form):
    status = 422 if form.errors or keys_form.errors else 200
    return render(request, "accounts/profile.html", {"form": form, "keys_form": keys_form}, status=status)


def _own(user):
    return {name: getattr(user, name) for name in preferences.FIELDS}


def _in_only_team(request):
    """Where there is no choice of teams, the navigation of the only one stays on the page."""
    own = memberships(request.user)[:2]
    if len(own) == 1:
        request.membership, request.team, request.teams = own[0], own[0].team, [own[0].team]


@require_POST
def theme(request):
    form = ThemeForm(request.POST)
    if form.is_valid():
        preferences.set_own(user=request.user, values=form.given, at=timezone.now())
    back = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if own else reverse("accounts:home"))


@require_http_methods(["GET", "POST"])
@login_not_required
@sensitive_post_parameters("password")
@never_cache
def accept(request, secret):
    """The invitation's link: join as the person signed in, or with a new account."""
    try:
        invitation = members.find_invitation(secret=secret, at=timezone.now())
        if request.user.is_authenticated:
            return _accept_as_self(request, invitation, secret)
        return _accept_as_new(request, invitation, secret)
    except members.InvitationGone:
        return render(request, "accounts/invitation_gone.html", status=404)


def _accept_as_self(request, invitation, secret):
    is_other = request.user.email.lower() != invitation.email
    if request.method == "POST" and not is_other:
        members.accept(secret=secret, user=request.user, at=timezone.now())
        return redirect("reviews:inbox", invitation.team.slug)
    context = {"invitation": invitation, "is_other": is_other}
    return render(request, "accounts/accept.html", context, status=409 if request.method == "POST" else 200)


def _accept_as_new(request, invitation, secret):
    if User.objects.filter(email__iexact=invitation.email).exists():
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
    form = JoinForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        try:
            membership = members.accept(secret=secret, at=timezone.now(), **form.cleaned_data)
        except members.HasAccount:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        login(request, membership.user, backend=BACKEND)
        stepping_up.signed_in(request, method="invitation")
        signing_in.succeeded(user=membership.user, at=timezone.now(), method="invitation")
        return redirect("reviews:inbox", invitation.team.slug)
    context = {"invitation": invitation, "form": form}
    return render(request, "accounts/accept.html", context, status=422 if form.errors else 200)
