"""The published catalogue: what it says is what recording takes, and nothing that a person wrote fits into it."""

import json
from pathlib import Path

import jsonschema_rs
import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from audit import catalogue, publishing, shapes
from audit.vocabulary import WORDS

SCHEMA = json.loads(publishing.schema())
SENTENCE = "Mara said that it is wrong."
TAKES_NAMES = {
    shapes.PATH,
    shapes.PATHS,
    shapes.REGION,
    shapes.REGIONS,
}  # what people name, and where nobody writes sentences
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=40) | st.sampled_from(["", "a"])
    | st.sampled_from([one.example for one in shapes.ALL]),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.sampled_from(["a", "pattern", "users", "b c"]), one),
    max_leaves=5,
)  # fmt: skip


def record(type, data):
    named = {"id": "evt_" + "0" * 32, "log": "north", "outcome": "success", "prev": "0" * 64, "private": {}, "v": 1}
    named |= {"actor": {"type": "system", "id": "system"}, "target": {"type": "team", "id": "north"}, "seq": 1}
    return named | {"time": "2026-03-02T09:00:00.000000Z", "type": type, "data": data}


def refusal(type, data):
    try:
        catalogue.check(type, data)
    except catalogue.NotListed as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize(("name", "options"), [("events.md", {}), ("events.schema.json", {"json": True})])
def test_docs_are_what_the_command_prints(capsys, name, options):
    call_command("audit", "catalogue", **options)

    assert capsys.readouterr().out == (Path("docs") / name).read_text(), "manage.py audit catalogue [--json]"


def test_every_example_is_taken_by_recording_and_by_the_schema():
    reader = jsonschema_rs.validator_for(SCHEMA)

    for type, kind in catalogue.EVENTS.items():
        catalogue.check(type, kind.example)
        reader.validate(record(type, kind.example))


def test_what_is_not_listed_is_refused_by_both():
    reader = jsonschema_rs.validator_for(SCHEMA)

    for type, kind in catalogue.EVENTS.items():
        spoilt = [kind.example | {"surname": "x"}, *(kind.example | {key: 0.5} for key in kind.keys)]
        spoilt += [{key: one for key, one in kind.example.items() if key != left_out} for left_out in kind.required]
        for data in spoilt:
            with pytest.raises(catalogue.NotListed):
                catalogue.check(type, data)
            assert not reader.is_valid(record(type, data)), (type, data)


@pytest.mark.parametrize("shape", shapes.ALL, ids=[one.name for one in shapes.ALL])
def test_a_shape_and_its_schema_take_the_same(shape):
    reader = jsonschema_rs.validator_for(shapes.reference(shape) | {"$defs": SCHEMA["$defs"]})

    @given(VALUES)
    def agree(value):
        assert shape.holds(value) == reader.is_valid(value)

    agree()


def test_no_key_takes_a_sentence_or_repeats_it_in_its_refusal():
    for type, kind in catalogue.EVENTS.items():
        for key, shape in kind.keys.items():
            for value in (SENTENCE, [SENTENCE], {"reason": SENTENCE}, {SENTENCE: 1}, [{"pattern": SENTENCE}]):
                assert refusal(type, kind.example | {key: value}) or shape in TAKES_NAMES, (type, key)
                assert SENTENCE not in refusal(type, kind.example | {key: value})


def test_every_word_is_used_and_every_shape_is_published():
    used = {key for kind in catalogue.EVENTS.values() for key in kind.keys}
    shown = {shape for kind in catalogue.EVENTS.values() for shape in kind.keys.values()}

    assert set(WORDS) == used
    assert shown <= set(shapes.ALL)
