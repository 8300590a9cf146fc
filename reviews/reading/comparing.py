"""A revision read against something: the memory it was made for, an earlier revision, or what stands there now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from agents.models import MemoryVersion
from agents.text import diffs
from agents.text import lines as text_lines
from agents.text.lines import Edit
from reviews import revisions
from reviews.models import Change, Decision, Revision, RevisionTarget

BASE, PREVIOUS, MINE, CURRENT = "base", "previous", "mine", "current"


@dataclass(frozen=True, slots=True)
class Left:
    """What stands on the left; `number` is the revision where it is one."""

    key: str
    label: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """One memory of a revision beside what is on its left."""

    position: int
    path: str
    before: list[str]
    edits: tuple[Edit, ...]
    stored: list[diffs.Row] | None = None

    def rows(self, context: int) -> list[diffs.Row]:
        if context == diffs.CONTEXT and self.stored is not None:
            return self.stored
        return diffs.rows(self.before, self.edits, context) if self.edits else []

    def gap(self, first: int, last: int) -> list[diffs.Row]:
        """Unchanged lines between two numbers of the left side; none where a change lies between them."""
        inside = any(edit.start < last and edit.end >= first for edit in self.edits)
        if inside or not 1 <= first <= last <= len(self.before):
            return []
        return diffs.between(self.before, self.edits, first, last)


def lefts(revision: Revision, person: User) -> list[Left]:
    """What a revision can be read against, for this person; the first is what they most likely want to see."""
    found = [Left(BASE, _("Memory it was made for"))]
    voted = Decision.objects.of(revision.team).filter(
        change=revision.change_id, by=person, withdrawn_at=None, revision__number__lt=revision.number
    )
    last = voted.order_by("-revision__number").values_list("revision__number", flat=True).first()
    if last is not None:
        found.insert(0, Left(MINE, _("Since I last decided (revision %(number)d)") % {"number": last}, last))
    if revision.number > 1:
        found.append(Left(PREVIOUS, _("Previous revision"), revision.number - 1))
    return [*found, Left(CURRENT, _("Memory as it is now"))]


def read(revision: Revision, left: Left) -> list[Beside]:
    """The memories of a revision that differ from the left side, in order."""
    targets = _targets(revision)
    if left.key == CURRENT:
        return _beside_current(targets)
    if left.number is None:
        return [_beside_base(target) for target in targets]
    earlier = Revision.objects.of(revision.team).get(change=revision.change_id, number=left.number)
    return _beside_revision(_targets(earlier), targets)


def sides(target: RevisionTarget) -> tuple[list[str], list[str]]:
    """The lines of a target before and after: nothing stands after an archive, or before a restore."""
    restores = target.base is not None and target.base.archived and target.path_after is not None
    return [] if restores else revisions.lines_before(target), revisions.lines_after(target)


def _targets(revision: Revision) -> list[RevisionTarget]:
    rows = RevisionTarget.objects.of(revision.team).filter(revision=revision)
    return list(rows.select_related("base__blob", "memory").order_by("position"))


def _beside_base(target: RevisionTarget) -> Beside:
    before, after = sides(target)
    whole = target.path_after is None or (target.base is not None and target.base.archived)
    edits = text_lines.diff(before, after) if whole else revisions.edits_of(target)
    return Beside(target.position, _path(target), before, edits, target.rows)


def _beside_revision(old: Sequence[RevisionTarget], new: Sequence[RevisionTarget]) -> list[Beside]:
    """A memory that one of two revisions does not touch stays there as it was."""
    before, after = ({revisions.place(target): target for target in one} for one in (old, new))
    found = []
    for position, place in enumerate(dict.fromkeys((*after, *before))):
        left = revisions.lines_after(before[place]) if place in before else sides(after[place])[0]
        right = revisions.lines_after(after[place]) if place in after else sides(before[place])[0]
        edits = text_lines.diff(left, right)
        if edits:
            found.append(Beside(position, place, left, edits))
    return found


def _beside_current(targets: Sequence[RevisionTarget]) -> list[Beside]:
    heads = {target.memory.head_id for target in targets if target.memory and target.memory.head_id}
    rows = MemoryVersion.objects.of(targets[0].team).select_related("blob") if targets else MemoryVersion.objects.none()
    texts = {version.memory_id: "" if version.archived else version.text for version in rows.filter(pk__in=heads)}
    found = []
    for target in targets:
        now = text_lines.split(texts.get(target.memory_id or 0, ""))
        edits = text_lines.diff(now, revisions.lines_after(target))
        if edits:
            found.append(Beside(target.position, _path(target), now, edits))
    return found


def _path(target: RevisionTarget) -> str:
    before, after = target.path_before, target.path_after
    return f"{before} → {after}" if before and after and before != after else before or after or ""


def text_of(change: Change, revision: Revision, position: int) -> tuple[str, str] | None:
    """The path of a target and the text it has after the change, before it where the change takes it away."""
    target = next((one for one in _targets(revision) if one.position == position), None)
    if target is None:
        return None
    before, after = sides(target)
    return target.path_after or target.path_before, "".join(after if target.path_after is not None else before)
