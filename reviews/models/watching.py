"""How votes came about, and what leads are told of it."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import TeamModel, public_id_field
from accounts.teams import TeamQuerySet
from reviews.enums import AlarmKind, Hand, Verdict
from reviews.models.deciding import Decision


class ReviewFacts(TeamModel):
    """How one vote came about, as the server saw it. Facts for leads, summed up: they stand in nobody's way.

    `dwell_ms` runs from when the card was drawn for this person to the vote; null where that is not known. `panels`
    were opened beside it. Of the `pieces` of the diff, `pieces_seen` were drawn; null for votes cast with others.
    """

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="facts")
    hand = models.CharField(max_length=8, choices=Hand)
    dwell_ms = models.PositiveBigIntegerField(null=True)
    panels = models.JSONField(default=list)
    pieces = models.PositiveIntegerField(null=True)
    pieces_seen = models.PositiveIntegerField(null=True)


class AlarmQuerySet(TeamQuerySet["WatchAlarm"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)


class WatchAlarm(TeamModel):
    """Somebody approves without reading, as far as counts can tell. Open until a lead has seen to it.

    FAST: so many `approvals` from `since` to `until`. STAMP: so many `approvals` of the last `votes`, and of the last
    `tests` so many `caught`.
    """

    public_id = public_id_field("wal")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=AlarmKind, default=AlarmKind.FAST)
    approvals = models.PositiveIntegerField()
    votes = models.PositiveIntegerField(default=0)
    tests = models.PositiveIntegerField(default=0)
    caught = models.PositiveIntegerField(default=0)
    together = models.PositiveIntegerField()  # of these, votes that were cast with others at once
    since = models.DateTimeField()
    until = models.DateTimeField()
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = AlarmQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("team", "person", "kind"), condition=Q(closed_at=None), name="one_open_alarm_per_kind"
            ),
            models.CheckConstraint(
                name="alarm_closed_by_someone",
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
            ),
        ]


class SecondQuerySet(TeamQuerySet["SecondReview"]):
    def waiting(self) -> Self:
        return self.filter(given_at=None)

    def against(self) -> Self:
        """Those that say another word than the first vote."""
        return self.exclude(given_at=None).exclude(verdict=F("decision__verdict"))


class SecondReview(TeamModel):
    """A second opinion on what somebody voted on, asked of a person who is not shown the first. It is no vote.

    `verdict` is approve or reject, and empty until it is given.
    """

    public_id = public_id_field("sec")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="second")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=16, choices=Verdict, blank=True)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    given_at = models.DateTimeField(null=True)

    objects = SecondQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="second_given_whole",
                condition=Q(given_at=None, verdict="") | Q(given_at__isnull=False, verdict__in=["approve", "reject"]),
            )
        ]
        indexes = [models.Index(fields=("team", "person", "given_at"), name="seconds_of_a_person")]
