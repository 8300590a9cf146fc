"""What people change in the agent's output becomes a preference, where several sessions show the same change."""

import pytest

from agents.snapshot import FeedbackMark
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.reading import signals as reading
from dreaming.engines.local.sessions import edited, preferences
from tests.dreaming.engines import build


def answered(name, text, **feedback):
    mark = FeedbackMark(**({"position": 1} | feedback))
    return build.session(name, build.person("Sum it up."), build.agent(text), feedback=(mark,))


def found(*sessions):
    signals = reading.read(build.snapshot(sessions))
    return signals, edited.find(signals, Curation())


def quoted(signals, finding):
    return [signals.text(span.row)[span.start : span.end] for span in finding.spans]


def test_the_same_replacement_in_two_sessions_is_a_preference():
    signals, findings = found(
        answered("a", "The client owes 5 EUR.", corrected="The policyholder owes 5 EUR."),
        answered("b", "Ask the client for a form.", corrected="Ask the policyholder for a form."),
    )

    assert [(one.kind, one.lesson, one.sessions) for one in findings] == [
        ("preference", "Write “policyholder”, not “client”.", (0, 1))
    ]
    assert quoted(signals, findings[0]) == ["client", "client"]


def test_words_that_people_take_out_are_a_preference():
    signals, findings = found(
        answered("a", "Sure thing! It is paid.", corrected="It is paid."),
        answered("b", "Sure thing! It is open.", corrected="It is open."),
    )

    assert [one.lesson for one in findings] == ["Leave out “Sure thing!”."]
    assert quoted(signals, findings[0]) == ["Sure thing!", "Sure thing!"]


def test_a_correction_that_puts_another_sentence_is_no_wording():
    _, findings = found(
        answered("a", "The office is shut.", corrected="The office is moved. Write to the new one."),
        answered("b", "The shop is shut.", corrected="The shop is moved. Write to the new one."),
    )

    assert findings == []


@pytest.mark.parametrize(
    "other",
    [
        "The client owes 6 EUR.",  # left as it was
        "The customer owes 6 EUR.",  # changed to something else
        "All of it was written anew, in quite other words and with another ending than before.",
    ],
)
def test_one_session_alone_shows_no_preference(other):
    _, findings = found(
        answered("a", "The client owes 5 EUR.", corrected="The policyholder owes 5 EUR."),
        answered("b", "The client owes 6 EUR.", corrected=other),
    )

    assert findings == []


def test_people_who_disagree_teach_nothing():
    there, back = ("The client owes 5 EUR.", "The policyholder owes 5 EUR.")
    _, findings = found(
        answered("a", there, corrected=back),
        answered("b", there, corrected=back),
        answered("c", back, corrected=there),
    )

    assert findings == []


def test_remark_on_an_output_is_read_as_a_wish_and_quotes_the_output():
    signals = reading.read(
        build.snapshot([answered("a", "The client owes 5 EUR.", comment="Please always give the due date as well.")])
    )

    (wish,) = preferences.find(signals, Curation())

    assert (wish.lesson, wish.sessions) == ("Always give the due date as well.", (0,))
    assert quoted(signals, wish) == ["The client owes 5 EUR."]


def test_remark_on_what_is_no_output_of_the_agent_is_left_alone():
    signals, findings = found(answered("a", "It is paid.", corrected="It was paid.", position=0))

    assert findings == []
    assert list(edited.remarks(signals)) == []
