"""Saving a rule: each save is a version, and none is saved whose examples do not come out as they say.

Rules are written by the roles Security and Admin. Leads and reviewers, who vote all day, may not take a rule out of
their own way, and auditors do not write what they audit; an admin alone has no vote. Saving changes nothing for
anybody: what holds goes on holding until a version is tried and switched on (`reviews.rulebook.switching`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext as _

from accounts.models import Team, User
from audit import trail
from reviews.enums import RuleKind
from reviews.models import TeamRule, TeamRuleVersion
from reviews.rulebook.matching import BadPattern, Held, Wording, check

MOST_RULES = 100
MOST_PHRASES, MOST_EXAMPLES, MOST_PATTERNS = 50, 50, 20
LONGEST_PATTERN = 120
LONGEST_PHRASE, LONGEST_PATTERN, LONGEST_EXAMPLE = 120, 500, 500


class BadRule(ValueError):
    """What no version may be; `faults` say what and where."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(" ".join(faults))
        self.faults = faults


class Overtaken(Exception):
    """Somebody saved another version meanwhile: compare it first."""


@dataclass(frozen=True, slots=True)
class Written:
    """A rule as somebody wrote it. Stored as the columns of a version."""

    title: str
    kind: str
    says: Wording
    also: Wording
    namespaces: tuple[str, ...]
    severity: str
    reason: str
    breaking: tuple[str, ...]
    keeping: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """An example: whether it should break the rule, and whether it does."""

    text: str
    should: bool
    does: bool

    @property
    def holds(self) -> bool:
        return self.should == self.does


def save(*, team: Team, rule: TeamRule | None, written: Written, after: int, by: User, at: datetime) -> TeamRuleVersion:
    """Store the next version of a rule, or the first of a new one. `after` is the version that its author saw (0:
    none). What is saved unchanged makes no version.

    Raises BadRule, Overtaken.
    """
    faults = faults_of(written)
    if faults:
        raise BadRule(faults)
    with trail.unit_of_work(at=at) as unit:
        if rule is None:
            rule = _new(team, at)
        newest = rule.newest
        if (newest.number if newest else 0) != after:
            raise Overtaken(_("Another version was saved meanwhile. Compare it, then save again."))
        columns = columns_of(written)
        if newest is not None and all(getattr(newest, name) == value for name, value in columns.items()):
            return newest
        version = _store(rule, after + 1, columns, by, at)
        unit.record(
            "rule.saved",
            target=rule,
            by=by,
            data={
                "number": version.number,
                "kind": str(written.kind),
                "severity": str(written.severity),
                "namespaces": list(written.namespaces),
                "sha256": digest(written),
            },
        )
    return version


def faults_of(written: Written) -> list[str]:
    """All that is wrong with it, in words. The examples are tried only once everything else is sound."""
    faults = [*faults_of_wordings(written), *_of_size(written)]
    if not written.breaking or not written.keeping:
        faults.append(_("Give an example that breaks the rule, and one that keeps it."))
    return faults or [_fault_of(one) for one in outcomes(written) if not one.holds]


def faults_of_wordings(written: Written) -> list[str]:
    """What stands in the way of trying it on any text."""
    faults = [*_of_wording(written.says, _("What it looks for"))]
    if not written.says:
        faults.append(_("Say what it looks for: phrases, a pattern or both."))
    if written.kind == RuleKind.MUST:
        faults += _of_wording(written.also, _("What has to stand there as well"))
        if not written.also:
            faults.append(_("Say what has to stand there as well."))
    elif written.also:
        faults.append(_("A rule that only forbids asks for nothing else."))
    return faults


def outcomes(written: Written) -> list[Outcome]:
    """How each example comes out. The wordings are sound."""
    rule = Held("", 0, "", "", "", written.says, written.also)
    examples = [(text, True) for text in written.breaking] + [(text, False) for text in written.keeping]
    return [Outcome(text, should, bool(rule.broken_at(text))) for text, should in examples]


def columns_of(written: Written) -> dict[str, object]:
    return json.loads(json.dumps(asdict(written)))  # type: ignore[no-any-return]


def digest(written: Written) -> str:
    """SHA-256 (hex) of what a version says."""
    return hashlib.sha256(json.dumps(columns_of(written), sort_keys=True).encode()).hexdigest()


def _of_wording(wording: Wording, where: str) -> Iterable[str]:
    if len(wording.phrases) > MOST_PHRASES or any(len(one) > LONGEST_PHRASE for one in wording.phrases):
        yield _("%(where)s: at most %(most)s phrases of %(longest)s characters each.") % {
            "where": where,
            "most": MOST_PHRASES,
            "longest": LONGEST_PHRASE,
        }
    if any(not any(char.isalnum() for char in one) for one in wording.phrases):
        yield _("%(where)s: a phrase needs a letter or a digit.") % {"where": where}
    if wording.pattern:
        try:
            check(wording.pattern)
        except BadPattern as wrong:
            yield _("%(where)s: this pattern cannot be used (%(why)s).") % {"where": where, "why": wrong}


def _of_size(written: Written) -> Iterable[str]:
    examples = (*written.breaking, *written.keeping)
    if len(examples) > MOST_EXAMPLES or any(len(one) > LONGEST_EXAMPLE for one in examples):
        yield _("At most %(most)s examples of %(longest)s characters each.") % {
            "most": MOST_EXAMPLES,
            "longest": LONGEST_EXAMPLE,
        }
    if len(written.namespaces) > MOST_PATTERNS:
        yield _("At most %(most)s patterns of namespaces.") % {"most": MOST_PATTERNS}
    if any(len(one) > LONGEST_PATTERN or not one.isprintable() or " " in one for one in written.namespaces):
        yield _("A pattern of namespaces is one word of at most %(most)s characters.") % {"most": LONGEST_PATTERN}
    if any("\0" in text for text in (written.title, written.reason, *examples)):
        yield _("A NUL character is no text.")


def _fault_of(one: Outcome) -> str:
    if one.should:
        return _("“%(text)s” should break the rule and does not.") % {"text": one.text}
    return _("“%(text)s” should keep the rule and breaks it.") % {"text": one.text}


def _new(team: Team, at: datetime) -> TeamRule:
    if TeamRule.objects.of(team).count() >= MOST_RULES:
        raise BadRule([_("A team has at most %(most)s rules.") % {"most": MOST_RULES}])
    return TeamRule.objects.create(team=team, created_at=at)


def _store(rule: TeamRule, number: int, columns: dict[str, object], by: User, at: datetime) -> TeamRuleVersion:
    """No lock: of two at once the database lets one be this version."""
    try:
        with trail.unit_of_work(at=at):
            version = TeamRuleVersion.objects.create(
                team_id=rule.team_id, rule=rule, number=number, by=by, at=at, **columns
            )
    except IntegrityError:
        raise Overtaken(_("Another version was saved meanwhile. Compare it, then save again.")) from None
    rule.newest = version
    rule.save(update_fields=["newest"])
    return version
