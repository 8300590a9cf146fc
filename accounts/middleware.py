from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

Respond = Callable[[HttpRequest], HttpResponseBase]


def person_time_zone(get_response: Respond) -> Respond:
    """Show times in the signed-in person's zone."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            with timezone.override(request.user.time_zone):
                return get_response(request)
        return get_response(request)

    return middleware
