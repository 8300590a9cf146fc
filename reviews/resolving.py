"""A conflict goes on as a person says: by lines, by path, or by leaving a memory out. The result is decided again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from accounts.models import Team, User
from agents.memory import BadMemory, check_text
from agents.models import Memory, MemoryVersion
from agents.text import lines as text_lines
from agents.text.lines import Edit
from agents.text.paths import BadPath, check_path
from audit import trail
from reviews import desk, editing, proposals, rebasing, revisions, settling, threeway
from reviews.bounds import TargetGround
from reviews.decisions import Moved, Refused, Settled
from reviews.desk import Seat
from reviews.drafts import DraftTarget
from reviews.enums import Operation, RevisionOrigin, State, Way
from reviews.models import Change
from reviews.threeway import Piece

BOTH = (Way.SCOPE, Way.DATES)


@dataclass(frozen=True, slots=True)
class Knot:
    """One thing that is in the way, and the ways on. `key` names it in a form: target position, then what of it."""

    key: str
    path: str
    problem: str
    ways: tuple[Way, ...]
    base: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()
    current: tuple[str, ...] = ()
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """The way that a person takes at one knot, with what it needs."""

    way: Way
    text: str = ""
    now: str = ""
    new: str = ""
    day: date | None = None
    path: str = ""


Choices = Mapping[str, Choice]


@dataclass(frozen=True)
class Tangle:
    """Everything that is in the way of a change. `seen` stands for the texts that it was read from."""

    seat: Seat
    strands: tuple[Strand, ...]

    @property
    def knots(self) -> list[Knot]:
        return [knot for strand in self.strands for knot in strand.knots]

    @property
    def seen(self) -> str:
        heads = [strand.head.public_id if strand.head else "" for strand in self.strands]
        return hashlib.sha256("\n".join([self.seat.head.public_id, *heads]).encode()).hexdigest()


@dataclass
class Strand:
    """One target against its memory as it is now."""

    ground: TargetGround
    head: MemoryVersion | None
    pieces: list[Piece] = field(default_factory=list)
    knots: list[Knot] = field(default_factory=list)

    def key(self, what: object) -> str:
        return f"{self.ground.target.position}-{what}"

    @property
    def lines(self) -> list[str]:
        return text_lines.split(self.head.text) if self.head else []


def read(seat: Seat) -> Tangle:
    """What is in the way of a change; no knots where all can be carried over."""
    carries = any(ground.target.path_after is not None for ground in seat.standing.targets)
    return Tangle(seat, tuple(_strand(ground, carries) for ground in seat.standing.targets))


def resolve(*, team: Team, change_id: str, seen: str, choices: Choices, reason: str, by: User, at: datetime) -> Change:
    """Store the next revision as the person wants it, against what stands there now; open again, to be decided.

    Where nothing is left of the change, it is withdrawn. Raises Settled, Moved where something else stands there than
    the person saw, Refused where a choice is missing or cannot be.
    """
    with trail.unit_of_work(at=at) as unit:
        change = desk.locked(team, public_id=change_id).get()
        if not change.is_votable:
            raise Settled(change, f"This change is {change.get_state_display().lower()} already.")
        tangle = read(desk.read_one(change, team=team))
        if tangle.seen != seen:
            raise Moved(change, "Something else was written meanwhile. Your choices are kept: look at them again.")
        if not tangle.knots:
            return rebasing.refresh(team=team, change_id=change.pk, at=at)
        targets = _resolved(tangle, choices)
        how = sorted({str(choices[knot.key].way) for knot in tangle.knots})
        if targets:
            _store(tangle.seat, targets, how, reason, by, at, unit)
        else:
            data = {"how": how, "number": tangle.seat.head.number}
            unit.record("change.resolved", target=change, by=by, data=data, private={"reason": reason})
            kept = "What stands there now is kept."
            proposals.withdraw_change(change=change, by=by.trail_actor, reason=kept, at=at, unit=unit)
            proposals.close_if_done(proposal=change.proposal, by=by.trail_actor, at=at, unit=unit)
    return change


def _strand(ground: TargetGround, carries: bool) -> Strand:
    target, memory = ground.target, ground.memory
    strand = Strand(ground, rebasing.head_of(memory) if memory else None)
    problem, ways = _path_problem(ground)
    if problem:
        wanted = target.path_after or ""
        strand.knots.append(Knot(strand.key("path"), target.path_before or wanted, problem, ways, wanted=wanted))
    if strand.head is None or target.base is None:
        return strand
    if target.path_after is None:
        if not problem and strand.head.text != target.base.text:
            strand.knots.append(_moved_source(strand, carries))
        return strand
    base = text_lines.split(target.base.text)
    edits = [Edit(hunk.start, hunk.end, hunk.after) for hunk in ground.hunks]
    if ground.restores and strand.head.archived and strand.head.text != target.base.text:
        strand.knots.append(_moved_archive(strand, text_lines.apply(base, edits)))
        return strand
    strand.pieces = threeway.pieces(base=base, edits=edits, current=strand.lines)
    for number, piece in enumerate(strand.pieces):
        if piece.clashes:
            strand.knots.append(_same_lines(strand, number, piece))
    return strand


def _path_problem(ground: TargetGround) -> tuple[str, tuple[Way, ...]]:
    """What is in the way of where the target should stand."""
    target, memory = ground.target, ground.memory
    after = target.path_after
    if memory is not None and target.base is not None and memory.archived != target.base.archived:
        if memory.archived and after is not None:
            return f"{memory.path} was archived meanwhile.", (Way.PATH, Way.LEAVE)
        return f"{memory.path} is {'archived' if memory.archived else 'restored'} already.", (Way.LEAVE,)
    if not ground.path_is_free and after is not None:
        return f"Another memory stands at {after} now.", (Way.PATH, Way.LEAVE)
    if memory is not None and memory.path != target.path_before and after not in (None, target.path_before):
        return f"{target.path_before} was moved to {memory.path} meanwhile.", (Way.PATH, Way.LEAVE)
    return "", ()


def _moved_source(strand: Strand, carries: bool) -> Knot:
    head, target = strand.head, strand.ground.target
    assert head is not None and target.base is not None  # noqa: S101, PT018  only asked where both are
    ways = (Way.LEAVE, Way.CARRY, Way.ANYWAY) if carries else (Way.LEAVE, Way.ANYWAY)
    base = tuple(text_lines.split(target.base.text))
    problem = f"{head.path} has lines that this change has not seen."
    return Knot(strand.key("whole"), head.path, problem, ways, base, (), tuple(strand.lines))


def _moved_archive(strand: Strand, proposed: Sequence[str]) -> Knot:
    """A restore brings a whole text, so it is asked for as a whole."""
    head, base = strand.head, strand.ground.target.base
    assert head is not None and base is not None  # noqa: S101, PT018  only asked where both are
    ways = (Way.AS_IT_IS, Way.AS_PROPOSED, Way.OWN, Way.LEAVE)
    problem = f"{head.path} was written meanwhile, in the archive."
    before = tuple(text_lines.split(base.text))
    return Knot(strand.key("whole"), head.path, problem, ways, before, tuple(proposed), tuple(strand.lines))


def _same_lines(strand: Strand, number: int, piece: Piece) -> Knot:
    path = strand.head.path if strand.head else ""
    both = BOTH if piece.current and piece.proposed else ()
    return Knot(
        key=strand.key(number),
        path=path,
        problem=f"The same lines of {path} were written meanwhile.",
        ways=(Way.THEIRS, Way.OURS, *both, Way.OWN),
        base=piece.base,
        proposed=piece.proposed,
        current=piece.current,
    )


def _resolved(tangle: Tangle, choices: Choices) -> list[DraftTarget]:
    """The targets as the person wants them, without those that say nothing any more."""
    change = tangle.seat.change
    for knot in tangle.knots:
        if knot.key not in choices or choices[knot.key].way not in knot.ways:
            raise Refused(change, f"Choose how it goes on with {knot.path}.")
    carried = [line for strand in tangle.strands for line in _new_lines(strand, choices)]
    targets = []
    for strand in tangle.strands:
        taken = [choices[knot.key] for knot in strand.knots]
        if any(choice.way == Way.LEAVE for choice in taken):
            continue
        target = _target(change, strand, choices, carried)
        carried = [] if target.path_after is not None else carried
        if target.says_something:
            targets.append(target)
    if carried:
        raise Refused(change, "There is no target left to carry the new lines into.")
    if change.operation == Operation.MERGE and targets and all(target.path_after is None for target in targets):
        raise Refused(
            change, "Without the memory that they merge into, the sources would only go. Leave them out, too."
        )
    return targets


def _new_lines(strand: Strand, choices: Choices) -> Iterator[str]:
    """What the others wrote into a source, where it shall be carried into the target."""
    for knot in strand.knots:
        if choices[knot.key].way == Way.CARRY:
            for edit in text_lines.diff(knot.base, knot.current):
                yield from (line for line in edit.lines if line.strip())


def _target(change: Change, strand: Strand, choices: Choices, carried: Sequence[str]) -> DraftTarget:
    target = strand.ground.target
    path = target.path_after
    if target.base is not None and strand.head is not None and path == target.path_before and not strand.head.archived:
        path = strand.head.path  # moved meanwhile: the lines go where the memory went
    wanted = choices.get(strand.key("path"))
    if wanted is not None:
        path = _free_path(change, strand, wanted.path)
    if path is None or target.base is None:
        edits = tuple(Edit(hunk.start, hunk.end, hunk.after) for hunk in strand.ground.hunks)
        draft = DraftTarget(strand.head, path, () if path is None else edits)
    else:
        draft = DraftTarget(strand.head, path, _edits(change, strand, choices))
    if carried and path is not None:
        draft = DraftTarget(draft.base, path, _ending_with(draft, carried))
    _check(change, draft)
    return draft


def _free_path(change: Change, strand: Strand, path: str) -> str:
    try:
        check_path(path)
    except BadPath as wrong:
        raise Refused(change, str(wrong)) from None
    others = Memory.objects.of(change.team).live().filter(namespace=change.namespace, path=path)
    if others.exclude(pk=strand.head.memory_id if strand.head else 0).exists():
        raise Refused(change, f"Another memory stands at {path} now.")
    return path


def _edits(change: Change, strand: Strand, choices: Choices) -> tuple[Edit, ...]:
    for knot in strand.knots:
        if knot.key == strand.key("whole"):
            return tuple(text_lines.diff(strand.lines, _whole(knot, choices[knot.key])))
    edits = []
    for number, piece in enumerate(strand.pieces):
        after = piece.proposed
        if piece.clashes:
            after = _lines(change, strand, piece, choices[strand.key(number)])
        if after != piece.current:
            edits.append(Edit(piece.start, piece.end, after))
    return tuple(edits)


def _whole(knot: Knot, choice: Choice) -> tuple[str, ...]:
    """The text that a memory comes back with."""
    if choice.way == Way.AS_PROPOSED:
        return knot.proposed
    if choice.way == Way.OWN:
        return editing.typed_lines(choice.text, ended=True, around=knot.current)
    return knot.current


def _lines(change: Change, strand: Strand, piece: Piece, choice: Choice) -> tuple[str, ...]:
    """What shall stand at a clash."""
    if choice.way == Way.THEIRS:
        return piece.current
    if choice.way == Way.OURS:
        return piece.proposed
    if choice.way == Way.OWN:
        last = not piece.current or piece.current[-1].endswith("\n")
        ended = last or piece.end < len(strand.lines)
        return editing.typed_lines(choice.text, ended=ended, around=strand.lines)
    now, new = _qualifiers(change, choice)
    current = [_qualified(line, now) for line in piece.current]
    return (*_ended(current), *(_qualified(line, new) for line in piece.proposed))


def _qualifiers(change: Change, choice: Choice) -> tuple[str, str]:
    """What is added to the lines that stand there, and to those that come."""
    if choice.way == Way.DATES:
        if choice.day is None:
            raise Refused(change, "Say since when the new lines hold.")
        return f"until {choice.day.isoformat()}", f"since {choice.day.isoformat()}"
    now, new = " ".join(choice.now.split()), " ".join(choice.new.split())
    if not now or not new:
        raise Refused(change, "Say for which case each of the two holds.")
    return now, new


def _qualified(line: str, words: str) -> str:
    body = line.rstrip("\r\n")
    return f"{body} ({words}){line[len(body) :]}" if body.strip() else line


def _ended(lines: Sequence[str]) -> list[str]:
    """Lines that others may follow."""
    return [line if line.endswith("\n") else f"{line}\n" for line in lines]


def _ending_with(draft: DraftTarget, carried: Sequence[str]) -> tuple[Edit, ...]:
    """The edits of a draft, with lines after the last of its text."""
    size, edits = len(draft.lines), list(draft.edits)
    last = Edit(max(0, size - 1), size, tuple(draft.lines[-1:]))
    if edits and edits[-1].end == size:
        last = edits.pop()
    return (*edits, Edit(last.start, last.end, (*_ended(last.lines), *_ended(carried))))


def _check(change: Change, draft: DraftTarget) -> None:
    """Raises Refused where no memory can hold it."""
    after = text_lines.apply(draft.lines, draft.edits)
    if not text_lines.are_whole(after):
        raise Refused(change, "Lines would run into one another.")
    try:
        check_text("".join(after))
    except BadMemory as wrong:
        raise Refused(change, str(wrong)) from None


def _store(
    seat: Seat,
    targets: Sequence[DraftTarget],
    how: Sequence[str],
    reason: str,
    by: User,
    at: datetime,
    unit: trail.Unit,
) -> None:
    change = seat.change
    revision = revisions.follow(
        change=change,
        targets=targets,
        origin=RevisionOrigin.EDITED,
        contributors=[*seat.head.contributors, by.public_id],
        by=by.trail_actor,
        at=at,
    )
    unit.record(
        "change.resolved",
        target=change,
        by=by,
        data={
            "how": list(how),
            "number": revision.number,
            "revision": revision.public_id,
            "contributors": revision.contributors,
        },
        private={"reason": reason},
    )
    if change.state != State.OPEN:
        change.become(State.OPEN, at=at)
    settling.settle(change=change, by=by.trail_actor, at=at, unit=unit)
