"""What tokens cost, in whole micro-dollars: the arithmetic, without a database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dreaming.engines.spending import Tokens

MILLION = 1_000_000
# what providers put around an id: us.anthropic.claude-…-20251001-v1:0, claude-…@20251001
_PROVIDER = re.compile(r"^.*anthropic\.")
_DATED = re.compile(r"(@[a-z0-9]+|-\d{8})?(-v\d+(:\d+)?)?$")


@dataclass(frozen=True, slots=True)
class Rate:
    """The price of a model from a day on, in micro-dollars per million tokens; see `models.Price`."""

    model: str
    valid_from: date
    input: int
    output: int
    cache_write_5m: int
    cache_write_1h: int
    cache_read: int
    above_tokens: int = 0
    batch_percent: int = 50
    region_percent: int = 110
    order: int = -1  # of a team's own rows, the later the higher; of those that Lucid brings, -1

    def fits(self, model: str) -> bool:
        if self.model.endswith("*"):
            return model.startswith(self.model[:-1])
        return model == self.model


@dataclass(frozen=True, slots=True)
class Amount:
    """What a call costs at least and at most, and what the same tokens cost outside of batches and caches."""

    low: int
    high: int
    full: int


def plain(model: str) -> str:
    """The id of a model without what providers put around it."""
    return _DATED.sub("", _PROVIDER.sub("", model.strip().lower()), count=1)


def prompt_of(tokens: Tokens) -> int:
    return tokens.input + tokens.cache_read + tokens.cache_write_5m + tokens.cache_write_1h


def find(rates: Iterable[Rate], *, model: str, day: date, prompt: int) -> Rate | None:
    """The rate of a model on a day: an id before a beginning, a team's own before ours, the latest before earlier."""
    name = plain(model)
    fitting = [rate for rate in rates if rate.valid_from <= day and rate.fits(name)]
    if not fitting:
        return None
    best = max(map(_rank, fitting))
    tiers = [rate for rate in fitting if _rank(rate) == best and (rate.above_tokens < prompt or not rate.above_tokens)]
    return max(tiers, key=lambda rate: (rate.above_tokens, rate.order), default=None)


def _rank(rate: Rate) -> tuple[bool, int, bool, date]:
    return not rate.model.endswith("*"), len(rate.model), rate.order >= 0, rate.valid_from


def amount(
    rate: Rate, tokens: Tokens, *, is_batch: bool = False, in_region: bool = False, is_split: bool = True
) -> Amount:
    """Rounded up to a micro-dollar for each call. Where it is not told for how long caches were written (`is_split`
    is False), all of it is for five minutes at the least and for an hour at the most."""
    written = tokens.cache_write_5m + tokens.cache_write_1h
    least = tokens if is_split else replace(tokens, cache_write_5m=written, cache_write_1h=0)
    most = tokens if is_split else replace(tokens, cache_write_5m=0, cache_write_1h=written)
    bare = Tokens(input=prompt_of(tokens), output=tokens.output)
    percent = rate.batch_percent if is_batch else 100
    region = rate.region_percent if in_region else 100
    return Amount(*(_cost(rate, one, part, region) for one, part in ((least, percent), (most, percent), (bare, 100))))


def _cost(rate: Rate, tokens: Tokens, percent: int, region: int) -> int:
    exact = (
        tokens.input * rate.input
        + tokens.output * rate.output
        + tokens.cache_read * rate.cache_read
        + tokens.cache_write_5m * rate.cache_write_5m
        + tokens.cache_write_1h * rate.cache_write_1h
    )
    return -(-exact * percent * region // (MILLION * 100 * 100))


def total(amounts: Sequence[Amount]) -> Amount:
    return Amount(*(sum(getattr(one, name) for one in amounts) for name in ("low", "high", "full")))
