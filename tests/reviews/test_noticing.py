import pytest
from django.urls import reverse

from accounts.models import Membership
from reviews import rebasing
from reviews.enums import NoticeKind
from reviews.models import Notice
from reviews.talking import mailing, noticing
from tests.reviews import scenes


@pytest.fixture
def proposal(team):
    memory = scenes.memory(scenes.namespace(team.row))
    return scenes.propose(
        team.row, scenes.line_edit(memory, 0, 1, "- uno\n"), scenes.line_edit(memory, 2, 3, "- tre\n")
    )


def told(team, kind=NoticeKind.YOUR_TURN):
    rows = Notice.objects.of(team.row).filter(kind=kind).order_by("pk")
    return [(row.person, row.change_id, row.read_at) for row in rows]


def test_each_person_is_told_once_and_never_of_what_they_did(team, proposal):
    people = [team.reviewer, team.lead, team.reviewer]
    noticing.tell(people=people, kind=NoticeKind.YOUR_TURN, proposal=proposal, at=scenes.AT, by=team.lead.trail_actor)

    assert told(team) == [(team.reviewer, None, None)]


def test_what_is_unread_is_not_told_again_and_another_change_is(team, proposal):
    first, second = scenes.changes(proposal)
    for change in (first, first, second):
        noticing.tell(people=[team.reviewer], kind=NoticeKind.STALE, proposal=proposal, change=change, at=scenes.AT)

    assert told(team, NoticeKind.STALE) == [(team.reviewer, first.pk, None), (team.reviewer, second.pk, None)]


def test_what_was_read_may_be_told_again(team, proposal):
    for _ in range(2):
        noticing.tell(people=[team.reviewer], kind=NoticeKind.YOUR_TURN, proposal=proposal, at=scenes.AT)
        Notice.objects.of(team.row).update(read_at=scenes.LATER)

    assert len(told(team)) == 2


def test_who_left_the_team_is_not_named(team):
    Membership.objects.of(team.row).filter(user=team.second).update(removed_at=scenes.AT)

    assert noticing.named([team.reviewer.public_id, team.second.public_id], team=team.row) == [team.reviewer]


def test_a_voter_is_told_that_the_vote_fell_away(team):
    memory = scenes.memory(scenes.namespace(team.row))
    proposal = scenes.propose(team.row, scenes.line_edit(memory, 0, 1, "- uno\n"))
    change = scenes.changes(proposal)[0]
    scenes.vote(change, team.reviewer)

    scenes.write_elsewhere(memory, "- ein\n- two\n- three\n")
    rebasing.follow_versions(team=team.row, at=scenes.LATER)

    assert told(team, NoticeKind.STALE) == [(team.reviewer, change.pk, None)]


def test_a_notice_of_a_page_leads_there_by_list_and_by_mail(client, team):
    page = noticing.Page(team.row, "reviews:watching", "")
    told_of = {"people": [team.lead], "kind": NoticeKind.EXPORT, "page": page, "at": scenes.AT}
    assert [len(noticing.tell(**told_of)) for _ in range(2)] == [1, 0]
    client.force_login(team.lead)
    address = reverse("reviews:watching", args=[team.slug])

    listed = client.get(reverse("reviews:notices", args=[team.slug])).content.decode()
    sent = mailing.message(Notice.objects.of(team.row).select_related("team"), team=team.row, person=team.lead)

    assert f'<a href="{address}">An export is ready</a>' in listed
    assert f"An export is ready, since 2 Mar, 09:00\n  http://localhost:8000{address}" in sent.body
