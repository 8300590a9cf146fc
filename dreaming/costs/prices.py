"""Prices as data: what Lucid brings in `prices.json`, and before them what a team has set itself."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from accounts.models import Team
from audit import trail
from audit.trail import Actor, HasActor
from dreaming.costs.rates import Rate
from dreaming.models import Price

_FILE = Path(__file__).with_name("prices.json")
COUNTED = ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read")
FIELDS = ("model", "valid_from", "above_tokens", *COUNTED, "batch_percent", "region_percent")


@cache
def brought() -> dict[str, Any]:
    """The table as it lies in the repository, with its source and its day."""
    return json.loads(_FILE.read_text())  # type: ignore[no-any-return]


@cache
def _brought_rates() -> tuple[Rate, ...]:
    return tuple(Rate(valid_from=date.min, **row) for row in brought()["prices"])


def rates_of(team: Team) -> tuple[Rate, ...]:
    own = Price.objects.of(team).order_by("pk")
    return _brought_rates() + tuple(Rate(order=row.pk, **{name: getattr(row, name) for name in FIELDS}) for row in own)


def models(team: Team) -> list[str]:
    """Ids that have a price."""
    return sorted({rate.model for rate in rates_of(team) if not rate.model.endswith("*")})


def set_(*, team: Team, values: dict[str, Any], by: Actor | HasActor, at: datetime) -> Price:
    """A price of the team from a day on. What was set before stays, and holds up to that day."""
    actor = by if isinstance(by, Actor) else by.trail_actor
    with trail.unit_of_work(at=at) as unit:
        price = Price.objects.create(team=team, set_by_id=actor.id, at=at, **{name: values[name] for name in FIELDS})
        unit.record("dream.price_set", target=price, by=actor, data={"after": _told(price)})
    return price


def _told(price: Price) -> dict[str, Any]:
    told = {name: getattr(price, name) for name in FIELDS}
    return told | {
        "model": price.model.removesuffix("*"),
        "is_beginning": price.model.endswith("*"),
        "valid_from": price.valid_from.isoformat(),
    }
