"""Undecided changes of several proposals that say the same: equal after normalising, or near by the text floor.

Groups are found by the tick, and only where a revision came or a group lost its members; pages read a column.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db.models import Count

from accounts.models import Team
from agents.text import similarity
from audit import trail
from reviews import hunks
from reviews.models import Change, Proposal, RevisionTarget

NEAR = 0.8
MOST = 5_000  # the newest; the text floor takes about a second for them


def refresh(*, team: Team, at: datetime) -> int:
    """Group the undecided changes anew where something changed. Returns how many changes got another group."""
    rows = list(Change.objects.of(team).undecided().exclude(head=None).order_by("-pk")[:MOST])
    sizes = Counter(row.alike for row in rows if row.alike)
    if all(row.compared == row.head_id and sizes[row.alike] != 1 for row in rows):
        return 0
    groups = _groups(rows, _said(team, rows))
    moved = [row for row in rows if (row.alike, row.compared) != (groups.get(row.pk, ""), row.head_id)]
    regrouped = sum(row.alike != groups.get(row.pk, "") for row in moved)
    for row in moved:
        row.alike, row.compared = groups.get(row.pk, ""), row.head_id
    with trail.unit_of_work(at=at):
        Change.objects.of(team).bulk_update(moved, ["alike", "compared"], batch_size=500)
    return regrouped


def counts(groups: Collection[str], *, team: Team) -> dict[str, int]:
    """How many undecided changes each of these groups has now; one is no group."""
    named = {group for group in groups if group}
    if not named:
        return {}
    rows = Change.objects.of(team).undecided().filter(alike__in=named).order_by().values("alike")
    return {row["alike"]: row["n"] for row in rows.annotate(n=Count("pk")) if row["n"] > 1}


def largest(proposals: Sequence[Proposal], *, team: Team) -> dict[int, tuple[str, int]]:
    """The largest group that an undecided change of each proposal is in, with its size."""
    members = Change.objects.of(team).undecided().filter(proposal__in=proposals).exclude(alike="")
    pairs = set(members.values_list("proposal", "alike"))
    sizes = counts({group for _, group in pairs}, team=team)
    found: dict[int, tuple[str, int]] = {}
    for proposal, group in sorted(pairs):
        size = sizes.get(group, 0)
        if size > found.get(proposal, ("", 0))[1]:
            found[proposal] = (group, size)
    return found


def _said(team: Team, rows: Sequence[Change]) -> dict[int, tuple[str, str]]:
    """What each change says: the lines it adds, or those that it takes out where it adds none."""
    by_head = {row.head_id: row.pk for row in rows}
    added: dict[int, list[str]] = defaultdict(list)
    removed: dict[int, list[str]] = defaultdict(list)
    targets = RevisionTarget.objects.of(team).filter(revision__in=by_head).order_by("revision", "position")
    for head, read in targets.values_list("revision", "hunks"):
        for hunk in hunks.read(read):
            added[by_head[head]] += [line for line in hunk.after if line not in hunk.before]
            removed[by_head[head]] += [line for line in hunk.before if line not in hunk.after]
    said = {pk: ("+", "".join(lines)) for pk, lines in added.items() if lines}
    return {pk: ("-", "".join(lines)) for pk, lines in removed.items() if lines} | said


def _groups(rows: Sequence[Change], said: dict[int, tuple[str, str]]) -> dict[int, str]:
    """The group of each change that says what a change of another proposal says, named after its oldest member."""
    by_key = {row.pk: row for row in rows}
    roots = {pk: pk for pk in said}

    def root(pk: int) -> int:
        while roots[pk] != pk:
            roots[pk] = roots[roots[pk]]
            pk = roots[pk]
        return pk

    for sign in ("+", "-"):
        keys = [pk for pk, (own, _text) in said.items() if own == sign]
        for one, other, _score in similarity.candidates([said[pk][1] for pk in keys], NEAR):
            first, second = sorted((root(keys[one]), root(keys[other])))
            roots[second] = first
    members: dict[int, list[int]] = defaultdict(list)
    for pk in said:
        members[root(pk)].append(pk)
    return dict(_named(members.values(), by_key))


def _named(groups: Iterable[list[int]], by_key: dict[int, Change]) -> Iterable[tuple[int, str]]:
    for group in groups:
        if len({by_key[pk].proposal_id for pk in group}) > 1:
            yield from ((pk, by_key[min(group)].public_id) for pk in group)
