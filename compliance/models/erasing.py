"""What is to be erased, and what must not be."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import TeamModel, public_id_field
from accounts.teams import TeamQuerySet
from compliance.enums import Basis, ErasureKind, ErasureState, HoldScope


class ErasureQuerySet(TeamQuerySet["Erasure"]):
    def claimable(self, now: datetime) -> Self:
        """Agreed on, and under nobody's lease."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        return self.filter(free, state=ErasureState.AGREED)

    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")


class Erasure(TeamModel):
    """One erasure, from its preview to its end. `needles` are what to look for; they are forgotten when it is over.

    `subject_id` is the opaque id of what it is about; empty where a person is only named. `subjects` are those whose
    private values go, `found` is what the preview said, `step` and `after` how far it is performed, `counts` what was
    erased.
    """

    public_id = public_id_field("ers")
    kind = models.CharField(max_length=8, choices=ErasureKind)
    subject_id = models.CharField(max_length=100, blank=True)
    needles = models.JSONField(default=list)
    subjects = models.JSONField(default=list)
    basis = models.CharField(max_length=16, choices=Basis)
    found = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=ErasureState, default=ErasureState.PREPARED)
    confirmation_id = models.CharField(max_length=40, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    step = models.PositiveIntegerField(default=0)
    after = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=("team", "-at", "-id"))]
        constraints = [
            models.CheckConstraint(
                name="erased_words_forgotten",
                condition=~Q(state__in=[ErasureState.DONE, ErasureState.DROPPED]) | Q(needles=[]),
            )
        ]

    def get_absolute_url(self) -> str:
        return reverse("compliance:erasure", args=[self.team.slug, self.public_id])


class HoldQuerySet(TeamQuerySet["LegalHold"]):
    def standing(self) -> Self:
        return self.filter(lifted_at=None)


class LegalHold(TeamModel):
    """What must be kept whole, for a reason, until two people lift it."""

    public_id = public_id_field("hld")
    scope = models.CharField(max_length=10, choices=HoldScope)
    target_id = models.CharField(max_length=40, blank=True)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    lifted_at = models.DateTimeField(null=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("team", "scope", "target_id"), condition=Q(lifted_at=None), name="one_standing_hold"
            ),
            models.CheckConstraint(
                name="hold_on_something",
                condition=Q(scope=HoldScope.ALL, target_id="") | ~Q(scope=HoldScope.ALL) & ~Q(target_id=""),
            ),
        ]
