"""Step-up sign-in: some acts take a sign-in that is at most five minutes old.

Decorate the view below its permission:

    @require_POST
    @needs(roles.BREAK_GLASS)
    @needs_fresh_sign_in
    def break_glass(request, team): ...

Where only some ways of a view need it, ask in it: `if not is_fresh(request): return ask_again(request)`. A form that
was sent is kept in the session and done after the sign-in, as it was typed; files are not kept, and a form with a
password is none to guard like this. The view runs again from its first guard, so it must have changed nothing before.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.utils import get_next_redirect_url
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import resolve, reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from accounts import signing_in

FRESH_SECONDS = 300
KEPT = "form_kept_for_sign_in"
View = Callable[..., HttpResponseBase]


def needs_fresh_sign_in(view: View) -> View:
    """Let in whose sign-in is fresh; send others to sign in again, and back to what they were doing."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if is_fresh(request) else ask_again(request)

    return guarded


def is_fresh(request: HttpRequest) -> bool:
    """Whether this person, in this session, signed in within five minutes, by whatever means."""
    records = get_authentication_records(request, request.user)
    return any(0 <= time.time() - record["at"] < FRESH_SECONDS for record in records)


def ask_again(request: HttpRequest) -> HttpResponseBase:
    """To the page that asks for the password, keeping what was typed."""
    request.session.pop(KEPT, None)
    back = request.get_full_path()
    if request.method == "POST":
        back = request.path
        request.session[KEPT] = {
            "path": request.path,
            "path_info": request.path_info,
            "query": request.GET.urlencode(),
            "form": request.POST.urlencode(),
        }
    url = f"{reverse('account_reauthenticate')}?{urlencode({REDIRECT_FIELD_NAME: back})}"
    is_part = getattr(request, "htmx", False)
    return HttpResponseClientRedirect(url) if is_part else HttpResponseRedirect(url)


def signed_in(request: HttpRequest, *, method: str) -> None:
    """Remember when: for sign-ins that do not go through allauth, which remembers its own."""
    record_authentication(request, request.user, method)


def proved(request: HttpRequest, *, method: str, is_demo: bool = False) -> None:
    """The person proved again who they are: from now on it is fresh, and the trail says so."""
    signed_in(request, method=method)
    signing_in.again(user=request.user, at=timezone.now(), method=method, is_demo=is_demo)  # type: ignore[arg-type]


def go_on(request: HttpRequest) -> HttpResponseBase:
    """Back to where the person was asked: the form that was kept is sent again, as it was typed."""
    kept = request.session.pop(KEPT, None)
    url = get_next_redirect_url(request, REDIRECT_FIELD_NAME) or reverse("accounts:home")
    if not kept or kept["path"] != url:
        return HttpResponseRedirect(url)
    request.path, request.path_info = kept["path"], kept["path_info"]
    request.GET, request.POST = QueryDict(kept["query"]), QueryDict(kept["form"])
    request.META |= {"QUERY_STRING": kept["query"], "PATH_INFO": kept["path_info"]}
    found = request.resolver_match = resolve(kept["path_info"])
    return found.func(request, *found.args, **found.kwargs)  # type: ignore[no-any-return]
