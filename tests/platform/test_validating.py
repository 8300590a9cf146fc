import pytest
from anthropic.types import message_create_params
from anthropic.types.beta import dream_create_params, memory_store_list_params

from tests.platform import errors, validating

DREAM = dream_create_params.DreamCreateParams
MESSAGE = message_create_params.MessageCreateParamsNonStreaming
STORES = memory_store_list_params.MemoryStoreListParams
INPUTS = [{"type": "memory_store", "memory_store_id": "m"}, {"type": "sessions", "session_ids": ["s"]}]


@pytest.mark.parametrize(
    ("body", "problem"),
    (
        ({"model": "x"}, "inputs: Field required"),
        ({"inputs": INPUTS, "model": 3}, "model: of no known kind"),
        ({"inputs": INPUTS, "model": {"id": "x", "size": 3}}, "model.size: Extra inputs are not permitted"),
        ({"inputs": {}, "model": "x"}, "inputs: must be a list"),
        ({"inputs": [{"type": "memory_store"}], "model": "x"}, "inputs.0.memory_store_id: Field required"),
        ({"inputs": [{"type": "stores"}], "model": "x"}, "inputs.0: of no known kind"),
        ({"inputs": INPUTS, "model": "x", "betas": []}, "betas: Extra inputs are not permitted"),
        ([], "the body must be a JSON object"),
    ),
)
def test_a_body_of_another_type_is_refused_where_it_differs(body, problem):
    with pytest.raises(errors.Refused, match=problem):
        validating.body(body, DREAM)


def test_a_body_of_the_type_passes():
    validating.body({"inputs": INPUTS, "model": {"id": "x", "speed": "standard"}, "instructions": None}, DREAM)


def test_every_kind_of_block_and_tool_has_a_rule():
    """A union is tried from its first kind to its last: what is of none has been held against all of them."""
    odd = {"type": "none of these", "source": {"type": "base64", "data": 3}}
    for messages, tools in (([{"role": "user", "content": [odd]}], []), ([], [odd])):
        with pytest.raises(errors.Refused, match="of no known kind"):
            validating.body({"model": "x", "max_tokens": 1, "messages": messages, "tools": tools}, MESSAGE)


def test_a_query_comes_in_its_types():
    read = validating.query({"created_at[gte]": ["2026-01-01"], "include_archived": ["true"], "limit": ["3"]}, STORES)

    assert read == {"created_at_gte": "2026-01-01", "include_archived": True, "limit": 3}


@pytest.mark.parametrize(
    "pairs", ({"limit": ["many"]}, {"limit": ["1", "2"]}, {"include_archived": ["yes"]}, {"x": [""]})
)
def test_a_query_of_another_type_is_refused(pairs):
    with pytest.raises(errors.Refused):
        validating.query(pairs, STORES)
