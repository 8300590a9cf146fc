"""The page for leads: what its numbers count, and who sees it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from reviews import applying, reverting
from reviews.models import ReviewFacts, WatchAlarm
from reviews.watching import facts as verbs
from reviews.watching import figures
from reviews.watching.facts import Facts
from tests.reviews import scenes


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


def vote(team, space, person, verdict="approve", *, dwell=None, panels=(), at=None):
    draft = scenes.add(space, f"/{scenes.recipes.number()}.md", "- new\n")
    change = scenes.changes(scenes.propose(team.row, draft))[0]
    reason = "" if verdict == "approve" else "Say when."
    scenes.vote(change, person, verdict, reason=reason, at=at or timezone.now())
    if dwell is not None:
        verbs.record(change.decisions.get(), Facts("card", dwell, tuple(panels), 1, 1))
    change.refresh_from_db()
    return change


def visit(client, team, reader, name="watching", **query):
    client.force_login(reader)
    return client.get(reverse(f"reviews:{name}", args=[team.slug]), query)


def read(team):
    now = timezone.now()
    return figures.read(team.row, since=now - timedelta(days=30), until=now)


def test_each_person_has_a_line(team, space):
    vote(team, space, team.reviewer, dwell=1000, panels=["evidence"])
    vote(team, space, team.reviewer, dwell=3000)
    vote(team, space, team.reviewer, "request_changes")
    vote(team, space, team.second, at=timezone.now() - timedelta(days=31))
    vote(team, space, team.second)

    everybody, lines = read(team)

    assert [(line.person, line.votes, line.approved, line.busiest) for line in lines] == [
        (team.reviewer, 3, 2, 2),
        (team.second, 1, 1, 1),
    ]
    assert (lines[0].dwell_seconds, lines[0].timed, lines[0].evidence_opened) == (2, 2, 1)
    assert (everybody.votes, everybody.approved, everybody.timed) == (4, 3, 2)


def test_an_approval_is_overturned_by_a_revert_and_by_a_rewording(team, space):
    reverted, edited, kept = (vote(team, space, team.reviewer) for _ in range(3))
    now = timezone.now() + timedelta(minutes=5)
    edited.head.pk, edited.head.public_id, edited.head.number, edited.head.origin = None, "rev_x", 2, "edited"
    edited.head.save()
    applying.apply_due(team=team.row, namespace=space, now=now)
    opened = reverting.open_revert(team=team.row, proposal=reverted.proposal, reason="", by=team.lead, at=now)
    scenes.vote(scenes.changes(opened)[0], team.second, at=now)
    applying.apply_due(team=team.row, namespace=space, now=now + timedelta(minutes=5))
    reverted.refresh_from_db()
    assert reverted.state == "reverted"

    line = next(line for line in read(team)[1] if line.person == team.reviewer)

    assert (line.approved, line.overturned) == (3, 2)
    assert kept not in [
        one.change for one in figures.votes(team.row, since=now - timedelta(days=1), until=now, shown="overturned")
    ]


@pytest.mark.parametrize("role", ["admin", "reviewer", "security", "auditor", "member"])
@pytest.mark.parametrize("name", ["watching", "watching_votes", "watching_tests"])
def test_only_leads_see_it(client, team, role, name):
    assert visit(client, team, getattr(team, role), name).status_code == 403
    assert visit(client, team, team.lead, name).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_for_any_length(client, team, space, count, django_assert_num_queries):
    for person in (team.reviewer, team.second, team.security)[:count]:
        vote(team, space, person)
    client.force_login(team.lead)

    with django_assert_num_queries(9):
        page = client.get(reverse("reviews:watching", args=[team.slug]))

    assert page.content.count(b'scope="row"') == count + (count > 1)


def test_each_number_links_to_what_it_counts(client, team, space):
    for _ in range(3):
        vote(team, space, team.reviewer)
    vote(team, space, team.reviewer, "request_changes")
    vote(team, space, team.second)
    page = visit(client, team, team.lead)
    line = next(line for line in page.context["lines"] if line.person == team.reviewer)
    links = [part.split('"')[0].replace("&amp;", "&") for part in page.content.decode().split('<a href="')]
    own = [link for link in links if team.reviewer.public_id in link]

    counts = [len(client.get(link).context["page"].rows) for link in own]

    assert counts == [line.votes, line.approved, line.overturned, line.busiest] == [4, 3, 0, 3]


@pytest.mark.parametrize("given", ["", "x", "2026-02-30T00:00:00Z", "2026-02-03", "\x00"])
def test_times_that_are_none_are_passed_by(client, team, given):
    assert visit(client, team, team.lead, "watching_votes", since=given, until=given, show=given).status_code == 200


def test_votes_of_a_stranger_are_not_found(client, team, other_team):
    answer = visit(client, team, team.lead, "watching_votes", person=other_team.reviewer.public_id)

    assert answer.status_code == 404


def test_an_alarm_stands_on_the_page_and_in_the_inbox_until_a_lead_closes_it(client, team, space):
    now = timezone.now()
    about = {"approvals": 21, "together": 4, "since": now, "until": now, "at": now}
    alarm = WatchAlarm.objects.create(team=team.row, person=team.reviewer, **about)
    assert b"21 approvals within five minutes" in visit(client, team, team.lead).content
    assert b"1 alarm:" in visit(client, team, team.lead, "inbox").content
    assert b"1 alarm:" not in visit(client, team, team.reviewer, "inbox").content

    url = reverse("reviews:watching_close", args=[team.slug, alarm.public_id])
    assert client.post(url).status_code == 403  # a reviewer closes nothing
    client.force_login(team.lead)
    client.post(url)

    assert b"approvals within five minutes</a>" not in visit(client, team, team.lead).content
    assert b"1 alarm:" not in visit(client, team, team.lead, "inbox").content


def test_facts_stand_in_nobodys_way(team, space):
    change = vote(team, space, team.reviewer, dwell=0)

    assert change.state == "approved"
    assert ReviewFacts.objects.of(team.row).get().dwell_ms == 0
