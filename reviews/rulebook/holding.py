"""Switching a rule by a person. Where the policy wants a second person for each of its changes, one has to agree as
soon as what holds would no longer hold.
"""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import confirming, roles
from accounts.models import Confirmation, User
from audit import trail
from reviews import policy
from reviews.models import TeamRule, TeamRuleVersion
from reviews.policy import widening
from reviews.rulebook import switching, telling

KIND = "rule"
PAYLOAD = 1


def register() -> None:
    confirming.performs(
        KIND,
        label=gettext_lazy("A rule that holds"),
        asks=roles.WRITE_RULES,
        permission=roles.CONFIRM_POLICY,
        perform=_perform,
        check=_check,
        place=lambda held: reverse("reviews:rule", args=[held.team.slug, held.target_id]),
        fresh=True,
    )


def switch(*, rule: TeamRule, version: TeamRuleVersion | None, by: User, at: datetime) -> Confirmation | None:
    """Let this version hold, or none; returns what a second person is asked for instead, where that is wanted.

    Raises confirming.Denied.
    """
    with trail.unit_of_work(at=at):
        lets_go = rule.holds is not None and rule.holds != version
        if lets_go and widening.POLICY in policy.document_of(rule.team)["second_person"]:
            return _ask(rule, version, by=by, at=at)
        _switch(rule, version, by=by, at=at)
    return None


def waiting(rule: TeamRule) -> Confirmation | None:
    rows = Confirmation.objects.of(rule.team).waiting().filter(kind=KIND, target_id=rule.public_id)
    held = rows.with_people().first()
    if held is not None:
        held.team = rule.team
    return held


def _switch(rule: TeamRule, version: TeamRuleVersion | None, *, by: User, at: datetime) -> None:
    if version is None:
        switching.off(rule=rule, by=by, at=at)
    else:
        switching.on(version=version, by=by, at=at)


def _ask(rule: TeamRule, version: TeamRuleVersion | None, *, by: User, at: datetime) -> Confirmation:
    now = rule.holds
    assert now is not None  # noqa: S101  (else nobody is asked)
    lines = [confirming.line(_("What holds"), _named(now), _named(version) if version else _("no version"))]
    if version is not None:
        lines += [
            confirming.line(one.label, "; ".join(one.before), "; ".join(one.after))
            for one in telling.differences(now, version)
        ]
    return confirming.ask(
        team=rule.team,
        kind=KIND,
        target=rule.public_id,
        title=_("The rule “%(title)s”") % {"title": now.title},
        diff=lines,
        payload={"version": PAYLOAD, "before": now.number, "number": version.number if version else None},
        by=by,
        at=at,
    )


def _named(version: TeamRuleVersion) -> str:
    return _("version %(number)s: %(title)s") % {"number": version.number, "title": version.title}


def _perform(held: Confirmation, /, *, by: User, at: datetime) -> None:
    rule, number = _rule(held), held.payload["number"]
    version = None if number is None else rule.versions.select_related("rule", "team").get(number=number)
    _switch(rule, version, by=by, at=at)


def _check(held: Confirmation) -> None:
    holds = _rule(held).holds
    if holds is None or holds.number != held.payload["before"]:
        raise confirming.NoLongerHolds(_("Another version holds by now. Ask again."))


def _rule(held: Confirmation) -> TeamRule:
    rows = TeamRule.objects.of(held.team).select_related("holds", "team")
    return rows.get(public_id=held.target_id)
