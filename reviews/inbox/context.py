"""What the navigation of every page says about reviews."""

from typing import Any

from django.http import HttpRequest

from accounts import paging, roles
from reviews.inbox import turns
from reviews.talking import noticing

MOST = 99  # unread notices that are counted


def navigation(request: HttpRequest) -> dict[str, Any]:
    """How many proposals wait for the person: asked only where a navigation is drawn, and once a request."""
    return {"own_turns": lambda: count(request), "unread_notices": lambda: unread(request)}


def unread(request: Any) -> str:
    """How many notices the person has not read, counted to 99."""
    membership = getattr(request, "membership", None)
    if membership is None:
        return ""
    if not hasattr(request, "unread_notices"):
        most = noticing.of(request.user, team=request.team).unread().order_by()[: MOST + 1].count()
        request.unread_notices = f"{MOST}+" if most > MOST else str(most or "")
    return str(request.unread_notices)


def count(request: Any) -> str:
    membership = getattr(request, "membership", None)
    if membership is None or not membership.may(roles.DECIDE):
        return ""
    if not hasattr(request, "own_turns"):
        request.own_turns = paging.count_label(turns.your_turn(request.user, team=request.team))
    return str(request.own_turns)
