import pytest

from agents.text import sentences


@pytest.mark.parametrize(
    "parts",
    [
        ["It works.", "Ship it!", "When?", "At 15:00."],
        ["Use e.g. Foo or i.e. Bar.", "Then stop."],
        ["It began in 2024.", "Then it grew."],
        ["See Dr. Smith and J. Doe."],
        ["Run `a. B` first.", "Then wait."],
        ["Version 3.5 is out. and stays out."],
        ["यह ठीक है।", "आगे बढ़ो।"],
    ],
)
def test_spans_end_where_sentences_end(parts):
    text = " ".join(parts)
    assert [text[start:end] for start, end in sentences.spans(text)] == parts


def test_spans_need_no_space_after_an_ideographic_stop():
    text = "你好。世界。"
    assert [text[start:end] for start, end in sentences.spans(text)] == ["你好。", "世界。"]
