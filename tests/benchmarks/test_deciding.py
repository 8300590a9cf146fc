"""The trial of the review desk: what its dream proposes is what was planned, and votes on it are counted rightly."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from benchmarks.deciding import desk, scoring, trial, truth, world
from demo.calendars import Calendar
from reviews import decisions
from reviews import desk as seats
from reviews.decisions import Word
from reviews.enums import Hand, RejectCode, Verdict
from reviews.watching.facts import Facts

NOW = datetime(2026, 11, 27, 18, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def team(db):
    return trial.make(as_of=NOW, now=NOW)


def vote(team, change, verdict, at, hand=Hand.KEYS):
    code = RejectCode.FALSE if verdict == Verdict.REJECT else ""
    decisions.cast(
        team=team,
        change_id=change.public_id,
        bound=seats.read_one(change, team=team).bound,
        word=Word(verdict, "", code),
        by=User.objects.get(email=world.LEAD),
        at=at,
        facts=Facts(hand=hand, dwell_ms=4_000),
        opened=None,
    )


@pytest.mark.slow
def test_each_change_is_of_low_risk_and_planned(team):
    changes = trial.changes(team)
    planned = truth.of(changes)
    seats_of = seats.read(list(seats.rows(team)), team=team)

    assert {seat.required["tier"] for seat in seats_of.values()} == {"low"}
    assert set(planned) == {change.public_id for change in changes}
    assert len(planned) >= 20
    assert sum(one["verdict"] == "reject" for one in planned.values()) == 8


@pytest.mark.slow
def test_the_score_counts_the_last_votes(team):
    changes = trial.changes(team)
    planned = truth.of(changes)
    right = [change for change in changes if planned[change.public_id]["verdict"] == "approve"]
    bad = next(change for change in changes if planned[change.public_id]["verdict"] == "reject")
    good, late = right[:2]

    vote(team, good, Verdict.APPROVE, NOW + 10 * SECOND)
    vote(team, late, Verdict.REJECT, NOW + 15 * SECOND, Hand.CARD)
    vote(team, bad, Verdict.APPROVE, NOW + 18 * SECOND)
    vote(team, bad, Verdict.REJECT, NOW + 25 * SECOND)

    told = planned[late.public_id]
    assert scoring.score(team, planned) == {
        "changes": len(changes),
        "decided": 3,
        "right": 2,
        "wrong": [{"title": late.title, "voted": "reject", "right": "approve", "why": told["why"]}],
        "by_keys": 2,
        "seconds": 19.0,
    }


def test_a_change_that_was_not_planned_is_no_truth():
    with pytest.raises(truth.Unknown, match="MARCH15"):
        truth.of([])


def test_sessions_are_the_same_but_for_their_dates():
    one, other = (desk.sessions(Calendar(NOW - timedelta(days=days))) for days in (0, 7))

    assert [session.title for session in one] == [session.title for session in other]
    assert world.sessions(NOW) == world.sessions(NOW)
