"""What live memory is held against: baselines that were signed off, how each version came to be, distances by day."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import TeamModel, public_id_field
from accounts.teams import TeamQuerySet
from agents.models import MemoryVersion, Namespace
from reviews.enums import UNREVIEWED, Came, Settled
from reviews.models.proposing import Proposal


class Baseline(TeamModel):
    """The live memory of a namespace as somebody signed it off: the public ids of its versions in order of their
    paths, and the Merkle root over path and text. One without its event in the trail counts for nothing.
    """

    public_id = public_id_field("bsl")
    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, related_name="baselines")
    number = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    versions = models.JSONField(default=list)
    last_version = models.BigIntegerField(default=0)  # none of the namespace was newer
    statements = models.PositiveIntegerField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("namespace", "number"), name="one_baseline_per_number")]


class ProvenanceQuerySet(TeamQuerySet["Provenance"]):
    def unreviewed(self) -> Self:
        return self.filter(came__in=UNREVIEWED)

    def open(self) -> Self:
        """Unreviewed writes that nobody has settled."""
        return self.unreviewed().filter(settled_at=None)


class Provenance(TeamModel):
    """How one version came to be, as the trail tells it. `change` is the public id of the change that wrote it.

    `proposal` is the one that would take an unreviewed write back.
    """

    public_id = public_id_field("prv")
    version = models.OneToOneField(MemoryVersion, on_delete=models.PROTECT, related_name="provenance")
    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, related_name="+")
    came = models.CharField(max_length=12, choices=Came)
    change = models.CharField(max_length=40, blank=True)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, null=True, related_name="+")
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_as = models.CharField(max_length=8, choices=Settled, blank=True)

    objects = ProvenanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="settled_as_something",
                condition=Q(settled_at=None, settled_as="") | (Q(settled_at__isnull=False) & ~Q(settled_as="")),
            )
        ]
        indexes = [
            models.Index(fields=("namespace", "came", "-version"), name="provenance_by_came"),
            models.Index(fields=("team", "came", "settled_at"), name="provenance_open"),
        ]


class DriftDay(TeamModel):
    """How far a namespace was from its baseline at the end of a day; the newest row is how far it is now.

    `parts` are {"tier" | "source": {name: [added, changed, gone]}}. A statement that rests on several source classes
    counts under each of them.
    """

    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    baseline = models.ForeignKey(Baseline, on_delete=models.PROTECT, related_name="days")
    statements = models.PositiveIntegerField()
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    gone = models.PositiveIntegerField()
    parts = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("namespace", "day"), name="one_distance_per_day")]


class Watch(TeamModel):
    """How far the tick has looked at a namespace: which versions it counted, when it held all heads against the
    trail, and of which baseline it told that it is due.
    """

    namespace = models.OneToOneField(Namespace, on_delete=models.PROTECT, related_name="watch")
    counted = models.BigIntegerField(default=0)
    counted_day = models.DateField(null=True)
    compared_at = models.DateTimeField()
    told_of = models.BigIntegerField(null=True)
