from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from django.db.models import Exists, OuterRef

from accounts.models import Team
from agents.models import Namespace
from agents.text import lines as text_lines
from reviews import checks, evidence, policy
from reviews import hunks as hunks_of
from reviews.checks import RULES, Finding, Proposed, ProposedTarget, Quoted
from reviews.drafts import DraftTarget
from reviews.enums import Severity
from reviews.examining.library import Library, inputs
from reviews.inbox import ranking
from reviews.models import Change, ChangeQuerySet, Check, Evidence, Examination, Revision, RevisionTarget
from reviews.policy import facts, tiers
from reviews.policy.facts import Facts, Past


class Subject(Protocol):
    """A change, or the draft of one."""

    @property
    def operation(self) -> str: ...
    @property
    def namespace(self) -> Namespace: ...
    @property
    def reason_code(self) -> str: ...
    @property
    def confidence(self) -> float | None: ...
    @property
    def reverts_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Examined:
    """What the checks say of a revision, the facts that its tier is decided from, and the tier."""

    findings: tuple[Finding, ...]
    facts: dict[str, Any]
    tier: str
    inputs: Mapping[str, str]
    mark: str


def examine(
    subject: Subject,
    targets: Sequence[DraftTarget],
    quoted: Sequence[Quoted],
    library: Library,
    *,
    by: str,
) -> Examined:
    """Run all checks on a revision with these targets, stored or not."""
    namespace = subject.namespace
    proposed = _proposed(subject, [_of_draft(target, namespace) for target in targets], quoted)
    context = library.context(namespace, proposed)
    found = tuple(_noted(checks.run(proposed, context), library))
    known = _known(subject, proposed, library, by)
    lines = tiers.lines(
        known,
        operation=subject.operation,
        document=library.document,
        namespace=namespace,
        paths=[path for target in targets for path in (target.path_before, target.path_after) if path],
        checks=found,
    )
    return Examined(found, known, lines[0].tier, inputs(proposed, context), library.mark)


def opener(change: Change) -> str:
    """Who opened the change's proposal, as tiers look at it."""
    proposal = change.proposal
    return policy.proposer(change.team, proposal.opened_by_type, proposal.opened_by_id)


def keep(examined: Examined, *, revision: Revision, at: datetime) -> None:
    """Store what the checks found on a revision, and what they looked at."""
    _store(revision, examined.findings)
    Examination.objects.create(
        team_id=revision.team_id, revision=revision, mark=examined.mark, inputs=dict(examined.inputs), at=at
    )


def keep_up(revisions: Sequence[Revision], *, library: Library) -> None:
    """Say of revisions that were stored at once that each was examined with the others in sight."""
    rows = Examination.objects.of(library.team).filter(revision__in=revisions)
    rows.update(mark=library.saw(len(revisions)))


def behind(changes: ChangeQuerySet, *, team: Team) -> list[int]:
    """Those of the changes (primary keys) for which `again` has something to look at."""
    seen = Examination.objects.of(team).filter(revision=OuterRef("head"), mark=Library(team).mark)
    return list(changes.filter(~Exists(seen)).order_by("pk").values_list("pk", flat=True))


def again(changes: Iterable[Change], *, team: Team, at: datetime, quotes_moved: bool = False) -> None:
    """Run those checks again whose view has moved: live memory, rejected changes, or the rule itself; the quotes,
    where the caller says so.

    What they find now takes the place of what they found, so that a vote or an application meets it.
    """
    library = Library(team)
    mark = library.mark
    heads = {change.head_id: change for change in changes if change.head_id}
    seen = {row.revision_id: row for row in Examination.objects.of(team).filter(revision__in=list(heads))}
    for head, change in heads.items():
        row = seen.get(head) or Examination(team=team, revision_id=head)  # of before examinations were kept
        if quotes_moved or row.mark != mark:
            _again(change, row, library, at)


def _again(change: Change, row: Examination, library: Library, at: datetime) -> None:
    revision = row.revision
    proposed = _stored(change, revision)
    context = library.context(change.namespace, proposed)
    now = inputs(proposed, context)
    moved = [rule for rule in RULES if now[rule.RULE] != row.inputs.get(rule.RULE)]
    if moved:
        names = [rule.RULE for rule in moved]
        Check.objects.of(library.team).filter(revision=revision, rule__in=names).delete()
        _store(revision, _noted(checks.run(proposed, context, moved), library))
        _regrade(change, revision, _known(change, proposed, library, opener(change)), library)
    row.mark, row.inputs, row.at = library.mark, now, at
    row.save()


def _noted(found: Iterable[Finding], library: Library) -> list[Finding]:
    """What retired rules warn of is a note. It is asked only where something is found."""
    return [
        replace(one, severity=Severity.NOTE)
        if one.severity == Severity.WARNING and one.rule in library.retired
        else one
        for one in found
    ]


def _known(subject: Subject, proposed: Proposed, library: Library, by: str) -> Facts:
    past = Past(
        library.tools(proposed.sessions),
        library.pushers({quote.agent for quote in proposed.support}),
        library.tier_of(subject.reverts_id),
    )
    return facts.of(proposed, readers=library.readers(subject.namespace), past=past, by=by)


def _regrade(change: Change, revision: Revision, known: Facts, library: Library) -> None:
    """The tier as it is now; of what nobody has written anew it never falls."""
    revision.facts = known
    revision.save(update_fields=["facts"])
    found = Check.objects.of(library.team).filter(revision=revision)
    paths = revision.targets.values_list("path_before", "path_after")
    lines = tiers.lines(
        revision.facts,
        operation=change.operation,
        document=library.document,
        namespace=change.namespace,
        paths=[path for pair in paths for path in pair if path],
        checks=found,
    )
    tier = policy.gravest((change.tier, lines[0].tier))
    if tier != change.tier:
        change.tier = tier
        change.save(update_fields=["tier"])
        ranking.follow(change.proposal, list(change.proposal.changes.values_list("state", "tier")))


def _stored(change: Change, revision: Revision) -> Proposed:
    """The same view of a revision as when it was examined first, from its rows."""
    targets = revision.targets.select_related("base__blob").order_by("position")
    quotes = Evidence.objects.of(change.team).filter(links__revision=revision).order_by("links__pk")
    seen = [_of_stored(target, change.namespace) for target in targets]
    return _proposed(change, seen, evidence.quoted(change.team, list(quotes)))


def _proposed(subject: Subject, targets: Sequence[ProposedTarget], quoted: Sequence[Quoted]) -> Proposed:
    return Proposed(
        operation=str(subject.operation),
        namespace=subject.namespace.public_id,
        reason_code=subject.reason_code,
        confidence=subject.confidence,
        targets=tuple(targets),
        quotes=tuple(quoted),
    )


def _of_draft(target: DraftTarget, namespace: Namespace) -> ProposedTarget:
    hunks = target.hunks()
    return ProposedTarget(
        path_before=target.path_before,
        path_after=target.path_after,
        before=tuple(line for hunk in hunks for line in hunk.before),
        after=tuple(line for hunk in hunks for line in hunk.after),
        text_before=target.base.text if target.base else "",
        text_after=target.text_after() if target.path_after is not None else "",
        protected=_is_protected(target, namespace),
    )


def _of_stored(target: RevisionTarget, namespace: Namespace) -> ProposedTarget:
    hunks = hunks_of.read(target.hunks)
    lines = text_lines.split(target.base.text) if target.base else []
    edits = tuple(text_lines.Edit(hunk.start, hunk.end, hunk.after) for hunk in hunks)
    return ProposedTarget(
        path_before=target.path_before,
        path_after=target.path_after,
        before=tuple(line for hunk in hunks for line in hunk.before),
        after=tuple(line for hunk in hunks for line in hunk.after),
        text_before="".join(lines),
        text_after="".join(text_lines.apply(lines, edits)) if target.path_after is not None else "",
        protected=_is_protected(target, namespace),
    )


def _is_protected(target: DraftTarget | RevisionTarget, namespace: Namespace) -> bool:
    paths = (target.path_before, target.path_after)
    return any(policy.is_protected(namespace, path) for path in paths if path)


def _store(revision: Revision, findings: Iterable[Finding]) -> None:
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
