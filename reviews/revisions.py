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
from reviews import checks, evidence, hunks, policy
from reviews.drafts import DraftTarget
from reviews.enums import RevisionOrigin
from reviews.inbox import turns
from reviews.models import Change, Check, Evidence, Revision, RevisionTarget
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
    source_classes: frozenset[str] | None = None,
) -> Revision:
    """Store the next revision of a change as its head, with its diff and its checks."""
    number = (change.revisions.aggregate(last=Max("number"))["last"] or 0) + 1
    revision = Revision.objects.create(
        team_id=change.team_id,
        change=change,
        number=number,
        origin=origin,
        contributors=sorted(set(contributors)),
        made_by_type=by.type,
        made_by_id=by.id,
        at=at,
    )
    _store_targets(revision, targets, rows)
    _store_findings(revision, findings(change, targets, quotes, source_classes))
    change.head = revision
    change.save(update_fields=["head"])
    due.note(team_id=change.team_id, kind=SearchKind.CHANGE, ids=[change.public_id])
    return revision


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


def findings(
    change: Change,
    targets: Sequence[DraftTarget],
    quotes: Sequence[Evidence],
    source_classes: frozenset[str] | None = None,
) -> list[checks.Finding]:
    """What the checks say of a revision with these targets, stored or not."""
    if source_classes is None:
        source_classes = evidence.source_classes(change.team, quotes)
    return list(checks.run(_proposed(change, targets, quotes, source_classes)))


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


def _store_findings(revision: Revision, findings: Sequence[checks.Finding]) -> None:
    Check.objects.bulk_create(
        Check(
            team_id=revision.team_id,
            revision=revision,
            rule=found.rule,
            rule_version=found.version,
            severity=found.severity,
            target_position=found.target,
            start=found.start,
            end=found.end,
            reason=found.reason,
        )
        for found in findings
    )


def _proposed(
    change: Change, targets: Sequence[DraftTarget], quotes: Sequence[Evidence], source_classes: frozenset[str]
) -> checks.Proposed:
    return checks.Proposed(
        operation=change.operation,
        verified_for=sum(evidence.supports(row) for row in quotes),
        quotes=len(quotes),
        source_classes=source_classes,
        targets=tuple(
            checks.ProposedTarget(
                path_before=target.path_before,
                path_after=target.path_after,
                before=tuple(line for hunk in target.hunks() for line in hunk.before),
                after=tuple(line for hunk in target.hunks() for line in hunk.after),
                text_after=target.text_after() if target.path_after is not None else "",
                protected=any(
                    policy.is_protected(change.namespace, path)
                    for path in (target.path_before, target.path_after)
                    if path
                ),
            )
            for target in targets
        ),
    )
