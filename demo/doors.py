"""Who may come in with one click: people of the sample team, from this machine only, while DEMO is set."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest

from accounts.models import Membership
from demo import loading


def is_local(request: HttpRequest) -> bool:
    """Whether the request came over the loopback, with no proxy in between."""
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def people() -> Sequence[Membership]:
    team = loading.current()
    if not settings.DEMO or team is None:
        return ()
    return list(Membership.objects.of(team).active().filter(user__is_demo=True).select_related("user").order_by("pk"))


def may_click_again(request: HttpRequest) -> bool:
    """Whether who is signed in is one of these people: somebody with a password has to type it."""
    return is_local(request) and any(one.user == request.user for one in people())
