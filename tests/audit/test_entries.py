from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import entries
from audit.entries import Secret
from audit.verify import canonical
from tests.audit.test_canonical import KEYS, TEXTS, VALUES

AT = datetime(2026, 3, 2, 9, 0, 0, 120, tzinfo=UTC)
PREV = bytes(range(32))


class Words(str):
    """A string of a class of its own, as a template's safe strings are."""


def entry(data, *, target="chg_1", secrets=()):
    return entries.of(
        public_id="evt_1",
        log="team_1",
        at=AT,
        type="change.voted",
        outcome="success",
        actor=("person", "usr_1"),
        target=("change", target),
        data=data,
        secrets=secrets,
    )


def record(data, *, target="chg_1", private):
    return {
        "actor": {"id": "usr_1", "type": "person"},
        "data": data,
        "id": "evt_1",
        "log": "team_1",
        "outcome": "success",
        "prev": PREV.hex(),
        "private": private,
        "seq": 7,
        "target": {"id": target, "type": "change"},
        "time": "2026-03-02T09:00:00.000120Z",
        "type": "change.voted",
        "v": 1,
    }


@given(st.dictionaries(KEYS, VALUES, max_size=4), TEXTS)
def test_the_record_is_what_the_verifier_would_write(data, target):
    secret = Secret(name="words", salt=b"", value="", subject="", commitment="c0de")

    written = entry(data, target=target, secrets=[secret]).body(seq=7, prev=PREV)

    assert written == canonical.dumps(record(data, target=target, private={"words": "c0de"}))


def test_a_string_of_another_class_is_written_as_one():
    written = entry({"note": Words("é"), "all": (1, Words("x"))}).body(seq=7, prev=PREV)

    assert written == canonical.dumps(record({"note": "é", "all": [1, "x"]}, private={}))


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), 2**53, [2**53], "\ud800", {"é": 1}, {1: 1}, ["\udfff"], b"x", {1, 2}, AT, "x" * 8192],
    ids=repr,
)
def test_what_has_no_one_spelling_is_refused(value):
    with pytest.raises(canonical.NotCanonical):
        entry({"note": value})


def test_a_target_with_half_a_letter_is_refused():
    with pytest.raises(canonical.NotCanonical, match="surrogate"):
        entry({}, target="\ud800")
