from django.utils.translation import get_language, override

from agents.words import kept


def test_kept_words_are_made_once_for_each_language_and_value():
    made = []

    @kept
    def words(count):
        made.append((get_language(), count))
        return f"{get_language()} {count}"

    with override("en"):
        assert [words(1), words(2), words(1)] == ["en 1", "en 2", "en 1"]
    with override("de"):
        assert words(1) == "de 1"
    assert made == [("en", 1), ("en", 2), ("de", 1)]
