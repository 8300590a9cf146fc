import pytest
from django.urls import reverse

from audit.models import Event
from reviews import editing
from reviews.enums import NoticeKind, Verdict
from reviews.models import Notice
from reviews.talking import noticing, threads
from tests.reviews import scenes

HOSTILE = '<b onmouseover="alert(1)">Bold</b>\u202e'


@pytest.fixture
def proposal(team):
    memory = scenes.memory(scenes.namespace(team.row))
    drafts = (scenes.line_edit(memory, 0, 1, "- uno\n"), scenes.line_edit(memory, 2, 3, "- tre\n", title=HOSTILE))
    return scenes.propose(team.row, *drafts, by=team.member, title=HOSTILE)


def notify(proposal, *people, kind=NoticeKind.YOUR_TURN, **about):
    return noticing.tell(people=people, kind=kind, proposal=proposal, at=scenes.AT, **about)


def unread(team, person):
    return [(one.kind, one.change_id) for one in noticing.of(person, team=team.row).unread().order_by("pk")]


def reads(team):
    rows = Event.objects.of_log(team.row.trail_log).matching(types=["notices.read"]).oldest_first()
    return [(one.actor_id, one.content()["data"]["count"]) for one in rows]


def test_notices_are_listed_with_their_place_and_counted_in_the_bar(client, team, proposal):
    change = scenes.changes(proposal)[1]
    comment = threads.open_(
        team=team.row,
        change_id=change.public_id,
        revision=1,
        spot=None,
        text="@Reviewer?",
        by=team.second,
        at=scenes.AT,
    )
    notify(proposal, team.reviewer)
    client.force_login(team.reviewer)

    body = client.get(reverse("reviews:notices", args=[team.slug])).content.decode()

    assert f"/changes/{change.public_id}/#in-{comment.thread.public_id}" in body
    assert f'href="{proposal.get_absolute_url()}"' in body
    assert 'aria-label="Notices: 2 unread"' in body
    assert "<b onmouseover" not in body
    assert "\u202e" not in body
    assert "Second" in body


def test_one_is_read_then_all_and_what_was_read_leaves_no_event(client, team, proposal):
    first, *_ = notify(proposal, team.reviewer)
    for change in scenes.changes(proposal):
        notify(proposal, team.reviewer, team.second, kind=NoticeKind.STALE, change=change)
    client.force_login(team.reviewer)

    client.post(reverse("reviews:notice_read", args=[team.slug, first.public_id]))
    for _ in range(2):
        client.post(reverse("reviews:notices_read", args=[team.slug]))

    assert reads(team) == [(team.reviewer.public_id, 1), (team.reviewer.public_id, 2)]
    assert unread(team, team.reviewer) == []
    assert len(unread(team, team.second)) == 2


def test_another_ones_notice_is_not_found(client, team, proposal):
    (theirs,) = notify(proposal, team.second)
    client.force_login(team.reviewer)

    assert client.post(reverse("reviews:notice_read", args=[team.slug, theirs.public_id])).status_code == 404


@pytest.mark.parametrize("count", (1, 3))
def test_notices_take_the_same_queries_for_any_number(client, team, proposal, count, django_assert_num_queries):
    for number in range(count):
        at = scenes.AT.replace(minute=number)
        noticing.tell(
            people=[team.reviewer], kind=NoticeKind.STALE, proposal=proposal, change=scenes.changes(proposal)[0], at=at
        )
        Notice.objects.of(team.row).update(read_at=at)
    client.force_login(team.reviewer)

    with django_assert_num_queries(6):  # session, person, membership, notices; turns and unread in the bar
        response = client.get(reverse("reviews:notices", args=[team.slug]))

    assert response.content.count(b"<article") == count


def test_who_proposed_is_told_when_all_is_decided(team, proposal):
    first, second = scenes.changes(proposal)
    scenes.vote(first, team.reviewer, Verdict.REJECT, reason_code="false")
    assert not Notice.objects.of(team.row).filter(kind=NoticeKind.DECIDED).exists()

    scenes.vote(second, team.reviewer, Verdict.REJECT, reason_code="false")

    told = Notice.objects.of(team.row).get(kind=NoticeKind.DECIDED)
    assert (told.person, told.by_id) == (team.member, team.reviewer.public_id)


def test_another_revision_is_told_to_who_approved_and_to_who_asked_for_it(team, proposal):
    change = scenes.changes(proposal)[0]
    scenes.vote(change, team.second, Verdict.REQUEST_CHANGES, reason="Say when.")
    scenes.vote(change, team.reviewer)
    scenes.vote(change, team.lead)

    editing.edit(
        team=team.row,
        change_id=change.public_id,
        revision_id=scenes.seat(change).head.public_id,
        texts={(0, 0): "- ein\n"},
        reason="",
        by=team.lead,
        at=scenes.LATER,
    )

    rows = Notice.objects.of(team.row).order_by("pk").values_list("kind", "person__name")
    assert list(rows) == [("answered", "Second"), ("stale", "Reviewer")]


def test_a_vote_reads_what_it_answers(team, proposal):
    first, second = scenes.changes(proposal)
    notify(proposal, team.reviewer, team.second)
    for change in (first, second):
        notify(proposal, team.reviewer, kind=NoticeKind.STALE, change=change)

    scenes.vote(first, team.reviewer)
    assert unread(team, team.reviewer) == [("your_turn", None), ("stale", second.pk)]
    scenes.vote(second, team.reviewer)

    assert unread(team, team.reviewer) == []
    assert unread(team, team.second) == [("your_turn", None)]
