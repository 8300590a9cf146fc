"""Where the log of a team is sent to, and how far it got."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Confirmation, TeamModel, public_id_field
from accounts.names import NameField
from accounts.teams import TeamQuerySet
from compliance.enums import Format, StreamKind, StreamState

FORMATS = ((Format.JSONL, _("JSON Lines")), (Format.OCSF, _("OCSF")))


class DestinationQuerySet(TeamQuerySet["Destination"]):
    def kept(self) -> Self:
        return self.exclude(state=StreamState.REMOVED).order_by("pk")

    def ready(self, now: datetime) -> Self:
        """Those that are sent to, are not resting after a failure, and that no worker is sending to."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        return self.filter(free, state=StreamState.ACTIVE, next_at__lte=now)


class Destination(TeamModel):
    """`acked` is the number of the last event that it confirmed: the next one goes on from there, and none is skipped.

    `fence` moves with each worker that takes it up; only the newest may move the cursor. `witnessed` is the size in the
    newest checkpoint that it confirmed.
    """

    public_id = public_id_field("dst")
    name = NameField(_("name"), max_length=80)
    kind = models.CharField(max_length=8, choices=StreamKind)
    format = models.CharField(max_length=8, choices=FORMATS, default=Format.JSONL)
    address = models.CharField(max_length=500)
    ca = models.TextField(blank=True, default="")
    key = models.CharField(max_length=32, blank=True, default="")
    sealed = models.BinaryField(default=b"")
    state = models.CharField(max_length=8, choices=StreamState)
    confirmation = models.ForeignKey(Confirmation, on_delete=models.PROTECT, null=True, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    acked = models.BigIntegerField(default=0)
    acked_at = models.DateTimeField(null=True)
    witnessed = models.BigIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    next_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True, default="")

    objects = DestinationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("team", "name"), condition=~Q(state="removed"), name="one_destination_per_name"
            ),
        ]
        indexes = [models.Index(fields=("state", "next_at"), name="destinations_due")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("compliance:stream", args=[self.team.slug, self.public_id])
