import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.text.slots import Slot, conflict, slots


def between(one, other, above=(), below=()):
    return any(conflict(a, b) for a, b in itertools.product(slots(one, above), slots(other, below)))


@pytest.mark.parametrize(
    ("statement", "slot"),
    [
        ("The deploy window is **30 days**.", Slot("deploy window", "duration", "30 day", "", True, "")),
        ("Deploy window: 30 days", Slot("deploy window", "duration", "30 day", "", True, "")),
        ("Primary database: PostgreSQL", Slot("primary database", "value", "postgresql", "", True, "")),
        ("MySQL is the primary database now", Slot("primary database", "value", "mysql", "", True, "now")),
        ("The colour of the car is red", Slot("car colour", "value", "red", "", True, "")),
        ("Use `uv` for installs", Slot("installs", "use", "uv", "", True, "")),
        ("Never push to main", Slot("", "push to main", "yes", "", False, "")),
        (
            "Refunds must be requested within 30 days",
            Slot("refunds", "be requested within <duration>", "30 day", "", True, ""),
        ),
        ("The port is 5433 in production", Slot("port", "number", "5433", "production", True, "")),
        ("As of 2026-03-01, the owner is Alice", Slot("owner", "value", "alice", "", True, "2026-03-01")),
        ("The owner was Bob", Slot("owner", "value", "bob", "", True, "past")),
        ("The owner used to be Bob", Slot("owner", "value", "bob", "", True, "former")),
        ("The port was previously 80", Slot("port", "number", "80", "", True, "former")),
        ("Formerly, the port was 80", Slot("port", "number", "80", "", True, "former")),
        ("The build is disabled", Slot("build", "is enabled", "yes", "", False, "")),
    ],
)
def test_slots_read_plain_statements(statement, slot):
    assert slots(statement) == (slot,)


@pytest.mark.parametrize(
    "statement", ["", "It is late.", "Note: do the thing", "Is the port 80?", "Deployed on 2026-03-01", "!!!"]
)
def test_slots_are_none_where_the_rules_are_not_sure(statement):
    assert slots(statement) == ()


def test_slots_of_a_switch_name_what_is_over():
    assert slots("We switched from PostgreSQL to MySQL") == (
        Slot("mysql", "use", "yes", "", True, "now"),
        Slot("postgresql", "use", "yes", "", False, "now"),
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The deploy window is 30 days", "Deploy window: 60 days"),
        ("My favourite colour is purple", "My favourite colour is cyan"),
        ("The primary database is PostgreSQL", "MySQL is now the primary database"),
        ("The primary database is PostgreSQL", "The primary database is no longer PostgreSQL"),
        ("Always run tests before commit", "Never run tests before commit"),
        ("The build is enabled", "The build is disabled"),
        ("Keep logs for at most 90 days", "Keep logs for at most 30 days"),
        ("We use PostgreSQL", "We switched from PostgreSQL to MySQL"),
        ("Use uv for installs", "Don't use uv for installs"),
        ("The primary database is MySQL", "The primary database used to be PostgreSQL"),
        ("Formerly, the port was 5432", "Port: 5433"),
        ("The port is 5432", "The port is 5433 (formerly 5432)"),
    ],
)
def test_conflict_is_one_slot_with_two_values(one, other):
    assert between(one, other)
    assert between(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The deploy window is 48 hours", "The deploy window is 2 days"),
        ("The API is slow", "The API is public"),
        ("Alice is an engineer", "Alice is a parent"),
        ("The owner was Bob", "The owner is Alice"),
        ("The owner used to be Bob", "The owner is Bob"),
        ("The owner used to be Bob", "The owner is no longer Bob"),
        ("The owner used to be Bob", "The owner was previously Alice"),
        ("The port is 5433", "The port is 5433 (formerly 5432)"),
        ("The port is 5432 in staging", "The port is 5433 in production"),
        ("The cache limit is 30 days", "The cache limit is 5 MB"),
        ("Use uv for installs", "Don't use pip for installs"),
        ("Tests must pass", "Tests must be fast"),
        ("Languages: Python, Go", "Languages: Rust, C"),
        ("We ran 5 tests", "We ran 6 tests"),
    ],
)
def test_conflict_is_not_what_may_both_hold(one, other):
    assert not between(one, other)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The export format is no longer CSV but XLSX", [("xlsx", True, "now"), ("csv", False, "now")]),
        ("The export format is XLSX, formerly CSV", [("xlsx", True, "now"), ("csv", False, "now")]),
        ("Export format: XLSX (previously CSV)", [("xlsx", True, "now"), ("csv", False, "now")]),
        ("The export format is XLSX; it used to be CSV.", [("xlsx", True, "now"), ("csv", False, "now")]),
        ("The export format is not CSV", [("csv", False, "")]),
        ("Please use XLSX as the export format", [("xlsx", True, "")]),
        ("The export format is XLSX, please use that", [("xlsx", True, "")]),
    ],
)
def test_slots_tell_the_new_value_from_the_old_one(text, wanted):
    found = slots(text)

    assert [(slot.value, slot.polarity, slot.time) for slot in found] == wanted
    assert {(slot.subject, slot.attribute) for slot in found} == {("export format", "value")}


def test_conflict_minds_headings():
    assert not between("Port: 5432", "Port: 5433", ("Staging",), ("Production",))
    assert between("Port: 5432", "Port: 5433", ("Notes",), ("Preferences",))
    assert between("The primary database is MySQL", "Primary database: PostgreSQL", (), ("Storage",))
    assert not between("The port is 80", "Port: 81", (), ("Staging",))


@given(st.text())
def test_slots_take_any_text_and_never_conflict_with_themselves(text):
    for slot in slots(text):
        assert not conflict(slot, slot)
