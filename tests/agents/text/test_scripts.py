import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.text import lookalikes, scripts

NAMES = ("quote-api", "support/playbooks/refunds.md", "larkhaven.example", "LH-77120", "duty-manager", "paypal")
KNOWN = scripts.skeletons(NAMES)


def told(text):
    return [(text[one.start : one.end], one.scripts, one.reads, one.deceives) for one in scripts.mixed(text)]


@pytest.mark.parametrize(
    ("text", "word", "found", "reads"),
    [
        ("pay pаypal now", "pаypal", ("LATIN", "CYRILLIC"), "paypal"),
        ("раураl", "раураl", ("CYRILLIC", "LATIN"), "paypal"),
        ("an αccess key", "αccess", ("GREEK", "LATIN"), "access"),
        ("the Ѕсоре of it", "Ѕсоре", ("CYRILLIC",), "scope"),
        ("скидка и cкидка", "cкидка", ("LATIN", "CYRILLIC"), "ckидka"),
    ],
)
def test_a_word_that_only_looks_like_another_is_told(text, word, found, reads):
    assert told(text) == [(word, found, reads, True)]


def test_a_mixed_word_that_deceives_nobody_is_told_as_that():
    assert [one.deceives for one in scripts.mixed("SMSка, PDFы, Թest")] == [False, False, False]


@pytest.mark.parametrize(
    "text",
    [
        "Привет, мир. Оса и кот: API-интерфейс, «Wi-Fi-сеть», 2-й этаж.",
        "Μαρία, Αθήνα και το API.",
        "Δt = 5 µs, μm, kΩ, πr², σ2, νmax, λx.y, Σxᵢ",
        "می\u200cخواهم نسخه ABC را ببینم",
        "क्\u200dष और संस्करण v2",
        "Tシャツ Web会議 PDFファイル 東京タワー 한국어ABC 注音ㄅ",
        "naïve Zoë Ångström Müller ﬁn ＡＢＣ 𝐛𝐨𝐥𝐝 Kelvin",
        "👩\u200d👩\u200d👧 ✅ → ½ № ™ ª º",
        "snake_case_1 camelCase x86_64",
    ],
)
def test_languages_formulas_and_emoji_are_left_alone(text):
    assert told(text) == []
    assert list(scripts.doubles(text, KNOWN)) == []


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("quоte-api", "quote-api"),
        ("larkhаven.example", "larkhaven.example"),
        ("LH-7712O", "LH-77120"),
        ("dutу-manager", "duty-manager"),
        ("refundѕ.md", "refunds.md"),
        ("paypaI", "paypal"),
        ("ｐaypal", "paypal"),
        ("ΡАУРАL", "paypal"),
    ],
)
def test_a_word_that_looks_like_a_known_name_is_told(word, name):
    text = f"See https://{word}/x for it."

    assert [(text[one.start : one.end], one.name) for one in scripts.doubles(text, KNOWN)] == [(word, name)]


def test_known_names_and_marks_over_letters_are_no_doubles():
    assert (
        list(scripts.doubles("Quote-API quote-api LH-77120 paypál 10 101 All", scripts.skeletons([*NAMES, "all"])))
        == []
    )
    assert list(scripts.doubles("quоte-api", {})) == []


@given(st.text())
def test_the_plain_letters_are_as_long_as_the_text(text):
    assert len(lookalikes.latin(text)) == len(text)


@given(st.text(alphabet="abcxyz019IlоаеΑρ .-/\u200b漢б"))
def test_what_is_told_stands_in_the_text_in_order(text):
    found = scripts.mixed(text)
    places = [one.start for one in found]

    assert places == sorted(places)
    assert all(len(one.reads) == one.end - one.start for one in found)
    for one in scripts.doubles(text, scripts.skeletons(["axle", "xyz", "l0l"])):
        assert text[one.start : one.end].casefold() != one.name


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_text_has_no_mixed_words(text):
    assert scripts.mixed(text) == []
