"""What becomes of a broken glass: confirmed by a second person, or an alarm with its undoing proposed."""

from datetime import UTC, datetime, time, timedelta

import pytest

from accounts import confirming
from accounts.models import Confirmation, Membership, Team
from audit.models import Event
from reviews import ticking
from reviews.breaking_glass import closing, reporting
from reviews.breaking_glass.closing import WroteIt
from reviews.enums import GlassState, NoticeKind, OriginKind, State, Verdict
from reviews.models import BrokenGlass, Notice
from reviews.talking import mailing
from tests import recipes
from tests.reviews import scenes
from tests.reviews.breaking_glass.test_breaking import TWO, break_, proposed

NEXT = scenes.AT + timedelta(hours=1)


@pytest.fixture
def memory(team):
    recipes.policy(team.row, votes=TWO)
    return scenes.memory(scenes.namespace(team.row))


@pytest.fixture
def glass(team, memory):
    return break_(proposed(team, memory), team.lead)


def confirm(glass, person, at=NEXT):
    return confirming.confirm(team=glass.team, confirmation_id=glass.confirmation.public_id, by=person, at=at)


def refuse(glass, person):
    return confirming.refuse(
        team=glass.team, confirmation_id=glass.confirmation.public_id, reason="No emergency.", by=person, at=NEXT
    )


def test_a_second_person_closes_it(team, glass):
    confirm(glass, team.security)
    closing.attend(now=NEXT)

    glass.refresh_from_db()
    assert (glass.state, glass.settled_by, glass.reverting) == (GlassState.CONFIRMED, team.security, None)
    assert closing.raised(team.row) == []
    assert Event.objects.of_log(team.row.trail_log).filter(type="change.glass_confirmed").count() == 1


@pytest.mark.parametrize("who", ("admin", "reviewer", "auditor", "member"))
def test_others_cannot_be_the_second_person(team, glass, who):
    with pytest.raises(confirming.NotAllowed):
        confirm(glass, getattr(team, who))
    assert closing.raised(team.row) == [glass]


def test_nobody_confirms_their_own(team, glass):
    with pytest.raises(confirming.SamePerson):
        confirm(glass, team.lead)


def test_nobody_confirms_alone_even_where_they_are_the_only_one_left(team, glass):
    Team.objects.filter(pk=team.row.pk).update(sole_reviewer=True)
    Membership.objects.of(team.row).filter(user=team.security).update(removed_at=scenes.AT)

    with pytest.raises(WroteIt):
        confirm(glass, team.lead)
    assert BrokenGlass.objects.of(team.row).get().state == GlassState.OPEN
    assert Confirmation.objects.of(team.row).get().is_waiting


def test_who_wrote_the_text_is_no_second_person(team, memory):
    third = recipes.user(email="third@north.example", name="Third")
    recipes.membership(team.row, user=third, roles=["security"])
    glass = break_(proposed(team, memory, by=team.security), team.lead)

    with pytest.raises(WroteIt):
        confirm(glass, team.security)
    confirm(glass, third)
    assert BrokenGlass.objects.of(team.row).get().state == GlassState.CONFIRMED


@pytest.mark.parametrize("end", ("refused", "expired", "withdrawn"))
def test_without_a_second_person_the_alarm_is_raised_and_undoing_proposed(team, memory, glass, end):
    now = NEXT
    if end == "refused":
        refuse(glass, team.security)
    elif end == "withdrawn":
        confirming.withdraw(team=team.row, confirmation_id=glass.confirmation.public_id, by=team.lead, at=NEXT)
    else:
        now = scenes.AT + timedelta(hours=25)
        ticking.tick(now=now)
        assert BrokenGlass.objects.of(team.row).get().state == GlassState.OPEN
        confirming.expire_due(now=now)

    ticking.tick(now=now)
    ticking.tick(now=now)

    glass.refresh_from_db()
    assert glass.state == (GlassState.EXPIRED if end == "expired" else GlassState.REFUSED)
    assert (glass.reverting.origin_kind, glass.reverting.opened_by_type) == (OriginKind.REVERT, "system")
    assert closing.raised(team.row) == [glass]
    told = Notice.objects.of(team.row).filter(kind=NoticeKind.GLASS_ALARM)
    assert {notice.person for notice in told} == {team.lead, team.auditor, team.security}
    (event,) = Event.objects.of_log(team.row.trail_log).filter(type="change.glass_unconfirmed")
    assert event.content()["data"]["by_proposal"] == glass.reverting.public_id


def alarmed(team, glass):
    refuse(glass, team.security)
    assert [closing.attend(now=NEXT), closing.attend(now=NEXT)] == [1, 0]
    glass.refresh_from_db()
    return scenes.changes(glass.reverting)[0]


def test_the_alarm_ends_when_the_change_is_taken_back(team, memory, glass):
    undo = alarmed(team, glass)

    for person in (team.reviewer, team.second):
        scenes.vote(undo, person, at=NEXT)
    scenes.apply(memory.namespace, NEXT + timedelta(minutes=5))

    assert scenes.text(memory) == "- one\n- two\n- three\n"
    assert closing.raised(team.row) == []
    glass.change.refresh_from_db()
    assert (glass.change.state, glass.change.glass_broken) == (State.REVERTED, True)


def test_the_alarm_ends_when_people_decide_to_keep_it(team, memory, glass):
    undo = alarmed(team, glass)

    scenes.vote(undo, team.reviewer, Verdict.REJECT, reason_code="other", at=NEXT)

    assert scenes.text(memory) == "- one\n- 2\n- three\n"
    assert closing.raised(team.row) == []


def test_other_teams_hear_nothing_of_it(team, other_team, glass):
    assert closing.raised(other_team.row) == []


def test_the_report_counts_by_week_also_those_without(team, memory, glass):
    refuse(glass, team.security)
    closing.attend(now=NEXT)

    this, before, *_ = reporting.weeks(team.row, at=NEXT)

    assert (this.uses, this.unconfirmed, this.confirmed, this.waiting) == (1, 1, 0, 0)
    assert (before.uses, str(before.begins)) == (0, "2026-02-23")


def test_leads_and_security_are_told_of_a_week_with_an_emergency_once_it_is_over(team, glass, mailoutbox):
    week = reporting.weeks(team.row, at=NEXT)[0].begins
    monday = datetime.combine(week, time(), UTC) + timedelta(weeks=1, hours=12)

    assert reporting.attend(now=NEXT) == 0
    assert reporting.attend(now=monday) == 1
    assert reporting.attend(now=monday + timedelta(days=2)) == 0
    assert reporting.attend(now=monday + timedelta(weeks=1)) == 0

    told = Notice.objects.of(team.row).filter(kind=NoticeKind.GLASS_WEEK)
    assert {one.person.email for one in told} == {team.lead.email, team.security.email}
    mailing.send_due(clock=lambda: monday + timedelta(hours=1))
    [mail] = [one for one in mailoutbox if one.to == [team.security.email]]
    assert "hanges were applied in emergencies last week" in mail.body
    assert f"/t/{team.slug}/emergencies/" in mail.body
    assert glass.reason not in mail.body
