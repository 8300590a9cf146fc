"""Changes that were applied without their votes, in an emergency."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Confirmation, TeamModel, public_id_field
from accounts.teams import TeamQuerySet
from reviews.enums import UNCONFIRMED, GlassState, ProposalState, State
from reviews.models.proposing import Change, Proposal


class BrokenGlassQuerySet(TeamQuerySet["BrokenGlass"]):
    def raised(self) -> Self:
        """Those that every page of the team tells of: a second person is awaited, or nobody has settled the alarm. The
        alarm is settled once the change is taken back, or people have decided to keep it.
        """
        undecided = Q(reverting=None) | Q(reverting__state=ProposalState.OPEN)
        alarm = Q(undecided, state__in=UNCONFIRMED, change__state=State.APPLIED)
        return self.filter(Q(state=GlassState.OPEN) | alarm)


class BrokenGlass(TeamModel):
    """One change that somebody applied without its votes, and what the second person said of it. `bypassed` is what
    the change lacked, in words; `reverting` the proposal that would take it back.
    """

    public_id = public_id_field("bgl")
    change = models.OneToOneField(Change, on_delete=models.PROTECT, related_name="glass")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    bypassed = models.JSONField(default=list)
    confirmation = models.ForeignKey(Confirmation, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=GlassState, default=GlassState.OPEN)
    reverting = models.ForeignKey(Proposal, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = BrokenGlassQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=("team", "state", "-id"), name="glass_by_state")]

    @property
    def is_alarm(self) -> bool:
        return self.state in UNCONFIRMED
