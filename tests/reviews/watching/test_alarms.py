"""An alarm where somebody approves faster than anybody reads."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from audit.models import Event
from reviews.models import Decision, Notice, WatchAlarm
from reviews.watching import alarms
from tests.reviews import scenes

NOW = scenes.AT + timedelta(minutes=6)


@pytest.fixture
def vote(team):
    """Votes of one person, so many seconds apart, as rows: twenty of them would take a test ten seconds."""
    space = scenes.namespace(team.row)
    seen = dict.fromkeys(("base_sha256", "proposed_sha256", "requirement_sha256", "evidence_sha256"), "")

    def cast(count, *, apart=1, by=None, after=0, verdict="approve"):
        drafts = [scenes.add(space, f"/{scenes.recipes.number()}.md", "- new\n") for _ in range(count)]
        about = seen | {"team": team.row, "by": by or team.reviewer, "verdict": verdict}
        for n, change in enumerate(scenes.changes(scenes.propose(team.row, *drafts))):
            at = scenes.AT + timedelta(seconds=after + n * apart)
            Decision.objects.create(change=change, revision=change.head, at=at, **about)

    return cast


def raised(team, at=NOW):
    alarms.tick(now=at)
    return [(row.person, row.approvals) for row in WatchAlarm.objects.of(team.row).order_by("pk")]


def test_twenty_are_no_alarm_and_one_more_is(team, vote):
    vote(20)
    assert raised(team) == []

    vote(1, after=20)
    assert raised(team) == [(team.reviewer, 21)]


@pytest.mark.parametrize(("apart", "expected"), [(15, 1), (15.1, 0)])
def test_five_minutes_are_five_minutes(team, vote, apart, expected):
    vote(21, apart=apart)

    assert len(raised(team)) == expected


def test_two_people_are_counted_apart_and_a_no_counts_not(team, vote):
    vote(15)
    vote(15, by=team.second)
    vote(15, verdict="reject")

    assert raised(team) == []


def test_votes_that_were_taken_back_count_not(team, vote):
    vote(21)
    Decision.objects.of(team.row).filter(pk=Decision.objects.of(team.row).first().pk).update(withdrawn_at=NOW)

    assert raised(team) == []


def test_leads_are_told_once_and_it_stands_in_the_log(team, vote):
    vote(21)
    raised(team)
    vote(5, after=30)

    assert len(raised(team)) == 1
    told = Notice.objects.of(team.row).filter(kind="watch")
    assert [row.person for row in told] == [team.lead]
    event = Event.objects.of_log(team.row.trail_log).get(type="watch.alarm")
    assert event.target_id == team.reviewer.public_id
    assert event.content()["data"] == {
        "alarm": WatchAlarm.objects.of(team.row).get().public_id,
        "approvals": 21,
        "together": 0,
    }


def test_what_was_seen_to_raises_no_other_alarm_and_what_comes_after_does(team, vote):
    vote(21)
    raised(team)
    alarms.close(alarm=WatchAlarm.objects.of(team.row).get(), by=team.lead, at=NOW)
    alarms.close(alarm=WatchAlarm.objects.of(team.row).get(), by=team.lead, at=NOW)
    assert len(raised(team)) == 1

    vote(21, after=400)

    assert len(raised(team, NOW + timedelta(minutes=2))) == 2
    assert Event.objects.of_log(team.row.trail_log).filter(type="watch.alarm_closed").count() == 1


def test_an_alarm_is_closed_by_somebody(team, vote):
    vote(21)
    raised(team)

    with pytest.raises(IntegrityError):
        WatchAlarm.objects.of(team.row).update(closed_at=NOW)


def test_a_tick_takes_the_same_queries_for_any_number_of_votes(team, vote, django_assert_num_queries):
    vote(3)
    with django_assert_num_queries(2):
        alarms.tick(now=NOW)
    vote(12, after=5)
    with django_assert_num_queries(2):
        alarms.tick(now=NOW)
