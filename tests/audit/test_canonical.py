import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from audit.verify import canonical

SAFE = 2**53 - 1
KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-SAFE, SAFE) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_dumps_writes_what_rfc_8785_asks_for(value):
    assert canonical.dumps(value) == rfc8785.dumps(value)


@given(VALUES)
def test_loads_reads_back_what_dumps_wrote(value):
    assert canonical.loads(canonical.dumps(value)) == value


@given(VALUES, st.sampled_from([" ", "\n", "\t"]))
def test_loads_refuses_any_other_spelling(value, space):
    with pytest.raises(canonical.NotCanonical):
        canonical.loads(canonical.dumps(value) + space.encode())


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), 2**53, -(2**53), "\ud800", {"é": 1}, {1: 1}, {"a": ["\udfff"]}, b"x", {1, 2}, "x" * 8191],
    ids=repr,
)
def test_dumps_refuses_what_has_no_one_spelling(value):
    with pytest.raises(canonical.NotCanonical):
        canonical.dumps(value)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"a":1}',
        b'{"b":1,"a":2}',
        b"1.0",
        b"1e2",
        b"-0",
        b"01",
        b"NaN",
        b"9007199254740992",
        b"9" * 5_000,
        b'"\\u0041"',
        b'"\\ud800"',
        b'"\xff"',
        b"\xef\xbb\xbf{}",
        b'{"a": 1}',
        b"{}\r\n",
        b"[" * 8_000,
        b"",
        b"{",
    ],
    ids=lambda raw: raw[:20].decode("latin-1"),
)
def test_loads_refuses_bytes_that_dumps_would_not_write(raw):
    with pytest.raises(canonical.NotCanonical):
        canonical.loads(raw)


def test_size_is_limited_to_8_kib_of_bytes():
    assert len(canonical.dumps("x" * 8190)) == canonical.MAX_BYTES
    with pytest.raises(canonical.NotCanonical, match="8193 bytes"):
        canonical.dumps("x" * 8189 + "é")


def test_look_alike_letters_stay_apart():
    assert canonical.dumps("\u00e9") != canonical.dumps("e\u0301")
    assert json.loads(canonical.dumps("e\u0301")) == "e\u0301"
