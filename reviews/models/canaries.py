"""Changes that are known to be bad and test whether reviewers catch them."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import TeamModel, public_id_field
from accounts.teams import TeamQuerySet
from reviews.enums import Attack, Verdict
from reviews.models.proposing import Change, Proposal


class CanaryQuerySet(TeamQuerySet["Canary"]):
    def waiting(self) -> Self:
        return self.filter(ended_at=None)

    def answered(self) -> Self:
        return self.exclude(by=None)

    def missed(self) -> Self:
        return self.filter(verdict=Verdict.APPROVE)


class Canary(TeamModel):
    """A test of the review: a change that Lucid made up, what is wrong with it, and how the first reviewer decided.

    `verdict` and `by` are empty where it ended before anybody decided, which counts for nobody.
    """

    public_id = public_id_field("cnr")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    change = models.OneToOneField(Change, on_delete=models.PROTECT, related_name="test")
    attack = models.CharField(max_length=8, choices=Attack)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(max_length=16, choices=Verdict, blank=True)
    dwell_ms = models.PositiveBigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = CanaryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("proposal",), name="one_canary_per_proposal"),
            models.CheckConstraint(
                name="canary_answered_whole",
                condition=Q(by=None, verdict="") | (Q(by__isnull=False, ended_at__isnull=False) & ~Q(verdict="")),
            ),
        ]
        indexes = [models.Index(fields=("team", "by", "ended_at"), name="canaries_of_a_person")]

    @property
    def is_caught(self) -> bool:
        """Of one that somebody decided: whether they said no."""
        return self.verdict != Verdict.APPROVE
