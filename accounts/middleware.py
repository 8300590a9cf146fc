from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone

from accounts import denials, tokens
from audit import trail

Respond = Callable[[HttpRequest], HttpResponseBase]


def person_time_zone(get_response: Respond) -> Respond:
    """Show times in the signed-in person's zone."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            with timezone.override(request.user.time_zone):
                return get_response(request)
        return get_response(request)

    return middleware


def no_nul_in_addresses(get_response: Respond) -> Respond:
    """Nothing is called by a name with a NUL in it, and PostgreSQL would not even look for one. Machines are told so in
    their own way.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info and not request.path_info.startswith("/api/"):
            raise Http404
        return get_response(request)

    return middleware


class PeopleOnly(LoginRequiredMiddleware):
    """Sends whoever is not signed in to do so. A token opens no page, least of all one where people decide: its team's
    log says that it tried.
    """

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        token = tokens.find(secret, timezone.now()) if scheme == "Bearer" else None
        if token is not None:
            data = {"reason_code": "machine", **denials.attempt(request)}
            with trail.unit_of_work(at=timezone.now()) as unit:
                unit.record("access.denied", target=token, by=token, data=data, outcome="denied")
        return super().handle_no_permission(request, view_func)
