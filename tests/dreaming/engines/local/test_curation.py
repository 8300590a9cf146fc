import json
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from dreaming.engines.local.curation import BadCuration, Curation, schema, settings

VERSION_1 = Path(__file__).with_name("curation_v1.json")


def test_curation_defaults_hold_for_an_empty_document():
    assert Curation.read({}) == Curation()
    assert Curation.read({"version": 1, "max_changes": 3, "propose": ["archive", "add"]}) == Curation(
        max_changes=3, propose=("add", "archive")
    )


def test_curation_weights_left_out_keep_their_defaults():
    assert Curation.read({"weights": {"human": 1}}).weights == Curation().weights | {"human": 1.0}


def test_documents_of_version_1_are_read_as_they_were_meant():
    assert Curation.read(json.loads(VERSION_1.read_text())) == Curation(
        propose=("add", "edit"),
        max_changes=12,
        max_removals=0,
        max_share=0.05,
        max_quotes=3,
        cool_down_days=30,
        kinds=("mistake", "preference"),
        min_sessions=3,
        min_agents=2,
        false_discovery_rate=0.01,
        stale_after_days=0,
        review_after_days={"/policies": 180, "/": 365},
        min_uses=10,
        helpful_above=0.6,
        harmful_above=0.4,
        topic_folder_size=0,
        protected_paths=("/policies/legal",),
        protected_phrases=("must", "shall not"),
        weights={"test": 1.0, "downstream": 1.0, "human": 0.9, "survey": 0.5, "self-report": 0.0},
    )


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "document: must be a JSON object"),
        ({"version": 2}, "version: must be 1, the version"),
        ({"version": True}, "version: must be 1, the version"),
        ({"max_change": 3}, "max_change: no such field"),
        ({"max_changes": "3"}, "max_changes: must be a whole number from 0 to 1000"),
        ({"max_changes": True}, "max_changes: must be a whole number"),
        ({"max_changes": 1.5}, "max_changes: must be a whole number"),
        ({"false_discovery_rate": 2}, "false_discovery_rate: must be a number from 0 to 1"),
        ({"false_discovery_rate": float("nan")}, "false_discovery_rate: must be a number"),
        ({"max_share": None}, "max_share: must be a number"),
        ({"min_sessions": 1}, "min_sessions: must be a whole number from 2"),
        ({"propose": ["purge"]}, "propose: 'purge' is not one of add, edit, merge, move, archive"),
        ({"propose": ["add", "add"]}, "propose: 'add' stands in it twice"),
        ({"kinds": [3]}, "kinds: must be a list of texts"),
        ({"protected_paths": "/a"}, "protected_paths: must be a list of texts"),
        ({"protected_paths": ["a/b"]}, "protected_paths: 'a/b' must be a path that begins with a slash"),
        ({"protected_paths": ["/a/../b"]}, "protected_paths: '/a/../b' must be a path"),
        ({"protected_paths": ["/a", "/a"]}, "protected_paths: '/a' stands in it twice"),
        ({"protected_phrases": [" "]}, "protected_phrases: ' ' must be one line without blanks around it"),
        ({"protected_phrases": ["a\nb"]}, "protected_phrases: 'a\\nb' must be one line"),
        ({"protected_phrases": ["\ud800"]}, "protected_phrases: '\\ud800' must be one line"),
        ({"protected_phrases": ["a" * 201]}, "protected_phrases: must be at most 200 characters long"),
        ({"protected_phrases": [str(one) for one in range(201)]}, "protected_phrases: must have at most 200 entries"),
        ({"review_after_days": {"/a": 0}}, "review_after_days./a: must be a whole number from 1"),
        ({"review_after_days": {"a": 30}}, "review_after_days: 'a' must be a path"),
        ({"review_after_days": ["/a"]}, "review_after_days: must be a mapping of texts to whole numbers"),
        ({"weights": {"human": 2}}, "weights.human: must be a number from 0 to 1"),
        ({"weights": {"oracle": 1}}, "weights.oracle: no such entry; known are test, downstream, human"),
        ({"weights": 1}, "weights: must be a mapping of names to numbers"),
    ],
)
def test_curation_names_the_field_that_is_wrong(document, message):
    with pytest.raises(BadCuration) as refused:
        Curation.read(document)

    assert str(refused.value).startswith(message)


def test_what_can_be_read_is_kept_beside_what_is_wrong():
    policy, wrong = Curation.examine({"max_changes": -1, "min_sessions": 4, "weights": {"human": 2}})

    assert policy == Curation(min_sessions=4)
    assert [bad.field for bad in wrong] == ["max_changes", "weights.human"]


def test_short_documents_leave_out_what_is_as_in_the_defaults():
    policy = Curation(min_sessions=4, review_after_days={"/a": 30})

    assert policy.document(whole=False) == {"version": 1, "min_sessions": 4, "review_after_days": {"/a": 30}}
    assert Curation.read(policy.document(whole=False)) == policy


def test_each_field_says_what_it_is_called_and_what_it_means():
    for name, about in settings().items():
        assert about.label, name
        assert about.meaning.endswith("."), name


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 40_000) | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
NUMBERS = st.integers(-2, 36_502) | st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0, 1e300, 10**400])
WORDS = st.sampled_from(
    ["add", "edit", "mistake", "practice", "must", "/", "/a", "/a/", "/a/b", "//", "/..", "/a/.", "a"]
)
NAMES = st.sampled_from(["test", "human", "self-report", "oracle"])
VALUES = (
    JSON | NUMBERS | st.lists(WORDS | st.text(max_size=4), max_size=3)
    | st.dictionaries(WORDS | NAMES, NUMBERS, max_size=3)
)  # fmt: skip
DOCUMENTS = st.dictionaries(
    st.sampled_from(["version", *settings()]) | st.text(max_size=4), VALUES | st.just(1), max_size=3
)


def _reads(document):
    try:
        Curation.read(document)
    except BadCuration:
        return False
    return True


PUBLISHED = jsonschema_rs.Draft202012Validator(schema())


@examples(deadline=None)
@given(DOCUMENTS | JSON)
def test_schema_accepts_exactly_what_is_read(document):
    try:
        document = json.loads(json.dumps(document, allow_nan=False))
    except ValueError:
        return  # no JSON has such a number

    assert PUBLISHED.is_valid(document) == _reads(document)


@pytest.mark.parametrize("name", ["protected_paths", "protected_phrases"])
@examples(deadline=None)
@given(text=st.text(alphabet="/.ab \t\n\x7f\u0085\u00a0\u2028\ufeff\U0001f600", max_size=8))
def test_schema_and_reading_agree_on_each_text(name, text):
    document = {name: [text]}

    assert PUBLISHED.is_valid(document) == _reads(document)


def _readable(document):
    return Curation.read({name: value for name, value in document.items() if _reads({name: value})})


POLICIES = st.fixed_dictionaries({}, optional=dict.fromkeys(settings(), VALUES)).map(_readable)


@examples(deadline=None, max_examples=50)
@given(POLICIES)
def test_a_policy_is_read_from_its_own_document(policy):
    assert Curation.read(json.loads(json.dumps(policy.document()))) == policy
    assert Curation.read(json.loads(json.dumps(policy.document(whole=False)))) == policy
    assert PUBLISHED.is_valid(policy.document())
