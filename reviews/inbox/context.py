"""What the navigation of every page says about reviews."""

from typing import Any

from django.db.models import Count, Exists, Subquery
from django.http import HttpRequest

from accounts import paging, roles
from accounts.models import Team
from reviews.breaking_glass import closing
from reviews.inbox import turns
from reviews.models import BrokenGlass, Notice, Provenance
from reviews.talking import noticing

MOST = 99  # unread notices that are counted


def navigation(request: HttpRequest) -> dict[str, Any]:
    """What waits for the person, and whether memory was written without a decision: asked only where a navigation is
    drawn, and once a request.
    """
    return {
        "own_turns": lambda: count(request),
        "unread_notices": lambda: unread(request),
        "has_unreviewed": lambda: _bar(request)[1],
        "broken_glass": lambda: broken_glass(request),
    }


def unread(request: Any) -> str:
    """How many notices the person has not read, counted to 99."""
    most = _bar(request)[0]
    return f"{MOST}+" if most > MOST else str(most or "")


def broken_glass(request: Any) -> list[BrokenGlass]:
    """The emergencies that every page of the team tells of: read only where there are any."""
    return closing.raised(request.team) if _bar(request)[2] else []


def _bar(request: Any) -> tuple[int, bool, bool]:
    """Unread notices, whether an unreviewed write is open in the team, and whether an emergency is: in one query."""
    if getattr(request, "membership", None) is None:
        return 0, False, False
    if not hasattr(request, "review_bar"):
        some = noticing.of(request.user, team=request.team).unread().order_by()[: MOST + 1]
        told = Notice.objects.filter(pk__in=some.values("pk")).order_by().values("team").annotate(n=Count("pk"))
        writes = Exists(Provenance.objects.of(request.team).open())
        glass = Exists(BrokenGlass.objects.of(request.team).raised())
        rows = Team.objects.filter(pk=request.team.pk).annotate(
            unread=Subquery(told.values("n")), writes=writes, glass=glass
        )
        most, has_writes, is_broken = rows.values_list("unread", "writes", "glass").get()
        request.review_bar = (most or 0, has_writes, is_broken)
    return request.review_bar  # type: ignore[no-any-return]


def count(request: Any) -> str:
    membership = getattr(request, "membership", None)
    if membership is None or not membership.may(roles.DECIDE):
        return ""
    if not hasattr(request, "own_turns"):
        request.own_turns = paging.count_label(turns.your_turn(request.user, team=request.team))
    return str(request.own_turns)
