"""Switching a rule on, to another version, or off. From then on it holds for every change, open ones included: their
checks run again when a person votes and when they are applied.
"""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from audit import trail
from reviews.models import TeamRule, TeamRuleVersion
from reviews.rulebook import trying
from reviews.rulebook.trying import Count


def on(*, version: TeamRuleVersion, by: User, at: datetime) -> Count:
    """Let this version hold, having tried it on all live memory; the event tells what that came to. Harmless where it
    holds already.
    """
    tried = trying.count(version)
    with trail.unit_of_work(at=at) as unit:
        rule = _locked(version.rule)
        if rule.holds_id == version.pk:
            return tried
        before = rule.holds.number if rule.holds else None
        rule.holds, rule.switched_at = version, at
        rule.save(update_fields=["holds", "switched_at"])
        data = {"on": True, "number": version.number, "before": before, "memories": tried.memories, "hits": tried.hits}
        unit.record("rule.switched", target=rule, by=by, data=data)
    return tried


def off(*, rule: TeamRule, by: User, at: datetime) -> None:
    """Let no version hold. Harmless where none does."""
    with trail.unit_of_work(at=at) as unit:
        rule = _locked(rule)
        if rule.holds is None:
            return
        before = rule.holds.number
        rule.holds, rule.switched_at = None, at
        rule.save(update_fields=["holds", "switched_at"])
        unit.record("rule.switched", target=rule, by=by, data={"on": False, "before": before})


def _locked(rule: TeamRule) -> TeamRule:
    rows = TeamRule.objects.of(rule.team).select_for_update(of=("self",)).select_related("holds")
    return rows.get(pk=rule.pk)
