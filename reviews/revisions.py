"""Revisions: what exactly is proposed, stored once with its diff and what the checks found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max

from agents.enums import SearchKind
from agents.search import due
from agents.text import diffs
from agents.text import lines as text_lines
from audit.trail import Actor
from reviews import evidence, examining, hunks, policy
from reviews.drafts import DraftTarget
from reviews.enums import RevisionOrigin
from reviews.examining import Examined, Library
from reviews.inbox import turns
from reviews.models import Change, Evidence, Revision, RevisionTarget
from reviews.talking import noticing


def store(
    *,
    change: Change,
    targets: Sequence[DraftTarget],
    rows: Sequence[list[diffs.Row]],
    quotes: Sequence[Evidence],
    origin: RevisionOrigin,
    contributors: Sequence[str],
    by: Actor,
    at: datetime,
    examined: Examined | None = None,
) -> Revision:
    """Store the next revision of a change as its head, with its diff, its checks and its tier.

    `examined` is what the checks say of it, where its caller has asked them already.
    """
    examined = examined or _examined(change, targets, quotes)
    number = (change.revisions.aggregate(last=Max("number"))["last"] or 0) + 1
    revision = Revision.objects.create(
        team_id=change.team_id,
        change=change,
        number=number,
        origin=origin,
        contributors=sorted(set(contributors)),
        made_by_type=by.type,
        made_by_id=by.id,
        facts=examined.facts,
        at=at,
    )
    _store_targets(revision, targets, rows)
    examining.keep(examined, revision=revision, at=at)
    change.head = revision
    if origin == RevisionOrigin.EDITED:
        change.tier = examined.tier
    else:  # in other words of whoever proposed it, or of nobody, it is as grave as it was
        change.tier = policy.gravest((change.tier, examined.tier))
    change.save(update_fields=["head", "tier"])
    due.note(team_id=change.team_id, kind=SearchKind.CHANGE, ids=[change.public_id])
    return revision


def _examined(change: Change, targets: Sequence[DraftTarget], quotes: Sequence[Evidence]) -> Examined:
    quoted = evidence.quoted(change.team, quotes)
    return examining.examine(change, targets, quoted, Library(change.team), by=examining.opener(change))


def follow(
    *,
    change: Change,
    targets: Sequence[DraftTarget],
    origin: RevisionOrigin,
    contributors: Sequence[str],
    by: Actor,
    at: datetime,
) -> Revision:
    """Store the next revision of a change, resting on the same quotes as its head."""
    old = change.head
    assert old is not None  # noqa: S101  every stored change has a head
    revision = store(
        change=change,
        targets=targets,
        rows=[draw(target) for target in targets],
        quotes=list(Evidence.objects.of(change.team).filter(links__revision=old)),
        origin=origin,
        contributors=contributors,
        by=by,
        at=at,
    )
    evidence.carry_links(old, revision)
    if origin in turns.ANSWERS:
        noticing.revised(change, old=old, by=by, at=at)
    return revision


def draw(target: DraftTarget) -> list[diffs.Row]:
    """The rows of one target's diff: an archive removes every line, a restore brings every line, a move without edits
    shows none.
    """
    lines = target.lines
    if target.restores:
        after = text_lines.split(target.text_after())
        return diffs.rows([], [text_lines.Edit(0, 0, tuple(after))]) if after else []
    if target.path_after is None:
        return diffs.rows(lines, [text_lines.Edit(0, len(lines), ())]) if lines else []
    return diffs.rows(lines, target.edits) if target.edits else []


def since(last: Revision, now: Revision) -> list[tuple[str, list[diffs.Row]]]:
    """What a revision says otherwise than the one before it: path and diff of each memory where they differ.

    Both carry their targets with bases and blobs; a memory that one of them does not touch stays as it was.
    """
    before, after = ({place(target): target for target in one.targets.all()} for one in (last, now))
    found = []
    for path in dict.fromkeys((*after, *before)):
        old, new = before.get(path), after.get(path)
        lines = lines_after(old) if old else lines_before(after[path])
        edits = text_lines.diff(lines, lines_after(new) if new else lines_before(before[path]))
        if edits:
            found.append((path, diffs.rows(lines, edits)))
    return found


def place(target: RevisionTarget) -> str:
    return target.path_before or target.path_after or ""


def lines_before(target: RevisionTarget) -> list[str]:
    return text_lines.split(target.base.text) if target.base else []


def lines_after(target: RevisionTarget) -> list[str]:
    if target.path_after is None:
        return []
    return text_lines.apply(lines_before(target), edits_of(target))


def edits_of(target: RevisionTarget) -> tuple[text_lines.Edit, ...]:
    return tuple(text_lines.Edit(hunk.start, hunk.end, hunk.after) for hunk in hunks.read(target.hunks))


def _store_targets(revision: Revision, targets: Sequence[DraftTarget], rows: Sequence[list[diffs.Row]]) -> None:
    RevisionTarget.objects.bulk_create(
        RevisionTarget(
            team_id=revision.team_id,
            revision=revision,
            position=position,
            memory=target.memory,
            base=target.base,
            path_before=target.path_before,
            path_after=target.path_after,
            hunks=[hunk.write() for hunk in target.hunks()],
            rows=drawn,
        )
        for position, (target, drawn) in enumerate(zip(targets, rows, strict=True))
    )
