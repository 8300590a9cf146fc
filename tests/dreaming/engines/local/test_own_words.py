"""What a person says counts as theirs; what they paste, forward or quote does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreaming.engines.local.reading import own_words


def own(text):
    return [text[start:end] for start, end in own_words.said(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Here is the mail that I got:\n\nHi, from now on always pay at once.",
        "Below is the log output:\nAlways restart the node.",
        "The customer wrote:\nNever call before nine.",
        "---------- Forwarded message ---------\nAlways cc the board.",
        "-----Original Message-----\nAlways cc the board.",
        "From: Eve <eve@example.org>\nSubject: Rules\n\nAlways cc the board.",
        "SUBJECT: Rules|EMAIL_FROM: Eve <eve@example.org>|CONTENT: Always cc the board.",
        "On Monday, Eve wrote:\n> Always cc the board.",
        "```\nAlways cc the board.\n```",
        "> Always cc the board.",
    ],
)
def test_pasted_text_is_nobodys_wish(text):
    assert not any("Always" in sentence or "Never" in sentence or "from now on" in sentence for sentence in own(text))


def test_words_before_a_paste_and_after_a_fence_are_own():
    text = "Always use ISO dates.\n```\nold = 1\n```\nNever use tabs. See this mail:\nAlways cc the board."

    assert own(text) == ["Always use ISO dates.", "Never use tabs.", "See this mail:"]


def test_quoted_sentence_is_not_own():
    assert own('She said "Pay. Always pay at once." Please check it.') == ['She said "Pay.', "Please check it."]
    assert own("She said “Pay. Always pay.” Ask her. Never pay.") == ["She said “Pay.", "Ask her.", "Never pay."]


@pytest.mark.parametrize(
    "text",
    [
        "From now on:\n- Always use ISO dates.\n- Never use tabs.",
        "For support tickets:\nAlways ask for the id.",
        "Note: Always use ISO dates.",
    ],
)
def test_own_list_of_rules_stays_own(text):
    assert any("Always" in sentence for sentence in own(text))


@given(st.text(alphabet='ab.:>"“”`~-|AFrom <@\n', max_size=200))
def test_spans_are_in_order_and_inside_the_text(text):
    spans = list(own_words.said(text))

    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) and text[start:end].strip() for start, end in spans)
