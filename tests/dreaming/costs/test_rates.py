from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreaming.costs import rates
from dreaming.costs.prices import _brought_rates, brought
from dreaming.costs.rates import Amount, Rate
from dreaming.engines.spending import Tokens

DAY = date(2026, 3, 2)
OURS = _brought_rates()
MANY = st.integers(0, 2_000_000)
TOKENS = st.builds(Tokens, input=MANY, output=MANY, cache_read=MANY, cache_write_5m=MANY, cache_write_1h=MANY)


def own(model, *, order=1, day=DAY, price=7, **values):
    classes = dict.fromkeys(("input", "output", "cache_write_5m", "cache_write_1h", "cache_read"), price)
    return Rate(model=model, valid_from=day, order=order, **classes | values)


@pytest.mark.parametrize(
    ("told", "model"),
    [
        ("claude-haiku-4-5", "claude-haiku-4-5"),
        ("claude-haiku-4-5-20251001", "claude-haiku-4-5"),
        ("claude-haiku-4-5@20251001", "claude-haiku-4-5"),
        ("us.anthropic.claude-sonnet-4-6-20260101-v1:0", "claude-sonnet-4-6"),
        ("anthropic.claude-opus-5-5-v1", "claude-opus-5-5"),
    ],
)
def test_a_model_is_known_by_whatever_name_its_provider_gives_it(told, model):
    assert rates.find(OURS, model=told, day=DAY, prompt=1).model == model


def test_a_model_that_is_not_listed_has_no_price():
    assert rates.find(OURS, model="claude-opus-9", day=DAY, prompt=1) is None


@pytest.mark.parametrize(("prompt", "price"), [(0, 100_000), (100_000, 100_000), (100_001, 500_000)])
def test_long_prompts_have_a_price_of_their_own(prompt, price):
    assert rates.find(OURS, model="claude-haiku-5-5", day=DAY, prompt=prompt).input == price


def test_a_teams_own_price_goes_before_ours_from_its_day_on():
    own_rate = own("claude-haiku-4-5")

    assert rates.find([*OURS, own_rate], model="claude-haiku-4-5", day=DAY, prompt=1) is own_rate
    assert rates.find([*OURS, own_rate], model="claude-haiku-4-5", day=date(2026, 3, 1), prompt=1).input == 1_000_000


def test_the_later_price_of_a_day_holds():
    first, second = own("claude-x", order=1), own("claude-x", order=2, price=9)

    assert rates.find([second, first], model="claude-x", day=DAY, prompt=1) is second


def test_an_id_goes_before_a_beginning_and_a_long_one_before_a_short_one():
    every, some, one = own("claude*"), own("claude-new-*"), own("claude-new-1")

    assert rates.find([every, some, one], model="claude-new-1", day=DAY, prompt=1) is one
    assert rates.find([every, some, one], model="claude-new-2", day=DAY, prompt=1) is some
    assert rates.find([every, some, one], model="claude-old", day=DAY, prompt=1) is every


@given(TOKENS, st.booleans(), st.booleans())
def test_money_is_that_of_the_table_within_a_micro_dollar(tokens, is_batch, in_region):
    rate = rates.find(OURS, model="claude-opus-5-5", day=DAY, prompt=1)
    exact = (
        Decimal(4) * tokens.input
        + Decimal(20) * tokens.output
        + Decimal("0.2") * tokens.cache_read
        + Decimal(5) * tokens.cache_write_5m
        + Decimal(8) * tokens.cache_write_1h
    )
    exact = exact * (Decimal("0.5") if is_batch else 1) * (Decimal("1.1") if in_region else 1)

    cost = rates.amount(rate, tokens, is_batch=is_batch, in_region=in_region)

    assert 0 <= cost.low - exact < 1
    assert cost.low == cost.high


def test_what_was_written_to_caches_for_an_unknown_time_is_a_range():
    rate = rates.find(OURS, model="claude-haiku-4-5", day=DAY, prompt=1)

    cost = rates.amount(rate, Tokens(cache_write_5m=1_000_000), is_split=False)

    assert cost == Amount(low=1_250_000, high=2_000_000, full=1_000_000)


def test_every_price_that_lucid_brings_is_whole_and_has_a_source():
    assert brought()["source"].startswith("https://")
    assert all(rate.cache_read < rate.input < rate.output for rate in OURS)
    assert all(rate.cache_write_5m * 4 == rate.input * 5 and rate.cache_write_1h == rate.input * 2 for rate in OURS)
