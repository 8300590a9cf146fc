"""Who proposed takes back, before anybody decided."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Team
from audit import trail
from audit.trail import Actor
from reviews import desk, proposals
from reviews.enums import State

TAKEN_BACK = "Taken back by whom it came from."


class Decided(ValueError):
    """Somebody decided on the change; `state` is how it stands."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


def take_back(*, team: Team, change_id: str, by: Actor, at: datetime) -> None:
    """Who proposed a change takes it back before anybody decided. Raises Decided; a second time is harmless."""
    with trail.unit_of_work(at=at) as unit:
        change = desk.locked(team, public_id=change_id).get()
        if change.state == State.WITHDRAWN:
            return
        if not change.is_undecided:
            raise Decided(change.state)
        proposals.withdraw_change(change=change, by=by, reason=TAKEN_BACK, at=at, unit=unit)
        proposals.close_if_done(proposal=change.proposal, by=by, at=at, unit=unit)
