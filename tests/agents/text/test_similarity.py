import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.text.similarity import candidates, ratio


def as_texts(texts, pairs):
    return {(frozenset((texts[one], texts[other])), score) for one, other, score in pairs}


def test_ratio_disregards_order_case_and_marks():
    assert ratio("- Deploy at **15:00** daily.", "daily deploy at 15:00") == 1.0
    assert ratio("", "") == 1.0
    assert ratio("", "word") == 0.0
    assert 0.5 < ratio("the window is 30 days", "the window is 60 days") < 1.0


@given(st.text(), st.text())
def test_ratio_is_symmetric_and_bounded(one, other):
    assert ratio(one, other) == ratio(other, one)
    assert 0.0 <= ratio(one, other) <= 1.0


def test_candidates_find_equal_and_near_texts():
    texts = [
        "The deploy window is 30 days.",
        "unrelated words here",
        "- the deploy window is 30 days",
        "deploy window is 60 days",
    ]
    pairs = {(one, other): score for one, other, score in candidates(texts)}
    assert pairs[0, 2] == 1.0
    assert any(3 in pair for pair in pairs)
    assert not any(1 in pair for pair in pairs)


def test_candidates_of_nothing_are_none():
    assert candidates([]) == []
    assert candidates(["alone"]) == []
    assert candidates(["", "...", " "]) == []


@given(
    st.lists(st.sampled_from(["a b c", "a b d", "A B C.", "x", "y z", "a b c d", "你好世界", "你好世间"]), max_size=12),
    st.randoms(),
)
def test_candidates_do_not_depend_on_the_order(texts, chance):
    shuffled = list(texts)
    chance.shuffle(shuffled)
    assert as_texts(texts, candidates(texts)) == as_texts(shuffled, candidates(shuffled))


@pytest.fixture(scope="module")
def large():
    """2,500 texts; the last 20 differ from an earlier one in one word, 10 of them in texts of common words only."""
    chance = random.Random(7)
    common = [f"often{number}" for number in range(12)]
    texts = [
        " ".join([*chance.sample(common, 4), f"rare{number}", f"odd{number}", f"own{number}"]) for number in range(2470)
    ]
    poor = [" ".join(chance.sample(common, 8)) for _ in range(10)]
    near = [f"{text} extra" for text in texts[:10]]
    return [*texts, *poor, *near, *(f"{text} again" for text in poor)]


def test_candidates_of_a_large_corpus_keep_near_texts(large):
    found = {(one, other) for one, other, _ in candidates(large)}
    assert {(number, 2480 + number) for number in range(10)} <= found
    assert {(2470 + number, 2490 + number) for number in range(10)} <= found


def test_candidates_of_many_equal_texts_are_a_chain():
    assert len(candidates(["same words"] * 1000)) == 999
