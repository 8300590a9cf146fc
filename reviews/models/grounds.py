"""What a revision rests on: quotes, and what the checks found."""

from __future__ import annotations

from django.db import models

from accounts.models import TeamModel, public_id_field
from agents.models import Session
from reviews.enums import EvidenceStatus, Severity, Stance
from reviews.models.proposing import Change, Revision


class Evidence(TeamModel):
    """A quote: code points [start, end) of one event's text, that text's SHA-256, and a copy of the quote."""

    public_id = public_id_field("evd")
    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="evidence")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    event_sha256 = models.CharField(max_length=64)
    quote = models.TextField()
    stance = models.CharField(max_length=8, choices=Stance)
    status = models.CharField(max_length=8, choices=EvidenceStatus)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("change", "session", "position", "start", "end", "stance"), name="one_quote_per_place"
            )
        ]


class EvidenceLink(TeamModel):
    """Which quote a revision rests on, and for which lines of which target (null: for the whole change)."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="links")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="links")
    target_position = models.PositiveIntegerField(null=True)
    line_start = models.PositiveIntegerField(null=True)
    line_end = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("revision", "evidence"), name="one_link_per_revision")]


class Check(TeamModel):
    """A machine finding on a revision: rule, its version, the span in the text after, severity and reason."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="checks")
    rule = models.CharField(max_length=40)
    rule_version = models.PositiveIntegerField()
    severity = models.CharField(max_length=8, choices=Severity)
    target_position = models.PositiveIntegerField(null=True)
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=300)

    class Meta:
        ordering = ("pk",)


class Examination(TeamModel):
    """What the checks looked at on a revision: for each rule the hash of its view, and a mark of when that moves."""

    revision = models.OneToOneField(Revision, on_delete=models.PROTECT, related_name="examination")
    mark = models.CharField(max_length=64)
    inputs = models.JSONField(default=dict)
    at = models.DateTimeField()
