"""The team's own rules, and every version of each."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import TeamModel, public_id_field
from accounts.teams import TeamQuerySet
from reviews.enums import RuleKind, Severity


class TeamRuleQuerySet(TeamQuerySet["TeamRule"]):
    def holding(self) -> Self:
        """Those that are switched on, with the version that holds."""
        return self.exclude(holds=None).select_related("holds").order_by("pk")


class TeamRule(TeamModel):
    """One rule. `holds` is the version that changes are held against; none: it is switched off."""

    public_id = public_id_field("rul")
    newest = models.ForeignKey("TeamRuleVersion", on_delete=models.PROTECT, null=True, related_name="+")
    holds = models.ForeignKey("TeamRuleVersion", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    switched_at = models.DateTimeField(null=True)

    objects = TeamRuleQuerySet.as_manager()

    def __str__(self) -> str:
        return self.newest.title if self.newest else ""


class TeamRuleVersion(TeamModel):
    """What a rule said from one save to the next; never changed.

    `says` and `also` are {"phrases": [...], "pattern": ""}; `also` is empty where the rule only forbids. `breaking` and
    `keeping` are examples that it must and must not find something in.
    """

    rule = models.ForeignKey(TeamRule, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=RuleKind)
    says = models.JSONField()
    also = models.JSONField(default=dict)
    namespaces = models.JSONField(default=list)  # patterns of their slugs; none: all
    severity = models.CharField(max_length=8, choices=Severity)
    reason = models.CharField(max_length=180)
    breaking = models.JSONField(default=list)
    keeping = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("rule", "number"), name="one_rule_version_per_number"),
            models.CheckConstraint(name="rule_warns_or_blocks", condition=Q(severity__in=("warning", "blocking"))),
        ]
