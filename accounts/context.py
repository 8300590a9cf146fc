from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts import keys, paging, roles
from accounts.confirming import waiting
from accounts.models import Membership


def shell(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page shows."""
    own = keys.of(getattr(request.user, "keys", {}))
    membership = getattr(request, "membership", None)
    reads_trail = membership is not None and membership.may(roles.READ_TRAIL)
    return {
        "team": getattr(request, "team", None),
        "teams": getattr(request, "teams", ()),
        "membership": membership,
        "reads_trail": reads_trail,
        "confirmations_turn": lambda: _turn(request, membership),
        "key_list": [(name, label, own[name], name in keys.LISTED) for name, label in keys.KEYS.items()],
        "listed_keys": [(name, label, own[name]) for name, label in keys.LISTED.items()],
        "go_list": [(letter, place) for letter, place in keys.PLACES.items() if letter != "u" or reads_trail],
        "pressed_keys": keys.by_pressed(own),
        "demo_mode": settings.DEMO,
    }


def _turn(request: Any, membership: Membership | None) -> str:
    """How many confirmations wait for the person: asked only where anything waits, and once a request."""
    if membership is None or not getattr(membership, "any_waits", False):
        return ""
    if not hasattr(request, "confirmations_turn"):
        label = paging.count_label(waiting.for_me(membership))
        request.confirmations_turn = "" if label == "0" else label
    return str(request.confirmations_turn)
