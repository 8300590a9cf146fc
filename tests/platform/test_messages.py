import json

import anthropic
import pydantic
import pytest
from anthropic.tools import BetaAbstractMemoryTool

OPUS = {"model": "claude-opus-5-5", "max_tokens": 1000}
HI = [{"role": "user", "content": "hi"}]


class Lesson(pydantic.BaseModel):
    text: str
    kind: str


class Plan(pydantic.BaseModel):
    lessons: list[Lesson]


def system(*sizes, ttl="5m"):
    """System blocks of so many tokens, each with a breakpoint."""
    cached = {"type": "ephemeral", "ttl": ttl}
    return [
        {"type": "text", "text": f"{number}ab " * size, "cache_control": cached} for number, size in enumerate(sizes)
    ]


def schema(**properties):
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def test_answers_come_from_the_queue_then_from_rules_then_empty(platform):
    messages = platform.client().messages
    platform.say("first", usage={"output_tokens": 7})
    platform.say({"half": 1}, stop_reason="max_tokens")
    platform.say_when("needle", "by rule")

    said = [messages.create(**OPUS, messages=HI) for _number in range(3)]
    by_rule = messages.create(**OPUS, messages=[{"role": "user", "content": [{"type": "text", "text": "a needle."}]}])

    assert [one.content[0].text for one in said] == ["first", '{"half": 1}', "Nothing scripted."]
    assert (said[0].usage.output_tokens, said[1].stop_reason, said[2].stop_reason) == (7, "max_tokens", "end_turn")
    assert by_rule.content[0].text == "by rule"


def test_a_callable_answers_by_the_request(platform):
    platform.answering = lambda body: body["messages"][0]["content"].upper()

    assert platform.client().messages.create(**OPUS, messages=HI).content[0].text == "HI"


def test_a_parsed_answer_fits_and_an_unscripted_one_is_the_emptiest(platform):
    messages = platform.client().messages
    platform.say({"lessons": [{"text": "Ask.", "kind": "rule"}]})

    scripted = messages.parse(**OPUS, messages=HI, output_format=Plan)
    empty = messages.parse(**OPUS, messages=HI, output_format=Plan)

    assert scripted.parsed_output == Plan(lessons=[Lesson(text="Ask.", kind="rule")])
    assert empty.parsed_output == Plan(lessons=[])


def test_a_stream_says_the_same(platform):
    platform.say("word " * 50)

    with platform.client().messages.stream(**OPUS, messages=HI) as stream:
        final = stream.get_final_message()

    assert final.content[0].text == "word " * 50
    assert final.usage.output_tokens == 63


def test_too_long_an_answer_is_cut(platform):
    platform.say("x" * 100)

    cut = platform.client().messages.create(model="claude-opus-5-5", max_tokens=3, messages=HI)

    assert (cut.content[0].text, cut.stop_reason) == ("x" * 12, "max_tokens")


def test_a_refusing_answer_is_an_error(platform):
    platform.say(refused=529)

    with pytest.raises(anthropic.APIStatusError) as caught:
        platform.client().messages.create(**OPUS, messages=HI)

    assert (caught.value.status_code, caught.value.type) == (529, "overloaded_error")


def test_counted_tokens_are_the_billed_ones(platform):
    messages = platform.client().messages
    blocks = system(600)

    counted = messages.count_tokens(model="claude-opus-5-5", system=blocks, messages=HI).input_tokens
    used = messages.create(**OPUS, system=blocks, messages=HI).usage

    assert counted == used.input_tokens + used.cache_creation_input_tokens + used.cache_read_input_tokens == 601


def test_an_identical_prefix_is_written_once_and_read_later(platform):
    messages = platform.client().messages

    wrote = messages.create(**OPUS, system=system(600, ttl="1h"), messages=HI).usage
    read = messages.create(**OPUS, system=system(600, ttl="1h"), messages=[{"role": "user", "content": "other"}]).usage
    longer = messages.create(**OPUS, system=system(600, 30, ttl="1h"), messages=HI).usage

    assert (wrote.cache_creation.ephemeral_1h_input_tokens, wrote.cache_read_input_tokens) == (600, 0)
    assert (read.cache_creation_input_tokens, read.cache_read_input_tokens, read.input_tokens) == (0, 600, 2)
    assert (longer.cache_creation_input_tokens, longer.cache_read_input_tokens) == (30, 600)


def test_the_cache_forgets_and_keeps_models_apart(platform):
    messages = platform.client().messages

    def read(model="claude-opus-5-5"):
        answer = messages.create(model=model, max_tokens=10, system=system(1100), messages=HI)
        return answer.usage.cache_read_input_tokens

    first, other = read(), read(model="claude-sonnet-5-5")
    platform.advance(299)
    kept = read()
    platform.advance(301)
    gone = read()

    assert (first, other, kept, gone) == (0, 0, 1100, 0)


def test_a_short_prefix_is_not_cached(platform):
    used = platform.client().messages.create(**OPUS, system=system(511), messages=HI).usage

    assert (used.cache_creation_input_tokens, used.input_tokens) == (0, 512)


FORMAT = {"type": "json_schema", "schema": schema(text={"type": "string"})}
DOCUMENT = {
    "type": "document",
    "source": {"type": "text", "media_type": "text/plain", "data": "x"},
    "citations": {"enabled": True},
}


@pytest.mark.parametrize(
    "body",
    (
        {"temperature": 0.5},
        {"top_p": 0.5},
        {"top_k": 5},
        {"tool_choice": {"type": "any"}},
        {"tool_choice": {"type": "tool", "name": "x"}},
        {"thinking": {"type": "disabled"}},
        {"max_tokens": 0},
        {"max_tokens": 128_001},
        {"max_tokens": "many"},
        {"messages": []},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": ""}]}]},
        {"messages": [*HI, {"role": "assistant", "content": "{"}]},
        {"messages": [{"role": "user", "content": [{"type": "txt", "text": "hi"}]}]},
        {"messages": [{"role": "user", "content": [DOCUMENT]}], "output_config": {"format": FORMAT}},
        {"system": system(1, 1, 1, 1, 1)},
        {"system": system(1, ttl="5m") + system(1, ttl="1h")},
        {"output_config": {"effort": "some"}},
        {"output_format": FORMAT},
    ),
    ids=json.dumps,
)
def test_requests_out_of_the_rules_are_refused(platform, body):
    client = platform.client()

    with pytest.raises(anthropic.BadRequestError):
        client.post("/v1/messages", body={**OPUS, "messages": HI, **body}, cast_to=object)


@pytest.mark.parametrize(
    "bad",
    (
        {"type": "object", "properties": {}},
        schema(a={"type": "integer", "minimum": 1}),
        schema(a={"type": "string", "maxLength": 9}),
        schema(a={"type": "array", "items": {"type": "string"}, "minItems": 2}),
        schema(a={"type": "string", "pattern": "(?=x)y"}),
        schema(a={"$ref": "https://example.org/x"}),
        schema(a={"type": "object", "properties": {}, "additionalProperties": True}),
        {**schema(a={"$ref": "#/$defs/a"}), "$defs": {"a": schema(b={"$ref": "#/$defs/a"})}},
        {**schema(**{f"a{number}": {"type": "string"} for number in range(25)}), "required": []},
        schema(**{f"a{number}": {"anyOf": [{"type": "string"}, {"type": "null"}]} for number in range(17)}),
    ),
    ids=lambda bad: json.dumps(bad)[:60],
)
def test_a_schema_out_of_the_subset_is_refused(platform, bad):
    format = {"type": "json_schema", "schema": bad}

    with pytest.raises(anthropic.BadRequestError):
        platform.client().messages.create(**OPUS, messages=HI, output_config={"format": format})


def test_an_unknown_model_is_not_found(platform):
    with pytest.raises(anthropic.NotFoundError):
        platform.client().messages.create(model="claude-none", max_tokens=1, messages=HI)


class Notes(BetaAbstractMemoryTool):
    def __init__(self):
        super().__init__()
        self.viewed = []

    def view(self, command):
        self.viewed.append(command.path)
        return "nothing yet"

    create = str_replace = insert = delete = rename = view


def test_a_tool_is_run_in_a_loop(platform):
    use = {"type": "tool_use", "id": "toolu_01", "name": "memory", "input": {"command": "view", "path": "/memories"}}
    platform.say(content=[use], stop_reason="tool_use")
    platform.say("Nothing is remembered.")
    notes = Notes()

    last = platform.client().beta.messages.tool_runner(**OPUS, messages=HI, tools=[notes]).until_done()

    assert (notes.viewed, last.content[0].text) == (["/memories"], "Nothing is remembered.")
    (_first, second) = platform.asked("POST /v1/messages")
    assert second["body"]["messages"][-1]["content"][0]["content"] == "nothing yet"
