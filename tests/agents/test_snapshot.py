"""What a session's outcomes come to, by who said them."""

from datetime import UTC, datetime, timedelta

import pytest

from agents.snapshot import EventColumnsBuilder, OutcomeMark, SessionMark, Snapshot


def mark(*said):
    return SessionMark("ses_1", "1", "test", "helper", True, outcomes=tuple(OutcomeMark(*one) for one in said))


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ([], ""),
        ([("completed", "self-report")], "completed"),
        ([("completed", "self-report"), ("failed", "survey")], "failed"),
        ([("failed", "survey"), ("completed", "human")], "completed"),
        ([("completed", "human"), ("failed", "test")], "failed"),
        ([("failed", "self-report"), ("escalated", "human")], "escalated"),
        ([("completed", "test"), ("failed", "downstream")], "failed"),
        ([("completed", "human"), ("escalated", "human")], "escalated"),
        ([("completed", "somebody new")], "completed"),
    ],
)
def test_verdict_follows_the_weightiest_source_that_spoke(said, verdict):
    for order in (said, said[::-1]):
        assert mark(*order).verdict == verdict
        assert (mark(*order).failed, mark(*order).completed) == (verdict == "failed", verdict == "completed")


@pytest.mark.parametrize(
    ("said", "approved", "overruled"),
    [
        ([("completed", "human"), ("failed", "downstream")], True, True),
        ([("completed", "survey"), ("failed", "test")], True, True),
        ([("completed", "self-report"), ("failed", "test")], False, False),
        ([("completed", "human"), ("failed", "survey")], True, False),
        ([("completed", "human"), ("completed", "test")], True, False),
    ],
)
def test_session_is_overruled_where_people_approved_what_was_verified_as_failed(said, approved, overruled):
    assert (mark(*said).approved, mark(*said).overruled) == (approved, overruled)


def test_when_events_came_is_part_of_the_digest():
    def digest(second):
        builder, began = EventColumnsBuilder(), datetime(2025, 6, 1, tzinfo=UTC)
        for at in (began, began + timedelta(seconds=second)):
            builder.add(
                position=0, kind="message", source_class="user_input", tool="", speaker="", is_error=False, call_id="",
                text="Hello", at=at,
            )  # fmt: skip
        builder.end_session()
        return Snapshot("helper", began, (), (), (mark(),), builder.build()).digest()

    assert digest(1) == digest(1) != digest(2)
