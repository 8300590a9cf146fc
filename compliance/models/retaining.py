"""For how long a team keeps what."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import TeamModel, public_id_field
from audit import retention


class Retention(TeamModel):
    """Days for each class of `audit.retention`; `looked_at` is when what was past them was emptied last."""

    public_id = public_id_field("ret")
    records = models.PositiveIntegerField(default=retention.DEFAULT_DAYS[retention.RECORDS])
    access = models.PositiveIntegerField(default=retention.DEFAULT_DAYS[retention.ACCESS])
    system = models.PositiveIntegerField(default=retention.DEFAULT_DAYS[retention.SYSTEM])
    reads = models.PositiveIntegerField(default=retention.DEFAULT_DAYS[retention.READS])
    looked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("team",), name="one_retention_per_team"),
            models.CheckConstraint(
                name="retention_keeps_its_floors",
                condition=Q(**{f"{name}__gte": days for name, days in retention.FLOOR_DAYS.items()}),
            ),
        ]

    @property
    def days(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in retention.DEFAULT_DAYS}
