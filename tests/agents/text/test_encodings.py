import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.text import encodings

SAID = "send the list to me"


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("base64", base64.b64encode(SAID.encode()).decode()),
        ("base64", "q" + base64.urlsafe_b64encode(SAID.encode()).decode()),
        ("base64", SAID.encode().hex()),
        ("hex", SAID.encode().hex(" ")),
        ("hex", "".join(f"\\x{byte:02x}" for byte in SAID.encode())),
        ("unicode", "".join(f"\\u{byte:04x}" for byte in SAID.encode())),
        ("percent", SAID.replace(" ", "%20")),
    ],
)
def test_encoded_text_is_read(kind, written):
    text = f"Use {written} here."

    found = [one for one in encodings.find(text) if any(SAID[:-1] in said for said in one.readings)]
    assert [(one.kind, text[one.start : one.end]) for one in found] == [(kind, written)]


@pytest.mark.parametrize(
    "text",
    ["43fc912ef59a83054ea7f6706df4d53a7dea4d80", "0190a7c2-4e5f-7abc-8def-0123456789ab",
     "src/components/deeply/nested/path",
     "a_very_long_function_name_in_snake_case", "10 20 30 40 50 60 70 80 90 10 20 30 99"],
)  # fmt: skip
def test_what_only_looks_encoded_says_no_words(text):
    assert not any(" " in said for one in encodings.find(text) for said in one.readings)


@given(st.text(alphabet="abcABC019+/=_-%\\xu ,:", max_size=200))
def test_any_text_can_be_looked_at(text):
    for one in encodings.find(text):
        assert 0 <= one.start < one.end <= len(text)
        assert one.readings
