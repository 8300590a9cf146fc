import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.text.tokens import pieces, tokens


@given(st.text())
def test_pieces_lose_nothing(text):
    assert "".join(pieces(text)) == text


@given(
    st.lists(st.sampled_from(["a", "1", ".", "/", "-", "--x", "@", ":", "://", " ", "\r\n", "$", "e\u0301", "你", "'"]))
)
def test_pieces_lose_nothing_of_joined_signs(parts):
    assert "".join(pieces("".join(parts))) == "".join(parts)


@pytest.mark.parametrize(
    "word",
    [
        "15:00", "2026-11-03", "2026-11-03T10:00:00+02:00", "03/11/2026", "1,000.50", "$1,000.50", "5€", "10%", "-5",
        "src/my-app/foo.py", "/etc/hosts", "~/.config/x", "../up/one.txt", "C:\\temp\\a.txt", "bob.x@mail.ex.co.uk",
        "https://example.org/a_b?c=d&e=f#g", "--no-cache", "-v", "v1.2.3-rc1", "snake_case_name", "a.b.c", "mod::item",
        "gpt-4", "don't", "हिन्दी", "cafe\u0301",
    ],
)  # fmt: skip
def test_pieces_keep_one_thing_in_one_piece(word):
    assert pieces(f"see {word}, then") == ["see", " ", word, ",", " ", "then"]


def test_pieces_cut_between_times_and_signs():
    assert pieces("15:00→16:30") == ["15:00", "→", "16:30"]


def test_pieces_take_cjk_characters_one_by_one_and_emoji_whole():
    assert pieces("東京 👨‍👩‍👧") == ["東", "京", " ", "👨‍👩‍👧"]


def test_tokens_leave_out_signs_and_space():
    assert tokens("Ship it (now) -- at 15:00!") == ["Ship", "it", "now", "at", "15:00"]


@pytest.mark.parametrize("unit", ["a+", "a@", "a-", "....", "/", "./", "a.", "http://", "--a", "1,", "\u0301", "a'"])
def test_pieces_of_hostile_repetition_stay_linear(unit):
    started = time.perf_counter()
    pieces(unit * (100_000 // len(unit)))
    assert time.perf_counter() - started < 10  # a quadratic scan takes minutes
