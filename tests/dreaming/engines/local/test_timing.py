"""When patterns were seen: first, last, more often of late, no longer; and nothing of it where only chance speaks."""

import random
from dataclasses import replace
from datetime import timedelta

import numpy as np

from dreaming.engines.local.curation import Curation
from dreaming.engines.local.reading import signals
from dreaming.engines.local.sessions import mistakes, preferences, timing, workflows
from dreaming.engines.local.sessions.timing import Window
from tests.dreaming.engines.build import NOW, person, session, snapshot, tried

POLICY = Curation()
START = NOW - timedelta(days=60)


def run(day, failed, name=""):
    """A session on a day, whose call failed or worked."""
    error = "Error: no such room" if failed else ""
    return session(f"{name}{day:03}", tried("book", error), started_at=START + timedelta(days=day))


def dated(*sessions, stage=mistakes):
    read = signals.read(snapshot(sessions))
    return timing.dated(read, stage.find(read, POLICY), POLICY)


def test_a_pattern_has_its_first_and_last_day():
    (finding,) = dated(*(run(day, day in (4, 21)) for day in range(0, 60, 3)), run(21, True), run(4, True))

    assert {name: finding.numbers[name] for name in ("first_seen", "last_seen", "weeks_seen", "weeks")} == {
        "first_seen": "2025-04-06", "last_seen": "2025-04-23", "weeks_seen": 2, "weeks": 10,
    }  # fmt: skip


def test_a_mistake_that_rises_of_late_is_emerging():
    (finding,) = dated(*(run(day, day >= 50) for day in range(60)))

    assert finding.statement.endswith(
        "Emerging since 2025-05-22: in 10 of the 10 sessions since then that could have shown it,"
        " and in 0 of the 50 before."
    )
    assert {name: finding.numbers[name] for name in ("changed_on", "before_ppm", "after_ppm", "last_7_days_ppm")} == {
        "changed_on": "2025-05-22", "before_ppm": 0, "after_ppm": 1_000_000, "last_7_days_ppm": 1_000_000,
    }  # fmt: skip


def test_a_rise_of_long_ago_is_a_number_and_no_news():
    (finding,) = dated(*(run(day, day >= 20) for day in range(60)))

    assert finding.numbers["changed_on"] == "2025-04-22"
    assert "Emerging" not in finding.statement


def test_a_mistake_that_stopped_says_so():
    (finding,) = dated(*(run(day, day % 2 == 0 and day < 20) for day in range(60)))

    assert finding.statement.endswith("It was not seen in the 41 later sessions that could have shown it.")
    assert finding.numbers["last_seen"] == "2025-04-20"


def test_what_comes_evenly_has_no_change():
    (finding,) = dated(*(run(day, day % 6 == 0) for day in range(60)))

    assert "changed_on" not in finding.numbers
    assert finding.statement.endswith("did a later call of `book` work.")


def test_chance_seldom_changes_rates():
    found = []
    for seed in range(20):
        chance = random.Random(seed)
        found += dated(*(run(day, chance.random() < 0.3, f"{n}-") for n in range(3) for day in range(60)))

    changed = [one for one in found if "changed_on" in one.numbers or "It was not seen" in one.statement]
    assert (len(found), len(changed) <= 2) == (20, True)


def test_what_has_no_known_opportunities_has_days_only():
    wish = "From now on, please put amounts in EUR."
    (finding,) = dated(
        *(session(str(day), person(wish), started_at=START + timedelta(days=day)) for day in (1, 8)), stage=preferences
    )

    assert finding.numbers == {"sessions": 2, "first_seen": "2025-04-03", "last_seen": "2025-04-10"}


def test_sessions_without_a_date_or_an_outcome_say_nothing_of_time():
    undated = [replace(mark, started_at=None) for mark, _ in (run(day, True) for day in range(4))]
    (finding,) = dated(*((mark, run(0, True)[1]) for mark in undated))
    steps = [tried(tool) for tool in ("look", "read", "book")]
    judged = [
        session(f"a{day}", *steps, outcome="completed", started_at=START + timedelta(days=day)) for day in range(10)
    ]
    unjudged = [session(f"b{day}", *steps, started_at=START + timedelta(days=20 + day)) for day in range(30)]

    assert "first_seen" not in finding.numbers
    (way,) = dated(*judged, *unjudged, stage=workflows)
    assert "It was not seen" not in way.statement
    assert (way.numbers["first_seen"], way.numbers["last_seen"]) == ("2025-04-02", "2025-04-11")


def test_splits_are_few_and_lie_between_different_times():
    many = Window(np.arange(10_000), np.arange(10_000) // 2)

    assert len(many.splits) == timing.MOST_SPLITS
    assert not (many.splits % 2).any()
    assert Window(np.arange(5), np.zeros(5, dtype=np.int64)).splits.tolist() == []


def hit(hour, user, failed=True):
    """A session of a user on one late day, whose call failed or worked."""
    begun = START + timedelta(days=55, hours=hour)
    return session(
        f"{hour}-{user}", tried("book", "Error: no such room" if failed else ""), started_at=begun, user=user
    )


def steady():
    """An error now and then, of one user."""
    return [(replace(mark, user="u0"), steps) for mark, steps in (run(day, day % 12 == 0) for day in range(60))]


def test_an_error_that_meets_several_users_within_a_day_is_emerging():
    (finding,) = dated(*steady(), *(hit(hour, f"u{hour}") for hour in range(1, 7)))

    assert {name: finding.numbers[name] for name in ("users", "burst_on", "burst_users", "burst_sessions")} == {
        "users": 7, "burst_on": "2025-05-27", "burst_users": 6, "burst_sessions": 6,
    }  # fmt: skip
    assert finding.statement.endswith(
        "Emerging on 2025-05-27: within a day it met 6 users, in 6 of the 7 sessions that could have shown it."
    )


def test_what_one_user_meets_often_is_no_emerging_issue():
    (finding,) = dated(*steady(), *(hit(hour, "u1") for hour in range(1, 7)))

    assert "burst_users" not in finding.numbers
    assert "Emerging" not in finding.statement


def test_a_rise_says_how_many_users_it_meets():
    rising = [run(day, day >= 50) for day in range(60)]
    many = [(replace(mark, user=f"u{at}"), steps) for at, (mark, steps) in enumerate(rising)]
    alone = [(replace(mark, user="u1"), steps) for mark, steps in rising]

    assert "Emerging since 2025-05-22, for 10 users: in 10 of the 10 sessions" in dated(*many)[0].statement
    assert "More often since 2025-05-22, for 1 user: in 10 of the 10 sessions" in dated(*alone)[0].statement


def test_chance_seldom_makes_a_burst():
    found = []
    for seed in range(20):
        chance = random.Random(seed)
        sessions = [run(day, chance.random() < 0.3, f"{n}-") for n in range(6) for day in range(60)]
        found += dated(*((replace(mark, user=f"u{chance.randrange(40)}"), steps) for mark, steps in sessions))

    assert sum("burst_users" in one.numbers for one in found) <= 1
