"""What of the budgets of a week is used up."""

from __future__ import annotations

from django.db import models

from accounts.models import TeamModel
from agents.models import Namespace
from reviews.models.proposing import Change


class Spending(TeamModel):
    """What one applied change used of the budgets of its namespace, in the week that begins on that day.

    `removed` are statements taken out by primary key of the memory; `readings` how often agents had read the namespace
    in the seven days before.
    """

    change = models.OneToOneField(Change, on_delete=models.PROTECT, related_name="spending")
    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, related_name="+")
    week = models.DateField()
    readings = models.PositiveBigIntegerField(default=0)
    removals = models.PositiveIntegerField(default=0)
    churn = models.PositiveIntegerField(default=0)
    automatic = models.BooleanField(default=False)
    removed = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=("namespace", "-week", "-id"), name="spending_by_week")]


class Reached(TeamModel):
    """A budget that was reached in a week: said once."""

    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, related_name="+")
    budget = models.CharField(max_length=40)
    week = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("namespace", "budget", "week"), name="reached_once_a_week")]
