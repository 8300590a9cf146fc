"""Letting go what there is room for, and holding what would pass a budget. Called under the namespace's lock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from audit import trail
from audit.trail import SYSTEM
from reviews import policy
from reviews.automatic import people
from reviews.bounds import TargetGround
from reviews.budgets import measuring, spending, weeks
from reviews.budgets.room import Asked, Passed
from reviews.desk import Seat
from reviews.enums import TAKES_BACK, NoticeKind
from reviews.models import Reached
from reviews.talking import noticing


@dataclass(frozen=True, slots=True)
class Weighed:
    """What each change asks, by its primary key, and which ones there is no room for."""

    asked: dict[int, Asked]
    stopped: dict[int, Passed]


def weigh(seats: Sequence[Seat], *, at: datetime) -> Weighed:
    """Hold changes of one namespace, that are to be applied together, against its budgets, in their order.

    Each counts with those before it. What only takes back is not held up and uses nothing.
    """
    wanted = [seat for seat in seats if seat.change.proposal.origin_kind not in TAKES_BACK]
    if not wanted:
        return Weighed({}, {})
    namespace = wanted[0].change.namespace
    namespace.team = wanted[0].change.team
    readings = spending.readings_of(namespace, at=at)
    asked = {seat.change.pk: ask(seat, readings) for seat in wanted}
    room = spending.room(
        namespace,
        at=at,
        memories={memory for one in asked.values() for memory in one.memories},
        proposals={one.proposal for one in asked.values()},
    )
    stopped = {}
    for pk, one in asked.items():
        passed = room.passed_by(one)
        if passed:
            stopped[pk] = passed
        else:
            room.take(one)
    return Weighed(asked, stopped)


def ask(seat: Seat, readings: int) -> Asked:
    grounds = seat.standing.targets
    size = measuring.measure((_lost(ground), _said(ground)) for ground in grounds)
    memories: Counter[int] = Counter()
    for number, ground in enumerate(grounds):
        if ground.memory is not None:
            memories[ground.memory.pk] += size.removed.get(number, 0)
    return Asked(
        proposal=seat.change.proposal_id,
        readings=readings,
        removals=size.removals,
        churn=size.churn,
        automatic=not seat.tally.is_approved,
        memories=memories,
    )


def _lost(ground: TargetGround) -> str:
    """The lines that a target loses: of what is archived all."""
    base = ground.target.base
    if ground.target.path_after is None:
        return base.text if base else ""
    return "".join(line for hunk in ground.hunks for line in hunk.before)


def _said(ground: TargetGround) -> str:
    return "".join(line for hunk in ground.hunks for line in hunk.after)


def hold(seat: Seat, passed: Passed, *, at: datetime, unit: trail.Unit) -> None:
    """Let an approved change wait until the next week, and tell leads once which budget is used up."""
    change = seat.change
    held = policy.current(change.team)
    facts = {
        "limit": passed.limit,
        "used": passed.used,
        "asked": passed.asked,
        "week": weeks.week_of(at, change.team).isoformat(),
        "policy": held.version if held else 0,
    }
    change.hold(passed.budget, facts, until=weeks.next_begins(at, change.team))
    namespace, week = change.namespace, weeks.week_of(at, change.team)
    _, is_first = Reached.objects.of(change.team).get_or_create(
        namespace=namespace, budget=passed.budget, week=week, defaults={"team": change.team, "at": at}
    )
    if is_first:
        data = {"budget": passed.budget, "change": change.public_id, "week": week.isoformat()}
        numbers = {"limit": passed.limit, "used": passed.used, "asked": passed.asked}
        unit.record("budget.reached", target=namespace, by=SYSTEM, data=data | numbers)
        noticing.tell(people=people.leads(change.team), kind=NoticeKind.BUDGET, namespace=namespace, at=at)
