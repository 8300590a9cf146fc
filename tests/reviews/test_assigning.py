from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Event
from audit.trail import SYSTEM
from reviews import ticking
from reviews.enums import AssignedBy, NoticeKind, Turn, Verdict
from reviews.inbox import absences, assigning, duties, explaining, rota, turns
from reviews.inbox.rota import Candidate
from reviews.models import Absence, Assignment, Notice
from tests import recipes
from tests.reviews import scenes

DAY = timedelta(days=1)
people = st.lists(
    st.builds(
        Candidate,
        person=st.sampled_from("abcdef"),
        load=st.integers(0, 3),
        last=st.sampled_from(("", "2026-01-01", "2026-01-02")),
        skipped=st.sampled_from(("", "", "away", "wrote")),
    ),
    unique_by=lambda one: one.person,
    max_size=6,
)


@pytest.fixture
def space(team):
    return scenes.namespace(team.row)


def proposal(space, **values):
    path = f"/{scenes.recipes.number()}.md"
    return scenes.propose(space.team, scenes.add(space, path, f"- {path}\n"), title=f"About {path}", **values)


def set_policy(team, **document):
    return recipes.policy(team.row, **document)


def away(team, person, delegate=None, since=scenes.AT - DAY, until=scenes.AT + 30 * DAY):
    return absences.set_(team=team.row, since=since, until=until, delegate=delegate, by=person, at=scenes.AT)


def whose(row):
    return {one.person for one in assigning.assigned(row)}


def recorded(team, type):
    """What events of this type say, newest first."""
    found = Event.objects.of_log(team.row.trail_log).matching(types=[type]).newest_first()
    return [event.content()["data"] for event in found]


@given(people, st.text(max_size=5))
def test_a_rule_never_finds_who_is_skipped_and_always_the_same(candidates, seed):
    for rule in (rota.in_turn, rota.who_has_least):
        chosen = rule(candidates, seed=seed)
        assert chosen == rule(list(reversed(candidates)), seed=seed)
        free = [one for one in candidates if not one.skipped]
        assert (chosen in free) if free else (chosen is None)
        if chosen and rule is rota.in_turn:
            assert chosen.last == min(one.last for one in free)
        if chosen and rule is rota.who_has_least:
            assert chosen.load == min(one.load for one in free)


def test_in_turn_everybody_is_asked_once_before_anybody_twice(team, space):
    asked = []
    for n in range(8):
        row = proposal(space)
        at = scenes.AT + timedelta(minutes=n)
        asked.append(assigning.by_rule(proposal=row, how=AssignedBy.TURNS, by=SYSTEM, at=at).person)

    everybody = {team.lead, team.reviewer, team.second, team.security}
    assert set(asked[:4]) == set(asked[4:]) == everybody


def test_who_has_least_is_asked_and_the_choice_can_be_explained(team, space):
    for one in (team.lead, team.security, team.second, team.second):
        assigning.by_hand(proposal=proposal(space), person=one, by=SYSTEM, at=scenes.AT)
    row = proposal(space)

    found = assigning.by_rule(proposal=row, how=AssignedBy.LEAST, by=SYSTEM, at=scenes.LATER)

    said = explaining.choice(found, {one.public_id: one.name for one in assigning.deciders(team.row)})
    data = recorded(team, "proposal.assigned")[0]
    assert found.person == team.reviewer
    assert said == "Who has least: Lead has 1; Reviewer has 0; Second has 2; Security has 1"
    assert (data["person"], data["seed"], len(data["candidates"])) == (team.reviewer.public_id, row.public_id, 4)
    assert Notice.objects.of(team.row).filter(person=team.reviewer, kind=NoticeKind.YOUR_TURN, proposal=row).exists()


def test_who_is_away_or_wrote_it_is_passed_over(team, space):
    for one in (team.lead, team.security):
        away(team, one)
    row = proposal(space, by=team.second)

    found = assigning.by_rule(proposal=row, how=AssignedBy.TURNS, by=SYSTEM, at=scenes.AT)

    assert found.person == team.reviewer
    skipped = {one["person"]: one["skipped"] for one in found.candidates}
    assert skipped == {
        team.lead.public_id: "away",
        team.security.public_id: "away",
        team.second.public_id: "wrote",
        team.reviewer.public_id: "",
    }


def test_where_nobody_is_left_nobody_is_assigned(team, space):
    for one in (team.lead, team.security, team.reviewer):
        away(team, one)
    row = proposal(space, by=team.second)

    with pytest.raises(assigning.Refused):
        assigning.by_rule(proposal=row, how=AssignedBy.TURNS, by=SYSTEM, at=scenes.AT)

    assert whose(row) == set()


def test_a_delegate_is_asked_for_who_is_away_and_both_stand_in_the_events(team, space):
    away(team, team.lead, team.second)
    row = proposal(space)

    found = assigning.by_hand(proposal=row, person=team.lead, by=team.reviewer.trail_actor, at=scenes.AT)
    scenes.vote(scenes.changes(row)[0], team.second)

    assert (found.person, found.stands_for) == (team.second, team.lead)
    assert recorded(team, "proposal.assigned")[0]["stands_for"] == team.lead.public_id
    assert recorded(team, "change.voted")[0]["stands_for"] == team.lead.public_id


def test_a_delegate_does_not_decide_on_their_own_words(team, space):
    away(team, team.lead, team.second)
    row = proposal(space, by=team.second)

    with pytest.raises(assigning.Refused):
        assigning.by_hand(proposal=row, person=team.lead, by=SYSTEM, at=scenes.AT)


def test_delegates_do_not_chain(team):
    away(team, team.lead, team.second)

    with pytest.raises(absences.Refused):  # the second would hand over to somebody who is away
        away(team, team.reviewer, team.lead)
    away(team, team.second, team.reviewer)

    held = absences.at_time(scenes.AT, team=team.row)
    assert absences.stand_in(team.lead, held) is None


@pytest.mark.parametrize(
    ("delegate", "since", "until"),
    (
        ("member", -DAY, DAY),  # may not decide
        ("reviewer", -DAY, DAY),  # oneself
        ("second", DAY, -DAY),
        ("second", -3 * DAY, -DAY),
    ),
)
def test_an_absence_that_makes_no_sense_is_refused(team, delegate, since, until):
    with pytest.raises(absences.Refused):
        away(team, team.reviewer, getattr(team, delegate), scenes.AT + since, scenes.AT + until)

    assert not Absence.objects.of(team.row).exists()


def test_a_turn_goes_to_the_delegate_when_the_absence_begins_and_no_further(team, space):
    row = proposal(space)
    assigning.by_hand(proposal=row, person=team.reviewer, by=SYSTEM, at=scenes.AT)
    away(team, team.reviewer, team.second, since=scenes.AT + DAY)

    duties.attend(team=team.row, at=scenes.LATER)
    before = whose(row)
    duties.attend(team=team.row, at=scenes.AT + DAY)
    away(team, team.second, team.lead, since=scenes.AT + 2 * DAY)
    duties.attend(team=team.row, at=scenes.AT + 2 * DAY)

    assert (before, whose(row) - {team.lead, team.security}) == ({team.reviewer}, {team.second})


def test_the_tick_assigns_new_proposals_by_the_rule_of_the_policy(team, space):
    set_policy(team, assign="least")
    rows = [proposal(space) for _ in range(4)]

    for _ in range(2):
        ticking.tick(now=scenes.LATER)

    asked = [assigning.assigned(row) for row in rows]
    assert [len(one) for one in asked] == [1] * 4
    assert {one[0].person for one in asked} == {team.lead, team.reviewer, team.second, team.security}


def test_without_a_rule_everybody_who_may_decide_is_told_once(team, space):
    row = proposal(space, by=team.second)

    for _ in range(2):
        ticking.tick(now=scenes.LATER)

    told = Notice.objects.of(team.row).filter(kind=NoticeKind.YOUR_TURN, proposal=row)
    assert {one.person for one in told} == {team.lead, team.reviewer, team.security}
    assert len(told) == 3
    assert whose(row) == set()


def test_what_waits_too_long_is_told_once_and_becomes_the_leads_turn(team, space):
    row = proposal(space)  # Monday 9:00, low: due on Friday at 17:00
    due = row.due_at
    assigning.by_hand(proposal=row, person=team.second, by=SYSTEM, at=scenes.AT)

    for at in (due - timedelta(minutes=1), due, due + DAY):
        duties.attend(team=team.row, at=at)

    row.refresh_from_db()
    told = Notice.objects.of(team.row).filter(kind=NoticeKind.OVERDUE)
    assert due == scenes.AT + timedelta(days=4, hours=8)
    assert [data["tier"] for data in recorded(team, "proposal.overdue")] == ["low"]
    assert {one.person for one in told} == {team.second, team.lead}
    assert row.overdue_at == due
    given = turns.read([row], person=team.lead, team=team.row, decides=True)[row.pk]
    assert given.reasons == [Turn.ESCALATED]


def test_what_is_decided_is_never_overdue(team, space):
    row = proposal(space)
    scenes.vote(scenes.changes(row)[0], team.reviewer, Verdict.REJECT, reason_code="false")

    duties.attend(team=team.row, at=row.due_at + DAY)

    assert recorded(team, "proposal.overdue") == []


def test_assigning_on_the_page_by_hand_by_rule_and_back(client, team, space):
    row = proposal(space)
    client.force_login(team.reviewer)

    def post(name, **given):
        return client.post(reverse(f"reviews:{name}", args=[team.slug, row.number]), given, follow=True)

    page = post("assign", person=team.second.public_id).content.decode()
    by_hand = whose(row)
    post("unassign", person=team.second.public_id)
    nobody = whose(row)
    post("assign", how="turns")

    assert (by_hand, nobody, len(whose(row))) == ({team.second}, set(), 1)
    assert "Turn of Second" in page
    happened = client.get(reverse("reviews:activity", args=[team.slug, row.number])).content.decode()
    assert "It became the turn of Second (Reviewer)" in happened
    assert Assignment.objects.of(team.row).count() == 2


def test_assigning_somebody_who_may_not_decide_says_so(client, team, space):
    row = proposal(space)
    client.force_login(team.reviewer)

    page = client.post(
        reverse("reviews:assign", args=[team.slug, row.number]), {"person": team.member.public_id}, follow=True
    )

    assert "Member may not decide." in page.content.decode()
    assert whose(row) == set()


def test_an_absence_is_set_and_ended_on_its_page(client, team):
    client.force_login(team.reviewer)
    url = reverse("reviews:absences", args=[team.slug])
    start = timezone.localtime() + DAY
    given = {
        "since": f"{start:%Y-%m-%dT%H:%M}",
        "until": f"{start + DAY:%Y-%m-%dT%H:%M}",
        "delegate": team.second.public_id,
    }

    saved = client.post(url, given)
    again = client.post(url, given)
    row = Absence.objects.of(team.row).get()
    client.post(reverse("reviews:absence_end", args=[team.slug, row.public_id]))

    row.refresh_from_db()
    assert (saved.status_code, row.delegate) == (302, team.second)
    assert (again.status_code, "You are away at that time already." in again.content.decode()) == (422, True)
    assert row.ended_at is not None
