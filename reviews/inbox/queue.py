"""A queue: a tab of the inbox with a query. It names an order, so that a proposal's page can say what comes next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import paging
from accounts.models import Team
from agents.shown import visible
from reviews.enums import ProposalState
from reviews.inbox import filtering, querying, ranking, turns
from reviews.inbox.lines import Reader
from reviews.inbox.querying import EVERYTHING, BadQuery, Query
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
class Chip:
    """One term of the query; `url` is the list without it, `count` what would be found then (where it was asked)."""

    text: str
    url: str
    count: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    view: str
    query: Query = EVERYTHING
    typed: str = ""
    problem: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        return _NEWEST_FIRST if self.view == DONE else ranking.KEYS

    @property
    def token(self) -> str:
        """What a URL carries to come back to this very list."""
        return urlencode({"view": self.view} | ({"q": str(self.query)} if self.query else {}))

    @property
    def chips(self) -> list[Chip]:
        return [Chip(visible(str(term)), f"?{self.without(term).token}") for term in self.query.terms]

    def without(self, term: querying.Term) -> Queue:
        return replace(self, query=self.query.without(term))

    def rows(self, team: Team, reader: Reader) -> ProposalQuerySet:
        if self.problem:
            return Proposal.objects.of(team).none()
        rows = self._all(team, reader)
        return filtering.apply(self.query, rows, team=team, reader=reader, done=self.view == DONE)

    def loosened(self, team: Team, reader: Reader) -> list[Chip]:
        """Of a list that is empty: which single term to drop, with what is found then."""
        counts = [(term, paging.count_label(self.without(term).rows(team, reader))) for term in self.query.terms]
        return [
            Chip(visible(str(term)), f"?{self.without(term).token}", count) for term, count in counts if count != "0"
        ]

    def _all(self, team: Team, reader: Reader) -> ProposalQuerySet:
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
    view = view if view in views else views[0]
    typed = given.get("q", "")
    try:
        return Queue(view, querying.parse(typed), typed)
    except BadQuery as problem:
        return Queue(view, typed=typed, problem=filtering.told(problem))


def tabs(chosen: Queue, team: Team, reader: Reader, *, own_turns: Callable[[], str]) -> list[Tab]:
    """All queues under the same query, with how many proposals each holds, counted no further than the cap."""
    found = []
    for view in TITLES if reader.decides else (OPEN, DONE):
        one = replace(chosen, view=view)
        is_counted = view == MINE and not chosen.query and not chosen.problem
        count = own_turns() if is_counted else paging.count_label(one.rows(team, reader))
        found.append(Tab(view, TITLES[view], count, f"?{one.token}"))
    return found


def next_after(proposal: Proposal, came_by: Queue, *, team: Team, reader: Reader) -> Proposal | None:
    """The proposal after this one that waits for the reader, under the query they came with; from the top where none
    follows.
    """
    rows = replace(came_by, view=MINE).rows(team, reader).exclude(pk=proposal.pk)
    rows = rows.select_related("team").order_by(*ranking.KEYS)
    later = Q(opened_at__gt=proposal.opened_at) | Q(opened_at=proposal.opened_at, pk__gt=proposal.pk)
    following = Q(rank_at__gt=proposal.rank_at) | Q(rank_at=proposal.rank_at) & later
    return rows.filter(following).first() or rows.first()
