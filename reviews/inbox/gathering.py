"""The changes that a list of the inbox comes to: of the proposals that were chosen, or of all that it finds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from accounts import paging
from accounts.models import Team
from reviews import desk
from reviews.inbox import filtering
from reviews.inbox.lines import Reader
from reviews.inbox.queue import Queue
from reviews.models import Change, ChangeQuerySet

_ORDER = ("proposal_id", "position", "pk")


@dataclass(frozen=True, slots=True)
class Gathered:
    """The first changes of a list, ready for `bulk.read`, and how many there are in all, in words."""

    changes: Sequence[Change]
    total: str
    is_cut: bool


def of_proposals(numbers: Collection[int], *, team: Team, most: int) -> Gathered:
    """What waits in these proposals."""
    return _gathered(desk.rows(team).undecided().filter(proposal__number__in=numbers), most)


def of_queue(line_up: Queue, *, team: Team, reader: Reader, most: int) -> Gathered:
    """What waits in the proposals of a queue; where it asks for changes of a kind, those alone."""
    found = line_up.rows(team, reader).order_by().values("pk")
    waiting = desk.rows(team).undecided().filter(proposal__in=found)
    return _gathered(filtering.narrowed(line_up.query, waiting), most)


def _gathered(waiting: ChangeQuerySet, most: int) -> Gathered:
    changes = list(waiting.select_related("proposal__team").order_by(*_ORDER)[: most + 1])
    is_cut = len(changes) > most
    total = paging.count_label(waiting) if is_cut else str(len(changes))
    return Gathered(changes[:most], total, is_cut)
