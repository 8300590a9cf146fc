"""A reviewer's own words: the next revision of a change, of which the editor is a contributor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Team, User
from agents.memory import check_text
from agents.text import diffs
from agents.text import lines as text_lines
from agents.text.lines import Edit
from audit import trail
from reviews import desk, evidence, examining, revisions, settling
from reviews import hunks as hunks_of
from reviews.bounds import TargetGround
from reviews.checks import Finding
from reviews.decisions import Moved, Refused, Settled
from reviews.desk import Seat
from reviews.drafts import DraftTarget
from reviews.enums import RevisionOrigin, State
from reviews.examining import Library
from reviews.hunks import Hunk
from reviews.models import Change, Evidence, Revision, RevisionTarget

Texts = Mapping[tuple[int, int], str]
"""What each hunk shall say after, by target position and hunk number."""


def edit(*, team: Team, change_id: str, revision_id: str, texts: Texts, reason: str, by: User, at: datetime) -> Change:
    """Store the next revision with other words in its hunks. Places stay: what moved has to be carried over first.

    Raises Moved where another revision is the head or the memory moved, Settled, Refused where nothing changed or the
    text is too long.
    """
    with trail.unit_of_work(at=at) as unit:
        change = desk.locked(team, public_id=change_id).get()
        seat = desk.read_one(change, team=team)
        if not change.is_votable:
            raise Settled(change, f"This change is {change.get_state_display().lower()} already.")
        if seat.head.public_id != revision_id:
            raise Moved(
                change, "Someone saved another revision meanwhile. Your text is kept here; look at theirs first."
            )
        if not seat.held:
            raise Moved(change, desk.in_the_way(seat))
        targets = worded(seat, texts)
        if [target.edits for target in targets] == [_edits(ground.hunks) for ground in seat.standing.targets]:
            raise Refused(change, "Nothing was changed.")
        if not any(target.says_something for target in targets):
            raise Refused(change, "Nothing would be left of this change. Reject it instead.")
        _store(seat, targets, by, at, unit, reason)
    return change


def worded(seat: Seat, texts: Texts) -> list[DraftTarget]:
    """The targets of the head with other words in their hunks. Raises Refused where no memory can hold them."""
    return [_edited(seat, ground, texts) for ground in seat.standing.targets]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a revision with these words would show: path and diff of each memory, and what the checks find."""

    diffs: list[tuple[str, list[diffs.Row]]]
    findings: Sequence[Finding]


def preview(seat: Seat, texts: Texts) -> Preview:
    """Stores nothing. Raises Refused where no memory can hold it."""
    targets = worded(seat, texts)
    drawn = [(target.path_after or target.path_before, revisions.draw(target)) for target in targets]
    quotes = list(Evidence.objects.of(seat.change.team).filter(links__revision=seat.head))
    quoted = evidence.quoted(seat.change.team, quotes)
    by = examining.opener(seat.change)
    examined = examining.examine(seat.change, targets, quoted, Library(seat.change.team), by=by)
    return Preview([one for one in drawn if one[1]], examined.findings)


def on_top(seat: Seat, began: Revision | None, texts: Texts) -> tuple[dict[tuple[int, int], str], list[str]]:
    """What somebody typed into the hunks of an earlier revision, for those of the head at the same places; and what
    has no place there any more. Where nothing was typed, the head's words stand.
    """
    typed: dict[Place, str] = {}
    for target in began.targets.all() if began else ():
        for number, hunk in enumerate(hunks_of.read(target.hunks)):
            text = texts.get((target.position, number))
            if text is not None and _plain(text).removesuffix("\n") != _plain("".join(hunk.after)).removesuffix("\n"):
                typed[_place(target, hunk)] = text
    found = {}
    for ground in seat.standing.targets:
        for number, hunk in enumerate(ground.hunks):
            own = typed.pop(_place(ground.target, hunk), None)
            found[ground.target.position, number] = "".join(hunk.after) if own is None else own
    return found, list(typed.values())


Place = tuple[int | None, int | None, int, int]


def _place(target: RevisionTarget, hunk: Hunk) -> Place:
    """Where a hunk is: an edit drops hunks, so that their numbers say nothing."""
    return target.memory_id, target.base_id, hunk.start, hunk.end


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def _edited(seat: Seat, ground: TargetGround, texts: Texts) -> DraftTarget:
    kept: list[tuple[Hunk, tuple[str, ...]]] = []
    for number, hunk in enumerate(ground.hunks):
        text = texts.get((ground.target.position, number))
        after = hunk.after if text is None else _lines(text, hunk)
        if after != hunk.before:
            kept.append((hunk, after))
    draft = ground.saying(kept)
    if draft.path_after is not None:
        try:
            check_text(draft.text_after())
        except ValueError as wrong:
            raise Refused(seat.change, str(wrong)) from None
    return draft


def _lines(text: str, hunk: Hunk) -> tuple[str, ...]:
    """The typed lines, with the line ends of the proposal: a browser sends CRLF whatever it was given. The last line
    keeps or lacks its ending as the proposal had it.
    """
    if _plain(text) == _plain("".join(hunk.after)):
        return hunk.after
    ended = not hunk.after or hunk.after[-1].endswith("\n") or hunk.below is not None
    around = [*hunk.before, *hunk.after, hunk.above or "", hunk.below or ""]
    return typed_lines(text, ended=ended, around=around)


def typed_lines(text: str, *, ended: bool, around: Sequence[str]) -> tuple[str, ...]:
    """The lines of a text field, with the line ends of the lines around; `ended` where the last one needs one, too."""
    plain = _plain(text)
    if plain and ended and not plain.endswith("\n"):
        plain += "\n"
    if any(line.endswith("\r\n") for line in around):
        plain = plain.replace("\n", "\r\n")
    return tuple(text_lines.split(plain))


def _edits(hunks: Sequence[Hunk]) -> tuple[Edit, ...]:
    return tuple(Edit(hunk.start, hunk.end, hunk.after) for hunk in hunks)


def _store(seat: Seat, targets: Sequence[DraftTarget], by: User, at: datetime, unit: trail.Unit, reason: str) -> None:
    change, old = seat.change, seat.head
    revision = revisions.follow(
        change=change,
        targets=targets,
        origin=RevisionOrigin.EDITED,
        contributors=[*old.contributors, by.public_id],
        by=by.trail_actor,
        at=at,
    )
    unit.record(
        "change.edited",
        target=change,
        by=by,
        data={"number": revision.number, "revision": revision.public_id, "contributors": revision.contributors},
        private={"reason": reason},
    )
    if change.state == State.APPROVED:
        change.become(State.OPEN, at=at, reason="Edited after it was approved.")
    settling.settle(change=change, by=by.trail_actor, at=at, unit=unit)
