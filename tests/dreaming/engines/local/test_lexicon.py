"""A language is a file; all of them are looked for at once."""

import re
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dreaming.engines.local import lexicon
from dreaming.engines.local.lexicon import en

GERMAN = SimpleNamespace(
    NEWER=r"\b(?:jetzt|nicht mehr)\b",
    DUE=r"\b(?:gültig bis)\s(\d{4}-\d{2}-\d{2})",
    MONTHS={"mär": 3, "dez": 12},
    EMPTY_WORDS=frozenset({"der", "die", "das"}),
)


def test_another_language_is_looked_for_beside_english():
    newer = lexicon.phrases("NEWER", [GERMAN, en])

    found = [bool(newer.search(text)) for text in ("Es geht jetzt an Eva.", "It now goes to Eva.", "It goes to Eva.")]
    assert found == [True, True, False]


def test_date_is_the_one_group_of_whichever_language_matched():
    due = lexicon.phrases("DUE", [GERMAN, en])

    dates = [match[match.lastindex] for match in due.finditer("Gültig bis 2026-01-02. Valid until 2026-03-04.")]
    assert dates == ["2026-01-02", "2026-03-04"]


def test_name_that_no_language_has_never_matches():
    assert lexicon.phrases("LASTING", [GERMAN]).search("From now on, always ask.") is None
    assert lexicon.words("DIRECTED", [GERMAN]) == frozenset()


def test_names_of_months_are_joined():
    months = lexicon.numbered("MONTHS", [GERMAN, en])
    assert (months["mär"], months["mar"], months["dez"], months["dec"]) == (3, 3, 12, 12)


def test_shipped_language_has_every_name():
    assert [language.__name__.rpartition(".")[2] for language in lexicon.languages()] == ["en"]
    names = {name for name, value in vars(lexicon).items() if name.isupper() and not name.startswith("_") and value}
    assert names == {name for name in vars(en) if name.isupper() and not name.startswith("_")}


def test_each_pattern_of_a_language_leaves_groups_to_the_date():
    for name, value in vars(en).items():
        if name.isupper() and isinstance(value, str) and not name.startswith("_"):
            assert lexicon.phrases(name, [en]).groups == (1 if name == "DUE" else 0), name


@pytest.mark.parametrize("name", ["GONE", "LASTING", "CORRECTION"])
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_each_text_that_a_phrase_matches_holds_a_hint(name, data):
    pattern = re.compile(getattr(en, name), re.ASCII)
    text = data.draw(st.from_regex(pattern, alphabet=st.characters(min_codepoint=32, max_codepoint=126)))

    assert any(hint in text.casefold() for hint in getattr(en, f"{name}_HINTS"))


@settings(max_examples=200, deadline=None)
@given(text=st.from_regex(re.compile(en.NEWER, re.ASCII), alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_each_text_that_is_worded_as_newer_holds_words_that_begin_as_a_hint(text):
    begun = [{word for word in hint.split() if re.search(rf"(?<!\w){word}", text)} for hint in en.NEWER_HINTS]

    assert any(begun == set(hint.split()) for hint, begun in zip(en.NEWER_HINTS, begun, strict=True))


def test_no_hints_where_a_language_gives_none():
    silent = SimpleNamespace(LASTING=r"\bimmer\b")

    assert lexicon.hints(("LASTING",), [en]) == en.LASTING_HINTS
    assert lexicon.hints(("LASTING",), [en, silent]) == ()
    assert lexicon.hints(("LASTING",), [en, GERMAN]) == en.LASTING_HINTS
