"""The rules that hold, as the checks take them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from accounts.models import Team
from agents.models import Namespace
from reviews.models import TeamRule, TeamRuleVersion
from reviews.rulebook.matching import Held, Wording


def held(team: Team, namespace: Namespace) -> tuple[Held, ...]:
    """The rules that changes in the namespace are held against."""
    found = []
    for rule in TeamRule.objects.of(team).holding():
        if rule.holds and applies(rule.holds.namespaces, namespace.slug):
            rule.holds.rule = rule
            found.append(of(rule.holds))
    return tuple(found)


def mark(team: Team) -> list[int]:
    """Another one as soon as a rule is switched on or off, or another version of it holds."""
    return list(TeamRule.objects.of(team).holding().values_list("holds", flat=True))


def of(version: TeamRuleVersion) -> Held:
    """A version as it is held against a text. Its rule is at hand."""
    return Held(
        rule=version.rule.public_id,
        number=version.number,
        title=version.title,
        severity=version.severity,
        reason=version.reason,
        says=wording(version.says),
        also=wording(version.also),
    )


def applies(patterns: Iterable[str], slug: str) -> bool:
    patterns = list(patterns)
    return not patterns or any(fnmatchcase(slug, pattern) for pattern in patterns)


def wording(stored: Mapping[str, Any]) -> Wording:
    return Wording(tuple(stored.get("phrases", ())), stored.get("pattern", ""))
