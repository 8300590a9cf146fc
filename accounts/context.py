from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts import keys, roles


def shell(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page shows."""
    own = keys.of(getattr(request.user, "keys", {}))
    membership = getattr(request, "membership", None)
    return {
        "team": getattr(request, "team", None),
        "teams": getattr(request, "teams", ()),
        "membership": membership,
        "reads_trail": membership is not None and membership.may(roles.READ_TRAIL),
        "key_list": [(name, label, own[name]) for name, label in keys.KEYS.items()],
        "pressed_keys": keys.by_pressed(own),
        "demo_mode": settings.DEMO,
    }
