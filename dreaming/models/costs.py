from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import TeamModel, public_id_field
from accounts.teams import TeamQuerySet
from agents.models import Agent
from dreaming.enums import SpendState
from dreaming.models.dreams import Run


class Price(TeamModel):
    """What a team pays for a model from a day on, in micro-dollars per million tokens; never overwritten.

    `model` is an id, or the beginning of ids with a star at its end. The row is for prompts of more than
    `above_tokens`. A batch costs `batch_percent`, a call that is kept in one region `region_percent` of it.
    """

    public_id = public_id_field("prc")
    model = models.CharField(_("model"), max_length=80)
    valid_from = models.DateField(_("from"))
    above_tokens = models.PositiveIntegerField(_("for prompts of more than (tokens)"), default=0)
    input = models.PositiveBigIntegerField(_("input"))
    output = models.PositiveBigIntegerField(_("output"))
    cache_write_5m = models.PositiveBigIntegerField(_("cache write, 5 minutes"))
    cache_write_1h = models.PositiveBigIntegerField(_("cache write, 1 hour"))
    cache_read = models.PositiveBigIntegerField(_("cache read"))
    batch_percent = models.PositiveSmallIntegerField(_("a batch costs (per cent)"), default=50)
    region_percent = models.PositiveSmallIntegerField(_("kept in one region (per cent)"), default=110)
    set_by_id = models.CharField(max_length=40)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.model


class SpendCap(TeamModel):
    """What may be spent in a day and in a month, in cents: by one agent, or by the whole team (`agent` is None)."""

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, related_name="+")
    day_cents = models.PositiveBigIntegerField(null=True)
    month_cents = models.PositiveBigIntegerField(null=True)
    set_by_id = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("team",), condition=Q(agent=None), name="one_spend_cap_per_team"),
            models.UniqueConstraint(fields=("agent",), condition=~Q(agent=None), name="one_spend_cap_per_agent"),
        ]


class SpendQuerySet(TeamQuerySet["Spend"]):
    def counted(self) -> Self:
        """What caps count: all but what was given back."""
        return self.exclude(state=SpendState.RELEASED)

    def since(self, at: datetime) -> Self:
        return self.filter(at__gte=at)


class Spend(TeamModel):
    """One call to a model, or what is reserved for one: its tokens by how they are priced, and micro-dollars.

    `low` and `high` differ where it is not known for how long something was written to the cache, and are None where
    the model has no price. `full` is what the same tokens cost outside of batches and caches. `at` is when it was
    reserved, and says which day and month it belongs to.
    """

    public_id = public_id_field("spd")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, related_name="spends")
    stage = models.CharField(max_length=40)
    model = models.CharField(max_length=256)
    is_batch = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=SpendState, default=SpendState.RESERVED)
    input = models.PositiveBigIntegerField(default=0)
    output = models.PositiveBigIntegerField(default=0)
    cache_read = models.PositiveBigIntegerField(default=0)
    cache_write_5m = models.PositiveBigIntegerField(default=0)
    cache_write_1h = models.PositiveBigIntegerField(default=0)
    low = models.PositiveBigIntegerField(null=True)
    high = models.PositiveBigIntegerField(null=True)
    full = models.PositiveBigIntegerField(null=True)
    request_id = models.CharField(max_length=128, blank=True)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    objects = SpendQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=("team", "at")),
            models.Index(fields=("agent", "at")),
            models.Index(fields=("state", "at")),
        ]
