"""What the navigation of every page says about reviews."""

from typing import Any

from django.http import HttpRequest

from accounts import paging, roles
from reviews import turns


def navigation(request: HttpRequest) -> dict[str, Any]:
    """How many proposals wait for the person: asked only where a navigation is drawn, and once a request."""
    return {"own_turns": lambda: count(request)}


def count(request: Any) -> str:
    membership = getattr(request, "membership", None)
    if membership is None or not membership.may(roles.DECIDE):
        return ""
    if not hasattr(request, "own_turns"):
        request.own_turns = paging.count_label(turns.your_turn(request.user, team=request.team))
    return str(request.own_turns)
