from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from reviews import editing
from reviews.enums import Verdict
from reviews.inbox import claiming, queue
from reviews.inbox import lines as inbox
from reviews.models import Claim
from tests.reviews import scenes


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


def proposal(space, n=0, **values):
    return scenes.propose(space.team, scenes.add(space, f"/{n}.md", f"- {n}\n"), title=f"Number {n}", **values)


def url(name, row):
    return reverse(f"reviews:{name}", args=[row.team.slug, row.number])


def types(team):
    return list(Event.objects.of_log(team.row.trail_log).newest_first().values_list("type", flat=True))


def test_a_claim_holds_for_fifteen_minutes_and_is_shown_in_the_list(team, space):
    row = proposal(space)
    claiming.claim(proposal=row, by=team.second, at=scenes.AT)

    def line(minutes):
        reader = inbox.Reader(team.reviewer, True, scenes.AT + timedelta(minutes=minutes))
        return inbox.lines([row], team=team.row, reader=reader)[0].claim

    assert line(14).by == team.second
    assert line(15) is None


def test_claims_are_renewed_taken_over_and_let_go_with_an_event_each(team, space):
    row = proposal(space)
    for by, at in ((team.second, scenes.AT), (team.second, scenes.LATER), (team.reviewer, scenes.LATER)):
        claiming.claim(proposal=row, by=by, at=at)
    claiming.release(proposal=row, by=team.second, at=scenes.LATER)  # not theirs any more
    held = Claim.objects.of(team.row).get()
    claiming.release(proposal=row, by=team.reviewer, at=scenes.LATER)

    assert (held.by, held.until) == (team.reviewer, scenes.LATER + timedelta(minutes=15))
    assert not Claim.objects.of(team.row).exists()
    assert types(team)[:4] == ["proposal.released", *["proposal.claimed"] * 3]


def test_a_claim_keeps_nobody_from_deciding(team, space):
    row = proposal(space)
    claiming.claim(proposal=row, by=team.second, at=scenes.AT)

    assert scenes.vote(scenes.changes(row)[0], team.reviewer).state == "approved"


def test_claiming_works_without_scripts_and_for_who_decides_only(client, team, space):
    row = proposal(space)
    client.force_login(team.reviewer)
    answer = client.post(url("claim", row))
    page = client.get(answer.url).content.decode()
    client.force_login(team.member)

    assert "You are on it until" in page
    assert client.post(url("claim", row)).status_code == 403


def test_who_has_the_page_open_is_seen_by_others_for_a_minute(client, team, space):
    row = proposal(space)
    client.force_login(team.second)
    client.post(url("here", row), headers={"HX-Request": "true"})
    client.force_login(team.reviewer)
    part = client.post(url("here", row), headers={"HX-Request": "true"}).content.decode()

    assert "Also here:" in part
    assert "Second" in part
    assert "Reviewer" not in part
    now = timezone.now()
    assert claiming.also_here(row, person=team.reviewer, now=now) == [team.second]
    assert claiming.also_here(row, person=team.reviewer, now=now + timedelta(minutes=2)) == []


def test_a_revision_that_another_saved_is_told_and_the_own_is_not(client, team, space):
    row = proposal(space)
    change = scenes.changes(row)[0]
    drawn = timezone.now()
    editing.edit(
        team=team.row,
        change_id=change.public_id,
        revision_id=change.head.public_id,
        texts={(0, 0): "- nought\n"},
        reason="",
        by=team.second,
        at=drawn + timedelta(seconds=5),
    )
    parts = {}
    for person in (team.reviewer, team.second):
        client.force_login(person)
        answer = client.post(url("here", row), {"since": drawn.isoformat()}, headers={"HX-Request": "true"})
        parts[person] = answer.content.decode()

    assert "Revision 2 was saved:" in parts[team.reviewer]
    assert f'name="since" value="{drawn.isoformat()}"' in parts[team.reviewer]
    assert "Revision 2" not in parts[team.second]


@pytest.mark.parametrize("since", ("", "yesterday", "2026-03-02T09:00:00"))
def test_a_time_that_cannot_be_read_tells_nothing(client, team, space, since):
    row = proposal(space)
    client.force_login(team.reviewer)

    answer = client.post(url("here", row), {"since": since}, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert "was saved" not in answer.content.decode()


def test_a_closed_proposal_does_not_ask_again(client, team, space):
    row = proposal(space)
    scenes.vote(scenes.changes(row)[0], team.reviewer, Verdict.REJECT, reason_code="false")
    client.force_login(team.reviewer)

    assert "hx-trigger" not in client.post(url("here", row), headers={"HX-Request": "true"}).content.decode()


def test_the_next_proposal_follows_in_order_and_from_the_top(team, space):
    grave = scenes.namespace(team.row, tier_floor="high")
    low = [proposal(space, n, at=scenes.AT + timedelta(minutes=n)) for n in range(2)]
    high = proposal(grave, 9)
    written = proposal(space, 7, by=team.reviewer)
    reader = inbox.Reader(team.reviewer, True, scenes.LATER)

    def after(row, text="view=mine"):
        return queue.next_after(row, queue.read(queue.QueryDict(text), decides=True), team=team.row, reader=reader)

    assert [after(row) for row in (high, *low)] == [low[0], low[1], high]
    assert after(written) == low[1]
    assert after(low[0], "view=open&q=tier:high") == high
    assert after(high, "q=tier:high") is None


def test_after_the_last_change_the_answer_offers_the_next_proposal_of_the_same_list(client, team, space):
    rows = [proposal(space, n, at=scenes.AT + timedelta(minutes=n)) for n in range(3)]
    change = scenes.changes(rows[0])[0]
    here = f"http://testserver{rows[0].get_absolute_url()}?queue=view%3Dopen%26q%3D%2522number%2B2%2522"
    client.force_login(team.reviewer)
    before = client.get(here).content.decode()
    bound = scenes.seat(change)
    form = {
        "revision": change.head.public_id,
        "base": bound.bound.base,
        "proposed": bound.bound.proposed,
        "requirement": bound.bound.requirement,
        "evidence": bound.bound.evidence,
        "verdict": "reject",
        "reason_code": "false",
    }

    decide = reverse("reviews:decide", args=[team.slug, change.public_id])
    answer = client.post(decide, form, headers={"HX-Request": "true", "HX-Current-URL": here})

    carried = f"{rows[2].get_absolute_url()}?queue=view%3Dopen%26q%3D%2522number%2B2%2522"
    assert f'href="{carried}" rel="next"' in before
    assert "Nothing here waits for you any more." not in before
    part = answer.content.decode()
    assert "Nothing here waits for you any more." in part
    assert f'href="{carried}" rel="next"' in part


def test_without_scripts_the_list_is_carried_along(client, team, space):
    row = scenes.propose(team.row, *(scenes.add(space, f"/x{n}.md", "- x\n") for n in range(2)))
    change = scenes.changes(row)[0]
    bound = scenes.seat(change).bound
    form = {"revision": change.head.public_id, "verdict": "approve"} | {
        name: getattr(bound, name) for name in ("base", "proposed", "requirement", "evidence")
    }
    client.force_login(team.reviewer)

    answer = client.post(
        reverse("reviews:decide", args=[team.slug, change.public_id]),
        form,
        headers={"Referer": f"http://testserver{row.get_absolute_url()}?queue=view%3Dmine"},
    )

    assert answer.url == f"{row.get_absolute_url()}?queue=view%3Dmine#{scenes.changes(row)[1].public_id}"


def test_who_does_not_decide_is_sent_nowhere(client, team, space):
    for n in range(2):
        row = proposal(space, n)
    client.force_login(team.member)

    page = client.get(row.get_absolute_url()).content.decode()

    assert 'rel="next"' not in page
    assert "Claim for" not in page
