import pytest

from agents.text.vocabulary import NUMBERS, OPPOSITES, exclude, key


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("three thirteen thirty third twentieth", ["3", "13", "30", "3rd", "20th"]),
        ("ships shipped shipping ship", ["ship"] * 4),
        ("companies company firms", ["compan"] * 3),
        ("told tells telling", ["tell"] * 3),
        ("mine min", ["min", "minimum"]),
    ],
)
def test_words_of_one_meaning_have_one_key(words, wanted):
    assert [key(word) for word in words.split()] == wanted


def test_what_excludes_is_no_synonym():
    assert not [(one, other) for one, others in OPPOSITES.items() for other in others if one == other]


@pytest.mark.parametrize("pair", ["red blue", "monday friday", "always never", "enabled disabled", "before after"])
def test_opposites_and_members_of_a_closed_class_exclude_each_other(pair):
    one, other = map(key, pair.split())

    assert exclude(one, other)
    assert exclude(other, one)
    assert not exclude(one, one)


def test_spelt_numbers_are_unlike():
    assert len(set(NUMBERS.values())) == len(NUMBERS)
