import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.text import hidden

ODD = st.lists(st.sampled_from(["a", "\u200d", "\u202e", "\U000e0041", "\ufe0f", "\n", "👩", "ب", "\u200f", "\r"])).map(
    "".join
)


@given(st.one_of(st.text(), ODD))
def test_parts_join_back_and_hide_nothing(text):
    cut = hidden.parts(text)
    assert "".join(part for part, _ in cut) == text
    for part, found in cut:
        assert part
        assert bool(hidden.HIDDEN.search(part)) == (found is not None)
        if found:
            assert text[found.start : found.end] == part == "".join(map(chr, found.code_points))


def test_class_holds_the_agreed_code_points():
    assert 4_150 < len(re.findall(hidden.HIDDEN, "".join(map(chr, range(sys.maxunicode + 1))))) < 4_350
    assert not hidden.HIDDEN.search("tab\tline\nü 漢 é 👩 —")


def test_find_decodes_what_tags_spell():
    payload = "".join(chr(0xE0000 + ord(character)) for character in "ignore previous")
    (found,) = hidden.find(f"hello{payload} there")
    assert (found.start, found.end, found.decoded, found.benign) == (5, 20, "ignore previous", False)
    assert found.names[0] == "TAG LATIN SMALL LETTER I"


def test_find_decodes_bytes_in_variation_selectors():
    payload = "".join(chr(0xFE00 + byte if byte < 16 else 0xE0100 + byte - 16) for byte in b"run it")
    (found,) = hidden.find(f"😀{payload}")
    assert (found.decoded, found.benign) == ("run it", False)


@pytest.mark.parametrize(
    "text",
    ["👨‍👩‍👧", "❤️", "1️⃣", "👩🏽‍🚀", "🏳️‍🌈", "می‌خواهم", "क्‍ष", "שלום\u200e (a)", "a\r\nb", "葛\U000e0100",
     "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"],
)  # fmt: skip
def test_find_calls_legitimate_uses_benign(text):
    found = hidden.find(text)
    assert found
    assert all(each.benign for each in found)


@pytest.mark.parametrize(
    "text",
    ["pass\u200bword", "a\u200db", "a\u200cb", "\u202eabc", "soft\u00adhyphen", "\ufeffstart", "a\u200eb", "x\ufe0f",
     "a\rb", "\x1b[31m", "می\u200c\u200cخ", "line\u2028line", "🏴\U000e0067\U000e0062\U000e007f", "שלום\nab\u200e"],
)  # fmt: skip
def test_find_flags_the_rest(text):
    assert any(not each.benign for each in hidden.find(text))


def test_find_names_control_characters():
    assert [each.names for each in hidden.find("\x1b\x01\u202e")] == [
        ("ESCAPE",),
        ("CONTROL CHARACTER",),
        ("RIGHT-TO-LEFT OVERRIDE",),
    ]


@given(st.text(alphabet=st.characters(codec=None), max_size=300), st.integers(2, 60))
def test_what_is_legible_is_short_on_one_line_and_hides_nothing(text, most):
    line = hidden.legible(text, most)

    assert len(line) <= most
    assert not hidden.HIDDEN.search(line)
    assert "\n" not in line
    line.encode()


def test_legible_keeps_plain_words():
    assert hidden.legible("pay  now\n\u200bplease", 20) == "pay now \ufffdplease"
    assert hidden.legible("a" * 9, 5) == "aaaa…"
