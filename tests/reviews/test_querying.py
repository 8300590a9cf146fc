"""The query language: examples by hand, and what holds of any text."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.inbox import filtering, querying
from reviews.inbox.querying import BadQuery, Query, Term

words = st.text(alphabet='ab:"<>,.0 \t\n\u00a0é', max_size=12)
pieces = st.one_of(
    words,
    st.sampled_from(
        ["tier:high", "tier:low,critical", "is:stale", "age:>2d", "age:<12h", 'agent:"Billing bot"', "reviewer:me"]
    ),
)
texts = st.lists(pieces, max_size=6).map(" ".join)


def refusal(text):
    try:
        querying.parse(text)
    except BadQuery as refused:
        return refused
    return None


def test_keys_values_and_words_are_told_apart():
    found = querying.parse('tier:high,Critical agent:billing age:>2d "refund window" is:stale 10:30')

    assert found.terms == (
        Term("tier", ("high", "critical")),
        Term("agent", ("billing",)),
        Term("age", (">2d",)),
        Term("", ("refund window",)),
        Term("is", ("stale",)),
        Term("", ("10:30",)),
    )


@pytest.mark.parametrize(
    ("text", "older", "span"),
    (
        ("age:>2d", True, timedelta(days=2)),
        ("age:<12h", False, timedelta(hours=12)),
        ("age:1w", True, timedelta(weeks=1)),
    ),
)
def test_ages(text, older, span):
    (term,) = querying.parse(text).terms

    assert (term.older, term.span) == (older, span)


@pytest.mark.parametrize(
    ("text", "problem", "word", "place"),
    (
        ("one teir:high", "no such key", "teir", 4),
        ("tier:low,hgih", "no such value", "hgih", 9),
        ("is:", "no value", "is:", 0),
        ("x age:2y", "no age", "2y", 6),
        ('good "open end', "open quote", '"open end', 5),
        (" ".join("abcdefghijklmn"), "too many", "m", 24),
        ("agent:a\0b", "no text", "\0b", 7),
        ("a" * 401, "too long", "a", 400),
    ),
)
def test_what_cannot_be_read_is_named_with_its_place(text, problem, word, place):
    with pytest.raises(BadQuery) as refused:
        querying.parse(text)

    assert (refused.value.problem, refused.value.word, refused.value.place) == (problem, word, place)
    assert str(place + 1) in filtering.told(refused.value)


def test_known_keys_are_told():
    with pytest.raises(BadQuery) as refused:
        querying.parse("teir:high")

    assert "“teir” at character 1 is no key. Keys are: tier, operation" in filtering.told(refused.value)


@given(st.one_of(texts, st.text(max_size=40)))
def test_any_text_is_read_or_refused_at_a_word_that_stands_there(text):
    refused = refusal(text)
    if refused:
        assert text[refused.place :].startswith(refused.word)
    else:
        assert querying.parse(str(querying.parse(text))) == querying.parse(text)


@given(texts)
def test_dropping_a_term_leaves_the_others(text):
    found = Query() if refusal(text) else querying.parse(text)

    for term in found.terms:
        assert set(found.without(term).terms) == set(found.terms) - {term}
