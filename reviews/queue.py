"""A queue: a tab of the inbox. It names an order, so that a proposal's page can say which comes next in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import paging
from accounts.models import Team
from reviews import ranking, turns
from reviews.enums import ProposalState
from reviews.inbox import Reader
from reviews.models import Proposal, ProposalQuerySet

MINE, WAITING, OPEN, DONE = "mine", "waiting", "open", "done"
TITLES: dict[str, str | Promise] = {
    MINE: _("Your turn"),
    WAITING: _("Waiting on others"),
    OPEN: _("All open"),
    DONE: _("Done"),
}
_NEWEST_FIRST = ("-opened_at", "-pk")


@dataclass(frozen=True, slots=True)
class Tab:
    view: str
    title: str | Promise
    count: str
    url: str


@dataclass(frozen=True, slots=True)
class Queue:
    view: str

    @property
    def keys(self) -> tuple[str, ...]:
        return _NEWEST_FIRST if self.view == DONE else ranking.KEYS

    @property
    def token(self) -> str:
        """What a URL carries to come back to this very list."""
        return urlencode({"view": self.view})

    def rows(self, team: Team, reader: Reader) -> ProposalQuerySet:
        if self.view == MINE:
            return turns.your_turn(reader.person, team=team)
        if self.view == WAITING:
            return turns.others_turn(reader.person, team=team)
        proposals = Proposal.objects.of(team)
        return proposals.exclude(state=ProposalState.OPEN) if self.view == DONE else proposals.open()


def read(given: QueryDict, *, decides: bool) -> Queue:
    """The queue that a URL names; whoever decides begins with their turn, others with all that is open."""
    views = list(TITLES) if decides else [OPEN, DONE]
    view = given.get("view", "")
    return Queue(view if view in views else views[0])


def tabs(chosen: Queue, team: Team, reader: Reader, *, own_turns: Callable[[], str]) -> list[Tab]:
    """All queues with how many proposals each holds, counted no further than the cap."""
    found = []
    for view in TITLES if reader.decides else (OPEN, DONE):
        one = Queue(view)
        count = own_turns() if view == MINE else paging.count_label(one.rows(team, reader))
        found.append(Tab(view, TITLES[view], count, f"?{one.token}"))
    return found
