"""One word on many changes: over a list that was seen, with what stands in the way of each, and taken back at once."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Team, User
from agents.enums import Tier
from audit import ids, trail
from reviews import decisions, desk
from reviews.decisions import Refused, Word
from reviews.desk import Seat
from reviews.enums import Verdict
from reviews.models import Change, Decision
from reviews.watching.facts import Facts

MOST = 200


@dataclass(frozen=True, slots=True)
class Item:
    """One change of the list: `seen` stands for all that an approval is bound to, `problem` says why it is left out."""

    seat: Seat
    seen: str
    problem: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the list: the batch, how many were decided, and what was left out, with the reason."""

    batch: str
    decided: int
    refused: list[tuple[Change, str]]


class TooMany(ValueError):
    """More changes than may be decided at once."""


def read(changes: Sequence[Change], *, team: Team, verdict: Verdict, by: User) -> list[Item]:
    """The items of changes that come from `desk.rows`, in their order. All that are taken ask for the same."""
    seats = desk.read(changes, team=team)
    first = {pk: _problem(seat, verdict, by) for pk, seat in seats.items()}
    same = verdict == Verdict.APPROVE and common([seat.required for pk, seat in seats.items() if not first[pk]])
    items = []
    for change in changes:
        seat, problem = seats[change.pk], first[change.pk]
        if not problem and same and seat.required != same:
            problem = _("It asks for something else than the others: decide on it alone.")
        items.append(Item(seat, _seen(seat), problem))
    return items


def decide(
    *, team: Team, seen: Mapping[str, str], word: Word, by: User, at: datetime, facts: Facts | None = None
) -> Outcome:
    """Cast the same vote on each change of the list (public ids, with what was seen of each) that allows it.

    What moved since, or may not be decided at once, is left out. Raises TooMany, and Refused where the word is
    incomplete.
    """
    if len(seen) > MOST:
        raise TooMany(f"At most {MOST} changes are decided at once.")
    batch = ids.new("bat")
    decisions.look_again(team=team, change_ids=list(seen), at=at)
    refused: list[tuple[Change, str]] = []
    with trail.unit_of_work(at=at) as unit:
        changes = list(desk.locked(team, public_id__in=list(seen)).order_by("pk"))  # all locks before the first vote
        if not changes:
            return Outcome(batch, 0, [])
        word.check(changes[0])
        for item in read(changes, team=team, verdict=word.verdict, by=by):
            change = item.seat.change
            problem = item.problem
            if item.seen != seen[change.public_id]:
                problem = _("This change is not what you saw: look at it again.")
            if not problem:
                problem = _vote(item, word, batch, by, at, facts)
            if problem:
                refused.append((change, problem))
        data = {
            "batch": batch,
            "verdict": str(word.verdict),
            "changes": len(seen) - len(refused),
            "refused": len(refused),
        }
        unit.record("bulk.decided", target=_about(changes), by=by, data=data, private={"reason": word.reason})
    return Outcome(batch, len(changes) - len(refused), refused)


def undo(*, team: Team, batch: str, by: User, at: datetime) -> list[tuple[Change, str]]:
    """Take every vote of one's own batch back that can be; returns what could not, with the reason."""
    refused: list[tuple[Change, str]] = []
    with trail.unit_of_work(at=at):
        cast = Decision.objects.of(team).filter(batch=batch, by=by, withdrawn_at=None)
        for change in desk.locked(team, pk__in=list(cast.values_list("change", flat=True))).order_by("pk"):
            try:
                decisions.withdraw(team=team, change_id=change.public_id, by=by, at=at)
            except Refused as clash:
                refused.append((change, str(clash)))
    return refused


def _vote(item: Item, word: Word, batch: str, by: User, at: datetime, facts: Facts | None) -> str:
    """Cast one vote, or say why not."""
    change = item.seat.change
    try:
        decisions.cast(
            team=change.team,
            change_id=change.public_id,
            bound=item.seat.bound,
            word=word,
            by=by,
            at=at,
            batch=batch,
            facts=facts,
        )
    except Refused as clash:
        return str(clash)
    return ""


def _about(changes: Sequence[Change]) -> Any:
    """Their proposal, where they are of one; else the team."""
    proposals = {change.proposal_id for change in changes}
    return changes[0].proposal if len(proposals) == 1 else changes[0].team


def _problem(seat: Seat, verdict: Verdict, by: User) -> str:
    """Why this change is not decided together with others."""
    change = seat.change
    if not change.is_undecided:
        return _("It is decided already.")
    if verdict != Verdict.APPROVE:
        return ""
    if seat.required["tier"] != Tier.LOW:
        return _("Only low risk is approved at once: look at it alone.")
    if not seat.held:
        return desk.in_the_way(seat)
    if not seat.may_count(by):
        return _("You wrote this revision: another reviewer has to approve it.")
    if seat.tally.requests:
        return _("Somebody asks for changes.")
    if seat.required["blocking"]:
        return _("A check blocks it.")
    if decisions.unread(seat, by):  # its parts leave their words on the page of the change alone
        return _("Its diff is very long: read it to its end, and approve it there.")
    return ""


def common(required: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """What most of them ask for."""
    counts = Counter(json.dumps(one, sort_keys=True) for one in required)
    most = counts.most_common(1)
    return json.loads(most[0][0]) if most else None


def _seen(seat: Seat) -> str:
    bound = seat.bound
    parts = (seat.head.public_id, bound.base, bound.proposed, bound.requirement, bound.evidence)
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()
