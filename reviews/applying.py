"""Writing what was approved. Never merges: where the bound text moved, the change goes back to be decided again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.models import Team, User
from agents import memory as memories
from agents import records
from agents.enums import Cause
from agents.memory import Writing
from agents.models import MemoryVersion, Namespace
from agents.text import lines as text_lines
from audit import trail
from audit.trail import SYSTEM, Actor
from reviews import desk, examining, lapsing, proposals, rebasing, settling
from reviews.automatic import falling_back, letting_through
from reviews.bounds import TargetGround
from reviews.budgets import limiting, spending
from reviews.desk import Seat
from reviews.enums import FOLDS, Operation, State
from reviews.hunks import Hunk
from reviews.models import Change, Inverse
from reviews.places import Written, write_text


@dataclass(frozen=True, slots=True)
class _Part:
    """One target of a change that is being written."""

    change: Change
    ground: TargetGround


def apply_due(*, team: Team, namespace: Namespace, now: datetime, by: Actor = SYSTEM) -> list[Change]:
    """Write what is approved and due in one namespace; returns what was applied.

    What moved is turned stale and carried over, what is not approved any more goes back to be decided.
    """
    with trail.unit_of_work(at=now) as unit:
        memories.lock(namespace)
        lapsing.lapse(team=team, at=now)
        due = list(Change.objects.of(team).due(now).filter(namespace=namespace).order_by("proposal", "position", "pk"))
        by_proposal: dict[int, list[int]] = defaultdict(list)
        for change in due:
            by_proposal[change.proposal_id].append(change.pk)
        return [change for ids in by_proposal.values() for change in _apply_together(team, ids, by, now, unit)]


def apply_now(*, team: Team, change_id: str, by: Actor, at: datetime) -> Change:
    """Skip the wait of one approved change. Returns it as it stands then."""
    change = Change.objects.of(team).select_related("namespace").get(public_id=change_id)
    with trail.unit_of_work(at=at) as unit:
        memories.lock(change.namespace)
        waiting = Change.objects.of(team).filter(pk=change.pk, state=State.APPROVED)
        if waiting.update(apply_after=at):
            _apply_together(team, [change.pk], by, at, unit)
    change.refresh_from_db()
    return change


def _apply_together(team: Team, ids: Sequence[int], by: Actor, at: datetime, unit: trail.Unit) -> list[Change]:
    """Compose the due changes of one proposal and write each memory once for each base they were made against."""
    applied: list[Change] = []
    left, at_once = list(ids), len(ids)
    while left:
        changes = list(desk.locked(team, pk__in=left).due(at).order_by("position", "pk"))  # look only after locking
        examining.again(changes, team=team, at=at)
        letting_through.hold_back(changes, team=team, at=at)
        seats = desk.read(changes, team=team)
        approved = [seat for seat in seats.values() if seat.may_be_applied]
        weighed = limiting.weigh(approved, at=at)
        for pk, passed in weighed.stopped.items():
            limiting.hold(seats[pk], passed, at=at, unit=unit)
        ready = [seat for seat in approved if seat.change.pk not in weighed.stopped]
        batch = _one_base_each(ready)[:at_once]
        problem = _try_to_write(batch, by, at)
        if problem and len(batch) > 1:
            at_once = 1  # one of them does not fit: find out which
            continue
        for seat in batch:
            if problem:
                rebasing.conflict(seat.change, problem, at=at, unit=unit)
            else:
                _mark_applied(seat, by, at, unit)
                if seat.change.pk in weighed.asked:
                    spending.note(seat.change, weighed.asked[seat.change.pk], at=at)
                applied.append(seat.change)
        taken = {seat.change.pk for seat in batch}
        for seat in seats.values():
            if seat not in approved:
                _send_back(seat, at, unit)
        left = [seat.change.pk for seat in ready if seat.change.pk not in taken]
    if applied:
        letting_through.tell(applied, at=at)
        proposals.close_if_done(proposal=applied[0].proposal, by=by, at=at, unit=unit)
    return applied


def write_past_votes(
    seat: Seat, *, by: User, at: datetime, unit: trail.Unit, data: dict[str, Any], private: dict[str, str]
) -> str:
    """Write one change whose votes an emergency passes by, or say why no memory can hold it. It counts with the
    budgets like any other. The caller holds the namespace's lock, and has seen that the change stands.
    """
    change, actor = seat.change, by.trail_actor
    problem = _try_to_write([seat], actor, at)
    if problem:
        return problem
    if change.state != State.APPROVED:
        change.become(State.APPROVED, at=at, apply_after=at)
    asked = replace(limiting.ask(seat, spending.readings_of(change.namespace, at=at)), automatic=False)
    change.become(State.APPLIED, at=at)
    change.glass_broken = True
    change.save(update_fields=["glass_broken"])
    unit.record("change.glass_broken", target=change, by=by, data=_hashes(seat) | data, private=private)
    _mark_taken_back(change, actor, at, unit)
    spending.note(change, asked, at=at)
    proposals.close_if_done(proposal=change.proposal, by=actor, at=at, unit=unit)
    return ""


def _try_to_write(batch: Sequence[Seat], by: Actor, at: datetime) -> str:
    """Write, or say why no memory can hold what the changes come to together."""
    try:
        with trail.unit_of_work(at=at) as unit:
            _write(batch, by, at, unit)
    except (memories.BadMemory, memories.PathTaken) as wrong:
        return str(wrong)
    return ""


def _one_base_each(ready: Iterable[Seat]) -> list[Seat]:
    """Changes that can be written together: no memory is written from two bases at once."""
    bases: dict[int, int] = {}
    batch = []
    for seat in ready:
        wanted = {
            ground.memory.pk: ground.target.base.pk
            for ground in seat.standing.targets
            if ground.memory and ground.target.base
        }
        if all(bases.get(memory, base) == base for memory, base in wanted.items()):
            bases |= wanted
            batch.append(seat)
    return batch


def _write(batch: Sequence[Seat], by: Actor, at: datetime, unit: trail.Unit) -> None:
    parts = [_Part(seat.change, ground) for seat in batch for ground in seat.standing.targets]
    by_memory: dict[int, list[_Part]] = defaultdict(list)
    inverses: dict[int, list[dict[str, object]]] = defaultdict(list)
    for part in parts:
        if part.ground.memory is None:
            inverses[part.change.pk].append(_create(part, by, at, unit))
        else:
            by_memory[part.ground.memory.pk].append(part)
    for group in by_memory.values():
        for part, inverse in _write_memory(group, by, at, unit):
            inverses[part.change.pk].append(inverse)
    _fold(batch, parts, at)
    Inverse.objects.bulk_create(
        Inverse(team_id=seat.change.team_id, change=seat.change, targets=inverses[seat.change.pk], at=at)
        for seat in batch
    )


def _fold(batch: Sequence[Seat], parts: Sequence[_Part], at: datetime) -> None:
    """What is taken out because it is said elsewhere leaves its age and its counters there."""
    changes = [seat.change for seat in batch]
    folding = {one.pk for one in changes if one.operation == Operation.MERGE or one.reason_code in FOLDS}
    touched = [part.ground for part in parts if part.change.pk in folding and part.ground.memory]
    written = [ground.memory for ground in touched if ground.target.path_after is not None]
    archived = [ground.memory for ground in touched if ground.target.path_after is None]
    if touched:
        gone = Q(memory__in=written, retired_at=at) | Q(memory__in=archived, retired_at=None)
        records.fold(namespace=changes[0].namespace, gone=gone, at=at)


def _create(part: _Part, by: Actor, at: datetime, unit: trail.Unit) -> dict[str, object]:
    path = part.ground.target.path_after or ""
    text = "".join(line for hunk in part.ground.hunks for line in hunk.after)
    version = memories.create(
        namespace=part.change.namespace,
        writing=Writing(text=text, path=path, origin_ids=[part.change.public_id]),
        cause=Cause.CHANGE,
        by=by,
        at=at,
        unit=unit,
    )
    return {"version": version.public_id, "path": None, "edits": []}


def _write_memory(
    parts: Sequence[_Part], by: Actor, at: datetime, unit: trail.Unit
) -> list[tuple[_Part, dict[str, object]]]:
    """Write one memory once, with all hunks of its parts, and say how to take each part back."""
    ground, memory = parts[0].ground.ground, parts[0].ground.memory
    assert memory is not None  # noqa: S101  parts without a memory are created
    current = ground.now()
    made = ground.write(_ordered(parts))
    path, archived = memory.path, memory.archived
    for part in parts:
        target = part.ground.target
        if target.path_after is None:
            archived = True
        elif target.path_after != target.path_before or part.ground.restores:
            path, archived = target.path_after, False
    proposal = parts[0].change.proposal.public_id
    was_path = memory.path
    lines = write_text(current, made)
    if not text_lines.are_whole(lines):
        raise memories.BadMemory("Its last line and the next would run into one another.")
    version = memories.write(
        memory=memory,
        writing=Writing(
            text="".join(lines),
            path=path,
            archived=archived,
            edits=[_stored(one, proposal, ground.number) for one in made],
            origin_ids=[part.change.public_id for part in parts],
        ),
        cause=Cause.CHANGE,
        by=by,
        at=at,
        unit=unit,
    )
    return [(part, _inverse(part, version, made, was_path)) for part in parts]


def _ordered(parts: Sequence[_Part]) -> list[tuple[Hunk, str, int]]:
    return [
        (hunk, part.change.public_id, part.change.position if hunk.order is None else hunk.order)
        for part in parts
        for hunk in part.ground.hunks
    ]


def _stored(one: Written, proposal: str, base: int) -> dict[str, object]:
    return {
        "start": one.start,
        "end": one.end,
        "count": len(one.lines),
        "change": one.change,
        "proposal": proposal,
        "base": base,
        "at": one.at,
        "span": one.span,
        "order": one.order,
    }


def _inverse(part: _Part, version: MemoryVersion, made: Sequence[Written], was_path: str) -> dict[str, object]:
    """For this part: the version it wrote, the path to go back to (None: the archive), and its lines."""
    edits, shift = [], 0
    for one in made:
        start = one.start + shift
        if one.change == part.change.public_id:
            edits.append({"start": start, "end": start + len(one.lines), "lines": list(one.before), "order": one.at})
        shift += len(one.lines) - (one.end - one.start)
    target = part.ground.target
    moved = target.path_after != target.path_before
    path = None if part.ground.restores else (was_path if moved else version.path)
    return {"version": version.public_id, "path": path, "edits": edits}


def _mark_applied(seat: Seat, by: Actor, at: datetime, unit: trail.Unit) -> None:
    change, data = seat.change, _hashes(seat)
    change.become(State.APPLIED, at=at)
    if seat.tally.is_approved:
        unit.record("change.applied", target=change, by=by, data=data)
    else:
        unit.record("change.auto_applied", target=change, by=SYSTEM, data=data | {"rule": seat.automatic})
    _mark_taken_back(change, by, at, unit)


def _hashes(seat: Seat) -> dict[str, Any]:
    return {
        "revision": seat.head.public_id,
        "base": seat.bound.base,
        "proposed": seat.bound.proposed,
        "requirement": seat.bound.requirement,
        "evidence": seat.bound.evidence,
    }


def _mark_taken_back(change: Change, by: Actor, at: datetime, unit: trail.Unit) -> None:
    if change.reverts_id is not None:
        rows = Change.objects.of(change.team).select_for_update().order_by("pk")
        for undone in rows.filter(Q(pk=change.reverts_id) | Q(public_id__in=change.takes_back), state=State.APPLIED):
            undone.become(State.REVERTED, at=at)
            unit.record("change.reverted", target=undone, by=by, data={"by_change": change.public_id})
            falling_back.fall_back(change=undone, at=at)


def _send_back(seat: Seat, at: datetime, unit: trail.Unit) -> None:
    if not seat.held:
        rebasing.refresh(team=seat.change.team, change_id=seat.change.pk, at=at)
    else:
        settling.settle(change=seat.change, by=SYSTEM, at=at, unit=unit)
