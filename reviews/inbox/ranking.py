"""Where a proposal stands in the queue, and why.

Its score is points for its gravest tier, for how many changes wait, and one for each hour past its due time (fewer than
none before). All scores grow by one an hour together, so that their order never depends on the clock: it is stored as
`rank_at`, the due time brought forward by an hour for each other point, and a page of the queue goes on after the last
`(rank_at, opened_at, id)` seen, on every database alike. What is equal is first in, first out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agents.enums import TIER_ORDER, Tier
from reviews import policy
from reviews.enums import UNDECIDED, VOTABLE
from reviews.inbox import ageing
from reviews.models import Proposal

KEYS = ("rank_at", "opened_at", "pk")
POINTS: dict[str, int] = {Tier.LOW: 0, Tier.MEDIUM: 8, Tier.HIGH: 24, Tier.CRITICAL: 72}
MOST_FOR_SIZE = 10
CHANGES_A_POINT = 10


@dataclass(frozen=True, slots=True)
class Score:
    """The parts of a proposal's place in the queue."""

    tier: int
    size: int
    late: int

    @property
    def total(self) -> int:
        return self.tier + self.size + self.late

    @property
    def shown(self) -> str:
        return _signed(self.total)

    @property
    def word(self) -> str:
        if self.total < 0:
            return _("can wait")
        return _("urgent") if self.total >= POINTS[Tier.HIGH] else _("soon")

    @property
    def parts(self) -> str:
        hours = abs(self.late)
        time = ngettext("%(n)d hour overdue", "%(n)d hours overdue", hours)
        if self.late < 0:
            time = ngettext("due in %(n)d hour", "due in %(n)d hours", hours)
        pairs = ((_("risk"), self.tier), (_("size"), self.size), (time % {"n": hours}, self.late))
        return ", ".join(f"{name} {_signed(points)}" for name, points in pairs)


def score(proposal: Proposal, *, now: datetime) -> Score:
    late = floor((now - proposal.due_at).total_seconds() / 3600)
    return Score(POINTS[proposal.tier], _for_size(proposal.waiting), late)


def place(proposal: Proposal, *, tiers: Collection[str], document: dict[str, Any]) -> None:
    """Set what orders a new proposal in the queue; storing it is the caller's."""
    proposal.tier, proposal.waiting = _gravest(tiers), len(tiers)
    _date(proposal, document)


def follow(proposal: Proposal, changes: Iterable[tuple[str, str]]) -> None:
    """Bring a proposal's place in line with the (state, tier) of its changes. Writes only where something moved."""
    rows = list(changes)
    waiting = sum(state in UNDECIDED for state, _tier in rows)
    votable = [tier for state, tier in rows if state in VOTABLE]
    tier = _gravest(votable) if votable else proposal.tier
    if (tier, waiting) == (proposal.tier, proposal.waiting):
        return
    regraded = tier != proposal.tier
    proposal.tier, proposal.waiting = tier, waiting
    if regraded:
        _date(proposal, policy.document_of(proposal.team))
    else:
        proposal.rank_at = _ranked(proposal)
    proposal.save(update_fields=["tier", "waiting", "due_at", "rank_at"])


def _date(proposal: Proposal, document: dict[str, Any]) -> None:
    hours = ageing.targets(document)[proposal.tier]
    proposal.due_at = ageing.due_at(opened_at=proposal.opened_at, hours=hours, zone=proposal.team.time_zone)
    proposal.rank_at = _ranked(proposal)


def _ranked(proposal: Proposal) -> datetime:
    return proposal.due_at - timedelta(hours=POINTS[proposal.tier] + _for_size(proposal.waiting))


def _signed(points: int) -> str:
    return f"{points:+d}".replace("-", "\N{MINUS SIGN}") if points else "0"


def _for_size(waiting: int) -> int:
    return min(waiting // CHANGES_A_POINT, MOST_FOR_SIZE)


def _gravest(tiers: Iterable[str]) -> Tier:
    return max((Tier(tier) for tier in tiers), key=TIER_ORDER.__getitem__)
