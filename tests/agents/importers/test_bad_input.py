import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.importers import limits
from agents.importers.detect import FORMATS, read
from agents.importers.records import BadTranscript

LINE = b'{"record":"session","id":"s"}\n'
MB = 1024 * 1024
FAULTS = {
    "empty": ("a.json", b"", r"a.json: the file is empty"),
    "blank": ("a.jsonl", b" \n\n", r"a.jsonl: the file is empty"),
    "cut short": (
        "a.json",
        b'[{"role": "user", "con',
        r"a.json: not valid JSON, or cut short: .* at line 1, column \d+",
    ),
    "cut line": ("a.jsonl", LINE + b'{"record":"eve', r"a.jsonl: line 2: not valid JSON, or cut short: .*"),
    "cut first line": ("a.jsonl", b'{"record', r"a.jsonl: line 1: not valid JSON, or cut short: .*"),
    "Latin-1": ("a.json", b'[{"role":"user",\n"content":"\xfc"}]', r"a.json: line 2: byte 28 is not UTF-8; .*"),
    "PDF": ("a.json", b"%PDF-1.7\n1 0 obj", r"a.json: the file is not text"),
    "zeros": ("a.json", b'{"a": 1}\x00\x00', r"a.json: the file is not text"),
    "UTF-16": ("a.json", "[]".encode("utf-16"), r"a.json: line 1: byte 0 is not UTF-8; .*"),
    "unknown document": ("a.json", b'{"hello": 1}', r"a.json: the format is not known; known are openai_chat, .*"),
    "unknown lines": ("a.jsonl", b'{"hello": 1}\n', r"a.jsonl: line 1: the format is not known; .*"),
    "not JSON": ("a.csv", b"a,b\n1,2\n", r"a.csv: not valid JSON, or cut short: .*"),
    "no record": ("a.json", b"null", r"a.json: the format is not known; .*"),
    "nothing in it": ("a.json", b'{"simulations": []}', r"a.json: the file holds no session"),
    "long line": (
        "a.jsonl",
        LINE + b'{"record":"' + b"x" * MB + b'"}\n',
        r"a.jsonl: line 2: the line is larger than 1 MB",
    ),
    "long first line": ("a.jsonl", b'{"record":"' + b"x" * MB, r"a.jsonl: line 1: the line is larger than 1 MB"),
    "long event": (
        "a.json",
        b'[{"role":"user","content":"' + b"x" * (MB + 1) + b'"}]',
        r"a.json: session a, event 0: the event is larger than 1 MB",
    ),
    "too deep": ("a.json", b'{"messages":' + b"[" * 100_000, r"a.json: the JSON is nested too deeply"),
    "wrong type": (
        "a.json",
        b'[{"role": "user", "tool_calls": 3}]',
        r"a.json: \[0\].tool_calls: Expected `array \| null`, .*",
    ),
    "wrong type in a line": (
        "a.jsonl",
        LINE + b'{"record":"event","kind":"shout","text":""}',
        r"a.jsonl: line 2, kind: Invalid enum value 'shout'",
    ),
    "unknown key": ("a.jsonl", b'{"record":"session","id":"s","idd":1}', r"a.jsonl: line 1: .* unknown field `idd`"),
    "event first": (
        "a.jsonl",
        b'{"record":"event","kind":"message","text":""}',
        r"a.jsonl: line 1: the first record must .*",
    ),
    "second id": ("a.jsonl", LINE + LINE, r"a.jsonl: line 2: session 's' already began on line 1"),
    "no such event": (
        "a.jsonl",
        LINE + b'{"record":"feedback","event":0}',
        r"a.jsonl: line 2: no event 0 in a session of 0 .*",
    ),
    "twice an outcome": (
        "a.jsonl",
        LINE + b'{"record":"outcome","name":"failed","source":"test"}\n' * 2,
        r"a.jsonl: line 3: the session already has the outcome failed from test",
    ),
    "score": (
        "a.jsonl",
        LINE + b'{"record":"outcome","name":"failed","source":"test","score":2}',
        r"a.jsonl: line 2, score: Expected `float` <= 1.0",
    ),
    "huge number": (
        "a.json",
        b'[{"role":"user","content":' + b"9" * 5000 + b"}]",
        r"a.json: .*out of range",
    ),
    "name with control characters": (
        "a\x1b[31m\n.json",
        b"",
        "a\N{REPLACEMENT CHARACTER}\\[31m\N{REPLACEMENT CHARACTER}.json: .*",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_bad_file_is_told_in_one_line_with_file_and_record(fault):
    name, data, message = FAULTS[fault]

    with pytest.raises(BadTranscript) as told:
        read(name, data)

    assert re.fullmatch(message, str(told.value)), str(told.value)


def test_file_over_the_limit_is_refused_unread():
    with pytest.raises(BadTranscript, match=r"big.json: the file is larger than 50 MB"):
        read("big.json", bytes(limits.FILE_BYTES + 1))


SEEDS = [  # one small file a format
    '[{"task_id":1,"reward":1,"traj":[{"role":"user","content":"a","tool_calls":[{"function":{"name":"f"}}]}]}]',
    '{"simulations":[{"id":"a","messages":[{"role":"tool","content":"x","id":"y","error":null}]}],"info":{}}',
    '{"type":"user","sessionId":"s","uuid":"u","message":{"usage":{"a":1},"content":[{"type":"tool_use","id":"n"}]}}',
    '{"trajectory":[{"action":"a","observation":"b"}],"history":[{"role":"system"}],"info":{"exit_status":"x"}}',
    '{"history":[{"role":"human","content":"a","name":"b"}],"question_ID":"q","system_prompt":{"a":"b"}}',
    '{"session":{"type":"session","id":"s","agent":{"model":{}}},"events":[{"type":"user.message","content":[]}]}',
    '{"record":"session","id":"s","usage":{"a":1},"started_at":"0001-01-01T00:00:00+01:00"}',
]
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters(exclude_categories=[]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "text", "id", "x"]), inner),
    max_leaves=6,
)


def places(value, path=()):
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


def replaced(value, path, by):
    if not path:
        return by
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], by)
    return copy


def reads_or_refuses(name, data, format):
    try:
        _format, transcripts = read(name, data, format)
    except BadTranscript as told:
        message, transcripts = str(told), []
    else:
        message = "read"
    assert message.isprintable()
    for transcript in transcripts:
        for event in transcript.events:
            assert "\x00" not in event.text.encode().decode()
            assert event.at is None or event.at.utcoffset().total_seconds() == 0
        json.dumps([transcript.usage, [event.usage for event in transcript.events]], allow_nan=False)


@settings(max_examples=150, deadline=None)
@given(
    data=st.binary(max_size=200),
    format=st.sampled_from(["auto", *FORMATS]),
    name=st.sampled_from(["a.json", "a.jsonl"]),
)
def test_random_bytes_are_refused_in_words(data, format, name):
    reads_or_refuses(name, data, format)


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_mutated_files_are_read_or_refused_in_words(data):
    seed = json.loads(data.draw(st.sampled_from(SEEDS)))
    changed = replaced(seed, data.draw(st.sampled_from(list(places(seed)))), data.draw(JSON))
    text = json.dumps(changed).encode()
    cut = data.draw(st.integers(0, 3)) == 0
    if cut:
        text = text[: data.draw(st.integers(0, len(text)))]

    reads_or_refuses(
        data.draw(st.sampled_from(["a.json", "a.jsonl"])), text, data.draw(st.sampled_from(["auto", *FORMATS]))
    )
