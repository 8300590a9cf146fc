"""The alarm on somebody who approves nearly everything and misses tests."""

from datetime import timedelta

import pytest
from django.urls import reverse

from audit.models import Event
from reviews.canaries import alarming
from reviews.models import Canary, Change, Decision, Notice, Proposal, WatchAlarm
from reviews.watching import alarms
from tests.reviews import scenes

NOW = scenes.AT + timedelta(days=2)


@pytest.fixture
def cast(team):
    """Votes and answers to tests of one person as rows: a hundred through the desk would take a minute."""
    space = scenes.namespace(team.row)
    change = scenes.changes(scenes.propose(team.row, scenes.add(space, "/new.md", "- new\n")))[0]
    seen = dict.fromkeys(("base_sha256", "proposed_sha256", "requirement_sha256", "evidence_sha256"), "")

    def given(votes, approved, tests=0, caught=0, *, by=None, at=scenes.AT):
        by = by or team.reviewer
        about = seen | {"team": team.row, "change": change, "revision": change.head, "by": by, "at": at}
        before = {"withdrawn_at": None, "lapsed_at": at}  # one counts for a revision; all stand as this person's word
        Decision.objects.bulk_create(
            Decision(verdict="approve" if n < approved else "reject", **about | before) for n in range(votes)
        )
        for n in range(tests):
            _answered(team.row, space, by, "reject" if n < caught else "approve", at)

    return given


def _answered(team, space, by, verdict, at):
    n = scenes.recipes.number()
    proposal = Proposal.objects.create(
        team=team, number=10_000 + n, title="Dream", origin_kind="dream", opened_by_type="system", opened_by_id="",
        opened_at=at, due_at=at, rank_at=at,
    )  # fmt: skip
    change = Change.with_canaries.create(
        team=team, proposal=proposal, position=0, namespace=space, operation="edit", title=f"Test {n}",
        fingerprint=str(n), opened_at=at, state_at=at, state="withdrawn", canary=True,
    )  # fmt: skip
    Canary.objects.create(
        team=team, proposal=proposal, change=change, attack="number", at=at, by=by, verdict=verdict, ended_at=at
    )


def raised(team, at=NOW):
    alarming.tick(now=at)
    return [(row.person, row.kind, row.approvals, row.tests, row.caught) for row in WatchAlarm.objects.of(team.row)]


@pytest.mark.parametrize(
    ("votes", "approved", "tests", "caught", "expected"),
    [
        (100, 98, 10, 7, 1),
        (100, 97, 10, 7, 0),  # says no often enough
        (99, 99, 10, 7, 0),  # too few votes
        (100, 100, 10, 8, 0),  # catches enough
        (100, 100, 2, 0, 0),  # two tests say nothing
        (100, 100, 3, 2, 1),
        (100, 100, 0, 0, 0),
    ],
)
def test_both_counts_have_to_say_so(team, cast, votes, approved, tests, caught, expected):
    cast(votes, approved, tests, caught)

    found = raised(team)

    assert found == [(team.reviewer, "stamp", approved, tests, caught)] * expected


def test_counts_of_two_people_are_kept_apart(team, cast):
    cast(100, 100)
    cast(0, 0, 5, 0, by=team.second)

    assert raised(team) == []


def test_leads_are_told_once_until_they_have_seen_to_it_and_then_all_counts_anew(team, cast):
    cast(100, 100, 5, 0)
    raised(team)
    raised(team)
    (alarm,) = WatchAlarm.objects.of(team.row)
    assert [row.person for row in Notice.objects.of(team.row).filter(kind="stamp")] == [team.lead]
    event = Event.objects.of_log(team.row.trail_log).get(type="watch.alarm")
    assert event.target_id == team.reviewer.public_id
    assert event.content()["data"] == {
        "alarm": alarm.public_id,
        "kind": "stamp",
        "approvals": 100,
        "together": 0,
        "votes": 100,
        "tests": 5,
        "caught": 0,
    }

    alarms.close(alarm=alarm, by=team.lead, at=NOW)
    assert len(raised(team, NOW + timedelta(minutes=1))) == 1

    cast(100, 100, 5, 0, at=NOW + timedelta(hours=1))
    assert len(raised(team, NOW + timedelta(hours=2))) == 2


def test_a_missed_test_is_forgotten_in_time(team, cast):
    cast(100, 100, 5, 0)

    assert raised(team, scenes.AT + alarming.BACK + timedelta(days=1)) == []


def test_a_tick_without_missed_tests_takes_one_query(team, cast, django_assert_num_queries):
    cast(100, 100, 5, 5)

    with django_assert_num_queries(1):
        alarming.tick(now=NOW)


def test_leads_see_who_caught_what_and_nobody_else_does(team, cast, client, monkeypatch):
    cast(100, 100, 5, 1)
    cast(3, 1, 4, 4, by=team.second)
    raised(team)
    at = {"days": 90}
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    page = reverse("reviews:watching", args=[team.row.slug])
    client.force_login(team.lead)

    told = client.get(page, at).content.decode()
    inbox = client.get(reverse("reviews:inbox", args=[team.row.slug])).content.decode()
    listed = client.get(
        reverse("reviews:watching_tests", args=[team.row.slug]), at | {"show": "caught"}
    ).content.decode()

    assert "1 of 5 tests caught" in told
    assert "100 approvals in 100 votes" in told
    assert 'data-column="Tests caught"' in told
    assert "1 alarm: somebody approves as nobody does who reads" in inbox
    assert listed.count('<li class="row">') == 5
    own = {"person": team.second.public_id, "show": "decided"} | at
    assert (
        client.get(reverse("reviews:watching_tests", args=[team.row.slug]), own).content.count(b'<li class="row">') == 4
    )
    for other in (team.reviewer, team.admin, team.security, team.auditor):
        client.force_login(other)
        assert client.get(page).status_code == 403
        assert client.get(reverse("reviews:watching_tests", args=[team.row.slug])).status_code == 403


def test_a_test_that_waits_is_kept_from_leads_too(team, canary, client):
    client.force_login(team.lead)

    told = client.get(reverse("reviews:watching", args=[team.row.slug])).content.decode()
    listed = client.get(reverse("reviews:watching_tests", args=[team.row.slug])).content.decode()

    assert "Tests of the review" not in told
    assert canary.change.title not in listed
    assert canary.change.public_id not in listed


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_any_length(team, cast, client, count, django_assert_max_num_queries):
    from django.utils import timezone

    cast(0, 0, count, 0, at=timezone.now())
    client.force_login(team.lead)

    with django_assert_max_num_queries(12):
        client.get(reverse("reviews:watching_tests", args=[team.row.slug]))
