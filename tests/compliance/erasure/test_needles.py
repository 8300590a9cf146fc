import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.erasure import needles
from compliance.erasure.needles import Finder

JANE = needles.read(["Jane Doe", "jane@x.example"])


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("", ""),
        ("Ask Jane Doe, please.", "Ask ████████, please."),
        ("JANE  DOE jane_doe jane.doe@corp", "█████████ ████████ ████████@corp"),
        ("jane@x.example", "██████████████"),
        ("Janet Doe, Jane. Doe Jane D", "Janet Doe, █████████ Jane D"),
        ("\uff2aane Doe", "████████"),
        ("Jane\nDoe", "████████"),
    ],
)
def test_words_are_found_whatever_case_width_and_what_is_between(text, covered):
    assert JANE.covered(text) == covered
    assert Finder(hashed=needles.hashed(JANE)).covered(text) == covered


def test_documents_are_covered_in_every_string_and_keep_their_shape():
    document = {"who": ["Jane Doe", 1, None, {"Jane Doe": True, "x": "no"}]}

    assert JANE.in_json(document) == {"who": ["████████", 1, None, {"Jane Doe": True, "x": "no"}]}
    assert needles.cover_json({"a": ["b c\n", 1, None]}) == {"a": ["█ █\n", 1, None]}


@pytest.mark.parametrize("text", ["Jo", "a b c", "-- !!"])
def test_words_that_would_be_found_everywhere_are_refused(text):
    with pytest.raises(needles.TooShort):
        needles.read([text])


def test_a_hash_says_nothing_without_the_key_and_is_none_of_the_word(folder):
    (one,) = needles.hashed(needles.read(["Jane Doe"]))
    (folder / "private.1.key").unlink()
    (again,) = needles.hashed(needles.read(["Jane Doe"]))

    assert one.count == again.count == 2
    assert one.digest != again.digest


@given(st.text(alphabet="aJb dD\n.oe_né", max_size=60))
def test_covering_keeps_the_length_and_leaves_nothing_to_find(text):
    finder = needles.read(["Jab Doe", "aaaa"])
    covered = finder.covered(text)

    assert len(covered) == len(text)
    assert finder.spans(covered) == []
    assert all(old == new or new == needles.COVER for old, new in zip(text, covered, strict=True))
