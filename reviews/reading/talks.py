"""Threads as a reader sees them: what was said, and where their lines are in the head revision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import roles
from accounts.models import Team, User
from agents.models import MemoryVersion
from agents.text.lines import Edit
from reviews.enums import Side
from reviews.models import Change, Comment, RevisionTarget, Thread
from reviews.talking import carrying, mentions
from reviews.talking.carrying import Spot
from reviews.talking.mentions import People


@dataclass(frozen=True, slots=True)
class Talk:
    """One thread. `spot` is where its lines are in the head revision: None where they are not, or there are none."""

    thread: Thread
    comments: Sequence[Comment]
    people: People
    spot: Spot | None
    settles: bool

    @property
    def is_resolved(self) -> bool:
        return self.thread.resolved_at is not None

    @property
    def is_about_lines(self) -> bool:
        return self.thread.line_start is not None

    @property
    def about(self) -> str:
        """What it is about, in words."""
        thread = self.thread
        if thread.line_start is None or thread.line_end is None:
            return _("About the whole change")
        first, last = (self.spot.first, self.spot.last) if self.spot else (thread.line_start, thread.line_end)
        lines = ngettext("Line %(first)d", "Lines %(first)d to %(last)d", last - first + 1)
        words = lines % {"first": first, "last": last}
        if thread.side == Side.BEFORE:
            words = _("%(lines)s, as it was") % {"lines": words}
        if self.spot is None:
            words = _("%(lines)s on an earlier revision (%(number)d)") % {
                "lines": words,
                "number": thread.revision.number,
            }
        return words

    @property
    def first_words(self) -> str:
        return Truncator(" ".join(self.comments[0].text.split())).chars(80)

    @property
    def anchor(self) -> str:
        """Where these lines are on the page of the revision that they were written about."""
        thread = self.thread
        memory = f"T{thread.target_position}" if thread.target_position else ""
        return f"{memory}{'L' if thread.side == Side.AFTER else 'O'}{thread.line_start}"


def form_url(change_url: str, revision: int, target: int) -> str:
    """Where one writes about lines of a memory; the side and the line are added to it."""
    return f"{change_url}threads/new/?r={revision}&target={target}"


def read(changes: Sequence[Change], *, team: Team, person: User, permissions: Collection[str]) -> dict[int, list[Talk]]:
    """The threads of each change by its primary key, oldest first, in the same few queries for any number of them."""
    rows = Thread.objects.of(team).seen_by(person).filter(change__in=changes)
    found = list(rows.select_related("revision", "resolved_by").order_by("at", "pk"))
    talks: dict[int, list[Talk]] = defaultdict(list)
    if not found:
        return talks
    said: dict[int, list[Comment]] = defaultdict(list)
    comments = Comment.objects.of(team).seen_by(person).filter(thread__in=found).select_related("by")
    for comment in comments.order_by("at", "pk"):
        said[comment.thread_id].append(comment)
    spots = _spots(found, {change.pk: change.head_id for change in changes}, team)
    people = mentions.people(team)
    for thread in found:
        own = said[thread.pk]
        settles = roles.EDIT in permissions or own[0].by_id == person.pk
        talks[thread.change_id].append(Talk(thread, own, people, spots.get(thread.pk), settles))
    return talks


def _spots(found: Sequence[Thread], heads: Mapping[int, int | None], team: Team) -> dict[int, Spot]:
    spots = {thread.pk: spot for thread in found if (spot := _own_spot(thread)) is not None}
    moved = [thread for thread in found if thread.pk in spots and thread.revision_id != heads[thread.change_id]]
    if not moved:
        return spots
    revisions = {thread.revision_id for thread in moved} | {heads[thread.change_id] for thread in moved}
    targets: dict[int, list[RevisionTarget]] = defaultdict(list)
    for target in RevisionTarget.objects.of(team).filter(revision__in=revisions).select_related("base"):
        targets[target.revision_id].append(target)
    later = _later(targets, team)
    for thread in moved:
        spot = _moved(thread, spots.pop(thread.pk), targets, heads[thread.change_id] or 0, later)
        if spot is not None:
            spots[thread.pk] = spot
    return spots


def _own_spot(thread: Thread) -> Spot | None:
    if thread.target_position is None or thread.line_start is None or thread.line_end is None:
        return None
    return Spot(thread.target_position, Side(thread.side), thread.line_start, thread.line_end)


def _moved(
    thread: Thread,
    spot: Spot,
    targets: Mapping[int, Sequence[RevisionTarget]],
    head: int,
    later: Mapping[int, Sequence[tuple[int, list[Edit]]]],
) -> Spot | None:
    old = next((one for one in targets[thread.revision_id] if one.position == spot.position), None)
    new = next((one for one in targets[head] if old is not None and _is_same(one, old)), None)
    if old is None or new is None:
        return None
    first, last = (one.base.number if one.base else 0 for one in (old, new))
    steps = [edits for number, edits in later.get(old.memory_id or 0, ()) if first < number <= last]
    return carrying.carry(spot, old, new, steps) if first <= last else None


def _is_same(one: RevisionTarget, other: RevisionTarget) -> bool:
    """Whether both are about one memory, or about the same new one."""
    return one.memory_id == other.memory_id and (one.memory_id is not None or one.position == other.position)


def _later(targets: Mapping[int, Sequence[RevisionTarget]], team: Team) -> dict[int, list[tuple[int, list[Edit]]]]:
    """The edits of the versions after the first base of each memory that has more than one, by memory, in order."""
    bases: dict[int, set[int]] = defaultdict(set)
    for one in (target for rows in targets.values() for target in rows):
        if one.memory_id is not None and one.base is not None:
            bases[one.memory_id].add(one.base.number)
    moved = [memory for memory, numbers in bases.items() if len(numbers) > 1]
    steps: dict[int, list[tuple[int, list[Edit]]]] = defaultdict(list)
    if moved:
        rows = MemoryVersion.objects.of(team).filter(memory__in=moved).order_by("number")
        for memory, number, edits in rows.values_list("memory", "number", "edits"):
            if number > min(bases[memory]):
                steps[memory].append((number, carrying.edits_of(edits)))
    return steps
