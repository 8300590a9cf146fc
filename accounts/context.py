from typing import Any

from django.conf import settings
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page shows."""
    return {
        "team": getattr(request, "team", None),
        "teams": getattr(request, "teams", ()),
        "membership": getattr(request, "membership", None),
        "demo_mode": settings.DEMO,
    }
