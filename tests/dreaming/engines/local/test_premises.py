"""What builds on a statement that another value takes the place of."""

from datetime import timedelta

import pytest

from tests.dreaming.engines.build import NOW, applied, memory, snapshot
from tests.dreaming.engines.local.test_engine import dream

OLD, NEW = NOW - timedelta(days=90), NOW - timedelta(days=9)
PREMISE = memory("/a.md", "# Stack\n\n- The primary database is MySQL.\n- Be kind.\n", at=OLD)
VALUE = memory("/b.md", "# Stack\n\n- The primary database is now PostgreSQL.\n- Be quick.\n", at=NEW)


def questions(*texts, **kept):
    rows = memory("/c.md", "# Backups\n\n" + "".join(f"- {text}\n" for text in texts), at=OLD, **kept)
    result = dream(snapshot([], [PREMISE, VALUE, rows]), max_share=1.0)
    return result, [one for one in result.operations if one.reason_code == "premise_changed"]


def test_what_cites_a_superseded_value_is_named_and_asked_about():
    result, (found,) = questions("Backups copy the MySQL dump at night.", "Ask Ada for the tapes.")

    premise = next(one for one in result.operations if one.reason_code == "updates")
    assert "To check after it" in premise.rationale
    assert "“Backups copy the MySQL dump at night” (/c.md, line 3)" in premise.rationale
    assert (found.kind, found.confidence, found.title) == (
        "edit",
        0.25,
        "Check “Backups copy the MySQL dump at night”: primary database has changed",
    )
    assert found.targets[0].edits[0].lines == (
        "- Backups copy the MySQL dump at night (to check: primary database has changed).\n",
    )
    (other,) = [one for one in result.alternatives if one.fingerprint == found.fingerprint]
    assert (other.choice, other.targets[0].edits[0].lines) == (
        "other_value",
        ("- Backups copy the PostgreSQL dump at night.\n",),
    )


def test_second_dream_asks_nothing_after_all_was_applied():
    before = snapshot([], [PREMISE, VALUE, memory("/c.md", "# Backups\n\n- Backups copy the MySQL dump at night.\n")])

    result = dream(before, max_share=1.0)

    assert {one.reason_code for one in result.operations} == {"updates", "premise_changed"}
    assert dream(applied(before, result.operations), max_share=1.0).operations == ()


@pytest.mark.parametrize(
    "text",
    [
        "Backups copy the Oracle dump at night.",
        "Backups moved from the MySQL dump to the PostgreSQL dump.",
        "Backups used to copy the MySQL dump.",
        "2025-11-02: backup dump format set to MySQL after an incident",
        "We switched the backup dump from MySQL to JSON Lines",
        "Tapes need a lock, since the database of the archive is MySQL",
        "On 2 May 2025 the MySQL dump was lost.",
    ],
)
def test_what_does_not_build_on_it_is_left_alone(text):
    assert questions(text, "Ask Ada for the tapes.")[1] == []


def test_reasons_that_name_subject_and_value_are_asked_about():
    texts = [
        "Because the primary database's name is MySQL, dumps need a lock.",
        "Imports wait for a lock, since the primary database is MySQL.",
    ]

    result, found = questions(*texts, "Our other database is MySQL.")

    assert sorted(one.title for one in found) == [
        f"Check “{text[:-1]}”: primary database has changed" for text in texts
    ]
    assert {one.reason_code for one in result.operations} == {"updates", "premise_changed"}


def test_what_many_statements_name_is_not_asked_about():
    rows = [f"Job {name} reads the MySQL dump at night." for name in ("amber", "birch", "cedar", "dune", "elm", "fern")]

    assert questions(*rows)[1] == []


def test_protected_dependents_are_named_and_not_touched():
    result, found = questions("Backups copy the MySQL dump at night.", "Ask Ada for the tapes.", protected=True)

    assert found == []
    assert "/c.md, line 3" in next(one for one in result.operations if one.reason_code == "updates").rationale
