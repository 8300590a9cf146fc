"""How fast and how rightly people decided, from the votes in the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from accounts.models import Team
from benchmarks.deciding import truth
from reviews.enums import Hand
from reviews.models import Decision


def score(team: Team, truths: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """The last vote on each change counts; the time runs from when the first card was drawn, as far as is known."""
    votes = Decision.objects.of(team).counted().select_related("change", "facts").order_by("at", "pk")
    last = {vote.change.public_id: vote for vote in votes if vote.change.public_id in truths}
    wrong = [vote for public_id, vote in last.items() if not truth.is_right(vote.verdict, truths[public_id])]
    return {
        "changes": len(truths),
        "decided": len(last),
        "right": len(last) - len(wrong),
        "wrong": [_told(vote, truths[vote.change.public_id]) for vote in wrong],
        "by_keys": sum(_by_keys(vote) for vote in last.values()),
        "seconds": _seconds(list(last.values())),
    }


def _told(vote: Decision, planned: Mapping[str, str]) -> dict[str, str]:
    return {"title": vote.change.title, "voted": vote.verdict, "right": planned["verdict"], "why": planned["why"]}


def _by_keys(vote: Decision) -> bool:
    return hasattr(vote, "facts") and vote.facts.hand == Hand.KEYS


def _seconds(votes: list[Decision]) -> float | None:
    if not votes:
        return None
    drawn = [vote.at - timedelta(milliseconds=_dwell(vote)) for vote in votes]
    return round((max(vote.at for vote in votes) - min(drawn)).total_seconds(), 1)


def _dwell(vote: Decision) -> int:
    return (vote.facts.dwell_ms or 0) if hasattr(vote, "facts") else 0
