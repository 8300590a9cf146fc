"""Evidence packs that were asked for, and exports that a team keeps to make again."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import TeamModel, public_id_field
from accounts.names import NameField
from accounts.teams import TeamQuerySet
from compliance.enums import Disclosure, ExportState, Format, Period


class ExportDefinition(TeamModel):
    """An export that the team keeps under a name. A monthly one is made on the first of each month, at `next_at`."""

    public_id = public_id_field("exd")
    name = NameField(_("name"), max_length=80)
    format = models.CharField(max_length=8, choices=Format)
    period = models.CharField(max_length=8, choices=Period, default=Period.DATES)
    scope = models.JSONField(default=dict)
    disclosure = models.CharField(max_length=8, choices=Disclosure, default=Disclosure.REASONS)
    next_at = models.DateTimeField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("team", "name"), condition=Q(removed_at=None), name="one_saved_export_per_name"
            ),
            models.CheckConstraint(
                name="monthly_exports_are_packs_of_the_month",
                condition=Q(next_at=None) | Q(format="pack", period="month", removed_at=None),
            ),
        ]
        indexes = [models.Index(fields=("next_at",), condition=Q(next_at__isnull=False), name="exports_that_recur")]

    def __str__(self) -> str:
        return self.name


class ExportQuerySet(TeamQuerySet["Export"]):
    def claimable(self, now: datetime) -> Self:
        """Those that wait, and those whose worker has not been heard of since its lease ran out."""
        return self.filter(Q(state=ExportState.QUEUED) | Q(state=ExportState.RUNNING, lease_until__lt=now))

    def newest_first(self) -> Self:
        return self.order_by("-asked_at", "-pk")


class Export(TeamModel):
    """One evidence pack. `plan` is what it is made from, fixed when its making begins, so that whoever goes on with it
    after a crash makes the same bytes. `asked_by` is null where a saved export asked, once for each `period`.
    """

    public_id = public_id_field("exp")
    definition = models.ForeignKey(ExportDefinition, on_delete=models.PROTECT, null=True, related_name="exports")
    period = models.CharField(max_length=10, blank=True)
    scope = models.JSONField(default=dict)
    disclosure = models.CharField(max_length=8, choices=Disclosure, default=Disclosure.REASONS)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ExportState, default=ExportState.QUEUED)
    stage = models.CharField(max_length=40, blank=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    plan = models.JSONField(default=dict)
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    rows = models.PositiveBigIntegerField(null=True)
    size = models.PositiveBigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("definition", "period"), condition=~Q(period=""), name="one_export_for_each_month"
            ),
            models.CheckConstraint(
                name="ready_with_its_hash",
                condition=~Q(state="ready") | Q(size__isnull=False, expires_at__isnull=False) & ~Q(sha256=""),
            ),
        ]
        indexes = [
            models.Index(fields=("team", "-asked_at", "-id")),
            models.Index(fields=("asked_by", "asked_at")),
            models.Index(fields=("state", "lease_until")),
        ]

    def get_absolute_url(self) -> str:
        return reverse("compliance:export_one", args=[self.team.slug, self.public_id])

    @property
    def is_active(self) -> bool:
        return self.state in (ExportState.QUEUED, ExportState.RUNNING)
