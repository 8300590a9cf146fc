"""Which quotes stand beside a change when there are many of one kind."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.enums import Kind, SourceClass
from reviews.enums import EvidenceStatus, Stance
from reviews.reading import spreading
from reviews.reading.quoting import Quote

AT = datetime(2026, 11, 20, tzinfo=UTC)


def quote(text, kind=Kind.MESSAGE, *, tool="", error=False, stance=Stance.FOR):
    """One that no session has: where a quote stands is decided by what it says."""
    source = SourceClass.USER_INPUT if kind == Kind.MESSAGE else SourceClass.EXTERNAL_TOOL
    end = len(text)
    return Quote(None, "", tool, kind, error, AT, "", source, text, 0, 0, end, stance, EvidenceStatus.VERIFIED, AT)


def error(number):
    return quote(f"QueryError: step {number}s over {number}d", Kind.TOOL_RESULT, tool="query", error=True)


def call(step):
    return quote(f'{{"step": "{step}"}}', Kind.TOOL_CALL, tool="query")


def test_one_of_each_kind_stands_before_what_looks_alike():
    errors, calls = [error(n) for n in range(6)], [call("5m"), call("9m"), call("1h")]
    person = quote("Please take five minutes.")

    told = spreading.spread([*errors, *calls, person])

    assert told == [errors[0], calls[0], person, errors[1], calls[1], *errors[2:], calls[2]]


def test_what_speaks_against_comes_first_and_is_spread_too():
    against = [quote(f"It was {n} days.", stance=Stance.AGAINST) for n in range(4)]

    told = spreading.spread([*against, error(1), call("5m")])

    assert told == [*against[:2], error(1), call("5m"), *against[2:]]


@pytest.mark.parametrize("given_", ([], [error(1)]))
def test_few_quotes_stay_as_they_are(given_):
    assert spreading.spread(given_) == given_


@given(st.lists(st.sampled_from([error(1), error(2), call("5m"), quote("Yes."), quote("No.", stance=Stance.AGAINST)])))
def test_every_quote_is_told_once(quotes):
    own = [quote(one.whole, one.kind, tool=one.tool, error=one.is_error, stance=one.stance) for one in quotes]

    told = spreading.spread(own)

    assert sorted(map(id, told)) == sorted(map(id, own))
