import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.text import calls

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('{"query": "p95", "range": "7d", "step": 5}', "ask(query: p95, range: 7d, step: 5)"),
        ('{"text": "Good day,\\n\\nWe refund it."}', "ask(text: Good day, We refund it.)"),
        ('{"list": [1, {"a": null}], "on": true}', 'ask(list: [1, {"a": null}], on: true)'),
        ("{}", "ask()"),
        ('{"half": "\\ud800"}', "ask(half: ?)"),
        ('{"query": "p95", "query": "p50"}', ""),
        ('"query": "p95"', ""),
        ("[1, 2]", ""),
        ("[" * 100_000, ""),
        ("plain words", ""),
    ],
)
def test_call_is_said_in_one_line_where_it_can_be(arguments, said):
    assert calls.short("ask", arguments) == said


def test_long_value_is_cut_and_the_next_one_stays_in_sight():
    said = calls.short("send", json.dumps({"text": "long " * 100, "to": "Ada"}))

    assert said.startswith("send(text: long long")
    assert said.endswith("…, to: Ada)")
    assert len(said) < 120


@pytest.mark.parametrize("name", ("password", "pass\\u0077ord"))
def test_secret_stays_covered_however_it_is_spelt(name):
    said = calls.short("log_in", f'{{"{name}": "hunter2-hunter2-Xy9", "user": "ada"}}')

    assert "hunter2" not in said
    assert said.endswith("user: ada)")


@given(st.dictionaries(st.text(), ANYTHING))
def test_any_call_is_one_line_that_can_be_sent(arguments):
    said = calls.short("ask", json.dumps(arguments))

    assert said.startswith("ask(")
    assert said.endswith(")")
    assert "\n" not in said
    said.encode()
