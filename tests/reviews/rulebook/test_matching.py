"""What a wording finds in a text, and that no text makes it slow."""

import time

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from reviews.rulebook import matching
from reviews.rulebook.matching import BadPattern, Held, Wording, check, spans

LARGE = 100_000


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("guaranteed refund", "A Guaranteed refund is due.", ["Guaranteed refund"]),
        ("guaranteed refund", "a guaranteed\n  refund", ["guaranteed\n  refund"]),
        ("guaranteed refund", "a **guaranteed** _refund_", ["guaranteed** _refund"]),
        ("guaranteed refund", "a guaranteed\u00a0refund", ["guaranteed\u00a0refund"]),
        ("refund", "_refund_ and issue_refund, refund_tool", ["refund"]),
        ("refund", "refunds and prerefund, refund-able", ["refund"]),
        ("refund", "refund refund,refund", ["refund", "refund", "refund"]),
        ("don't promise", "We don’t promise it.", ["don’t promise"]),
        ("opt-out", "opt‑out or opt–out", ["opt‑out", "opt–out"]),
        ("größe", "die GRÖSSE, die Größe, die größen", ["Größe"]),
        ("ärger", "Ärgerlich, und Ärger.", ["Ärger"]),
        ("全額返金", "お客様に全額返金を約束", ["全額返金"]),
        ("@corp.example", "mail joe@corp.example now", ["@corp.example"]),
        ("c++", "in C++, not C", ["C++"]),
        ("a.c", "abc a.c", ["a.c"]),
        ("refund", "", []),
    ],
)
def test_a_phrase_is_found_as_whole_words(phrase, text, found):
    assert [text[start:end] for start, end in spans(Wording((phrase,)), text)] == found


def test_a_shorter_phrase_does_not_hide_a_longer_one():
    wording = Wording(("full", "full refund", "refund now"))

    assert [(start, end) for start, end in spans(wording, "full refund now")] == [(0, 11)]


def test_a_pattern_ignores_case_and_reads_lines():
    text = "- Price: 12 EUR\n- price list\n"

    assert spans(Wording(pattern=r"^- price: \d+"), text) == [(0, 11)]
    assert spans(Wording(pattern=r"(?-i)price"), text) == [(18, 23)]
    assert spans(Wording(("list",), r"\d+"), text) == [(9, 11), (24, 28)]


def test_no_more_places_are_told_than_anybody_reads():
    assert len(spans(Wording(("a",)), "a " * 500)) == matching.MOST


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(a", "missing )"),
        (r"(a)\1", "invalid escape sequence"),
        ("(?=a)", "invalid perl operator"),
        ("a*", "empty text"),
        (r"\pL{9}", "too large"),
        ("a{1001}", "invalid repetition size"),
    ],
)
def test_a_pattern_that_cannot_be_used_says_why(pattern, why):
    with pytest.raises(BadPattern, match=why.replace("(", r"\(").replace(")", r"\)")):
        check(pattern)


def test_a_rule_that_asks_for_more_is_kept_by_a_text_that_says_both():
    rule = Held("rul", 1, "T", "warning", "R", Wording(("discount",)), Wording(("approved",)))

    assert rule.broken_at("a discount\nand a discount") == [(2, 10), (17, 25)]
    assert rule.broken_at("a discount\n\nis approved") == []
    assert rule.broken_at("nothing") == []


HOSTILE = [
    r"(a+a+)+y",
    r"(.*)*z",
    r"(?:a|b)*a(?:a|b){400}y",
    r"(?:a?){200}a{200}y",
    r"(?s)a.*y|a",
    r"[^z]*z",
    r"\pL+\d",
]
TEXTS = ["a", "ab", "é", "- a b c\n", "a\n" * 3 + "b", "aab" * 7 + "b"]


@pytest.mark.parametrize("pattern", HOSTILE)
def test_hostile_patterns_and_texts_take_no_more_than_linear_time(pattern):
    """A search that goes back takes four times as long for twice the text, or never ends; the factor leaves room for a
    busy machine, the floor for what is too short to measure."""
    check(pattern)
    for unit in TEXTS:
        short = _seconds(pattern, (unit * LARGE)[: LARGE // 4])
        long = _seconds(pattern, (unit * LARGE)[:LARGE])
        assert long < max(4 * short * 3, 0.5), (unit, short, long)


def _seconds(pattern, text):
    """The best of three."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        spans(Wording(pattern=pattern), text)
        times.append(time.perf_counter() - started)
    return min(times)


WORDS = st.lists(st.sampled_from(["ab", "c-d", "e’f", "ÉG", "返金", "h+", "x"]), min_size=1, max_size=4).map(" ".join)


@given(phrases=st.lists(WORDS, min_size=1, max_size=4, unique=True), around=st.lists(WORDS, max_size=4))
def test_a_phrase_that_stands_in_a_text_is_found_and_what_is_found_is_a_phrase(phrases, around):
    text = "\n".join([*around, phrases[0], *around])

    found = spans(Wording(tuple(phrases)), text)

    assert found
    told = {" ".join(text[start:end].casefold().split()) for start, end in found}
    assert told <= {" ".join(phrase.casefold().split()) for phrase in phrases}


@given(st.text(max_size=40))
def test_any_phrase_makes_a_pattern_that_finds_itself(phrase):
    phrase = " ".join(phrase.split())
    if not any(char.isalnum() for char in phrase) or "*" in phrase or "_" in phrase:
        return

    assert spans(Wording((phrase,)), phrase) == [(0, len(phrase))]


@given(st.text(alphabet="ab(|)*+?[]{}\\.^$12,", max_size=12))
def test_any_pattern_is_either_refused_or_runs(pattern):
    try:
        check(pattern)
    except BadPattern:
        return
    text = "ab12 (a) [b]\nab"

    for start, end in spans(Wording(pattern=pattern), text):
        assert 0 <= start < end <= len(text)
    assert isinstance(re2.compile("a").search("a").span(), tuple)
