"""Who may decide, what they decided, and how to take it back."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from accounts.models import TeamModel, public_id_field
from accounts.teams import TeamQuerySet
from reviews.enums import ActorType, RejectCode, Verdict
from reviews.models.proposing import Change, Revision


class Policy(TeamModel):
    """Who must approve what: one versioned document per team; the newest version holds."""

    public_id = public_id_field("pol")
    version = models.PositiveIntegerField()
    document = models.JSONField()
    set_by_type = models.CharField(max_length=8, choices=ActorType)
    set_by_id = models.CharField(max_length=40)
    at = models.DateTimeField()

    history = HistoricalRecords(app="reviews")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("team", "version"), name="one_policy_per_version")]


class DecisionQuerySet(TeamQuerySet["Decision"]):
    def counted(self) -> Self:
        return self.filter(withdrawn_at=None, dismissed_at=None, lapsed_at=None)


class Decision(TeamModel):
    """A vote by a person on a revision, bound to what they saw; immutable but for the times at which it stopped
    counting, each set once: withdrawn by its author, dismissed by somebody else, lapsed with age.
    """

    public_id = public_id_field("dec")
    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="decisions")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="decisions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    actor_type = models.CharField(max_length=8, choices=ActorType, default=ActorType.PERSON)
    verdict = models.CharField(max_length=16, choices=Verdict)
    reason_code = models.CharField(max_length=16, choices=RejectCode, blank=True)
    reason = models.TextField(blank=True)
    base_sha256 = models.CharField(max_length=64)
    proposed_sha256 = models.CharField(max_length=64)
    requirement_sha256 = models.CharField(max_length=64)
    evidence_sha256 = models.CharField(max_length=64)
    batch = models.CharField(max_length=40, blank=True)  # of votes that were cast at once
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    dismissed_reason = models.TextField(blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="decision_by_a_person", condition=Q(actor_type="person")),
            models.UniqueConstraint(
                fields=("revision", "by"), condition=Q(withdrawn_at=None, lapsed_at=None), name="one_counted_vote"
            ),
            models.CheckConstraint(
                name="dismissed_by_someone",
                condition=Q(dismissed_at=None, dismissed_by=None)
                | Q(dismissed_at__isnull=False, dismissed_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=("change", "-at")),
            models.Index(fields=("batch",), condition=~Q(batch=""), name="votes_of_a_batch"),
        ]


class Inverse(TeamModel):
    """How to take one applied change back: for each target the version it wrote and the lines that were there before.

    `targets` are {"memory", "version", "path_before", "path_after", "archived_before", "hunks"}.
    """

    change = models.OneToOneField(Change, on_delete=models.PROTECT, related_name="inverse")
    targets = models.JSONField(default=list)
    erased_at = models.DateTimeField(null=True)
    at = models.DateTimeField()


class Cursor(TeamModel):
    """How far the tick has read this team's memory versions, and its approvals, which it goes through in turn."""

    last_version = models.BigIntegerField(default=0)
    last_followed = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("team",), name="one_cursor_per_team")]
