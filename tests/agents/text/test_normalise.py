import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.text.normalise import digest, normalise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("- Deploys run at 15:00.", "deploys  run at 15:00"),
        ("* **Use** `uv` for _installs_", "1. Use uv for installs;"),
        ("## Release Notes", "release notes"),
        ("ＦＵＬＬ ｗｉｄｔｈ", "full width"),
        ("a hard\n  wrapped line", "A hard wrapped line"),
    ],
)
def test_digest_is_equal_where_only_dress_differs(one, other):
    assert digest(one) == digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Is it on?", "Is it on"),
        ("use __init__", "use init"),
        ("limit is 3.5", "limit is 35"),
        ("keep ~~this~~", "keep this"),
        ("a\u200bb", "ab"),
        ("2 * 3 * 4", "2 3 4"),
    ],
)
def test_digest_differs_where_meaning_may(one, other):
    assert digest(one) != digest(other)


@given(st.text())
def test_normalise_of_normal_text_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)
