"""What to do about live memory that breaks a rule: it is listed, and one press opens a review of it.

Switching a rule on never opens that review by itself, and never writes: a rule that is wider than its officer thought
would fill everybody's queue with removals, and only the officer sees on the page whether the hits are meant. What is
opened is a proposal of that person, who then has no vote on it, and it takes every check and vote like any other. It
takes out the lines that say what the rule forbids. What has to be said *as well* no machine writes: there the page
leads to the form in which a person adds it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from agents.text.lines import Edit
from reviews import proposals
from reviews.drafts import Draft, DraftTarget
from reviews.enums import Operation, RuleKind
from reviews.models import Change, Proposal, TeamRuleVersion
from reviews.proposals import Origin
from reviews.rulebook.trying import Hit


class NothingToTakeOut(ValueError):
    """No memory of those breaks the rule, all that would be taken out is proposed already, or something is missing."""


def propose(*, version: TeamRuleVersion, hits: Collection[Hit], by: User, at: datetime) -> Proposal:
    """One proposal with a change for each of the memories, but for those of which the very same waits already.

    Raises NothingToTakeOut, drafts.BadDraft, proposals.AlreadyProposed, proposals.BaseMoved.
    """
    if version.kind == RuleKind.MUST:
        raise NothingToTakeOut(_("What is missing, a person has to write."))
    if not hits:
        raise NothingToTakeOut(_("No memory breaks this rule."))
    drafts = _new(version, [_draft(version, hit) for hit in hits])
    if not drafts:
        raise NothingToTakeOut(_("All of this is proposed already."))
    return proposals.open_(
        team=version.team,
        agent=None,
        title=_("Take out what a rule forbids: %(title)s") % {"title": version.title},
        summary=_("Version %(number)s of the rule: %(reason)s") % {"number": version.number, "reason": version.reason},
        origin=Origin.person(by),
        drafts=drafts,
        at=at,
    )


def _new(version: TeamRuleVersion, drafts: list[Draft]) -> list[Draft]:
    marks = [draft.identity() for draft in drafts]
    waiting = Change.objects.of(version.team).votable().filter(fingerprint__in=marks)
    known = set(waiting.values_list("namespace", "fingerprint"))
    return [draft for draft, mark in zip(drafts, marks, strict=True) if (draft.namespace.pk, mark) not in known]


def _draft(version: TeamRuleVersion, hit: Hit) -> Draft:
    """Without the lines that break the rule; a memory of which nothing is left is archived."""
    base = hit.memory.head
    assert base is not None  # noqa: S101  only such are hits
    base.memory = hit.memory
    gone = hit.lines()
    edits = tuple(Edit(start, end, ()) for start, end in _runs(sorted(gone)))
    target = DraftTarget(base=base, path_after=hit.memory.path, edits=edits)
    operation = Operation.EDIT
    if not target.text_after().strip():
        target, operation = DraftTarget(base=base, path_after=None), Operation.ARCHIVE
    return Draft(
        operation=operation,
        namespace=hit.memory.namespace,
        title=_("%(path)s: without what “%(title)s” forbids") % {"path": hit.memory.path, "title": version.title},
        targets=(target,),
        rationale=version.reason,
        reason_code="rulebook",
    )


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    """Half-open ranges of neighbours."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number:
            runs[-1] = (runs[-1][0], number + 1)
        else:
            runs.append((number, number + 1))
    return runs
