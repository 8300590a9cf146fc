from datetime import timedelta

import pytest
from django.core import mail

from accounts import members
from accounts.enums import Role
from accounts.models import Invitation, Membership, User
from audit import private, trail
from audit.models import Event, Private
from tests import recipes


def _membership(team, user):
    return Membership.objects.of(team.row).get(user=user)


def _events(team):
    return [event.type for event in Event.objects.of_log(team.trail_log).oldest_first()]


@pytest.fixture
def invited(team, at):
    return members.invite(team=team.row, email="New@Example.org", roles=["reviewer"], by=team.admin, at=at)


def test_team_gets_a_free_slug_and_a_log(db, at):
    first = members.create_team(name="Nord & Süd", by=trail.SYSTEM, at=at)
    second = members.create_team(name="Nord Süd", by=trail.SYSTEM, at=at)

    assert (first.slug, second.slug) == ("nord-sud", "nord-sud-2")
    assert _events(first) == ["team.created"]
    assert Event.objects.of_log(first.trail_log).get().content()["actor"] == {"type": "system", "id": "system"}


def test_team_is_not_made_over_another(team, at):
    with pytest.raises(members.Taken):
        members.create_team(name="Other", slug=team.slug, by=trail.SYSTEM, at=at)


def test_settings_of_a_team_are_recorded_when_they_change(team, at):
    for _ in range(2):
        members.set_team(
            team=team.row, name=team.row.name, time_zone="Asia/Tokyo", sole_reviewer=True, by=team.admin, at=at
        )

    assert [event.content()["data"]["changed"] for event in Event.objects.all()] == [["time_zone", "sole_reviewer"]]


def test_invitation_keeps_neither_secret_nor_address_in_the_trail(invited, team):
    invitation, secret = invited

    event = Event.objects.of_log(team.row.trail_log).get()
    assert (event.type, invitation.email, invitation.roles) == ("member.invited", "new@example.org", ["reviewer"])
    assert b"new@example.org" not in bytes(event.body)
    assert private.open(Private.objects.get(event=event.public_id)).value == "new@example.org"
    assert secret not in str(Invitation.objects.of(team.row).values().get())


def test_invitation_is_mailed_after_the_commit(team, at, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        _, secret = members.invite(
            team=team.row,
            email="a@example.org",
            roles=["lead"],
            by=team.admin,
            at=at,
            base_url="https://lucid.example/",
        )
        assert not mail.outbox

    assert mail.outbox[0].to == ["a@example.org"]
    assert f"https://lucid.example/join/{secret}/" in mail.outbox[0].body


def test_second_invitation_takes_the_place_of_the_first(invited, team, at):
    members.invite(team=team.row, email="new@example.org", roles=["lead"], by=team.admin, at=at)

    with pytest.raises(members.InvitationGone):
        members.find_invitation(secret=invited[1], at=at)
    assert _events(team.row) == ["member.invited", "member.invitation_withdrawn", "member.invited"]


def test_member_is_not_invited_again(team, at):
    with pytest.raises(members.AlreadyMember):
        members.invite(team=team.row, email=team.lead.email.upper(), roles=["lead"], by=team.admin, at=at)


@pytest.mark.parametrize("roles", [[], ["owner"], ["lead", ""]])
def test_invitation_names_known_roles(team, at, roles):
    with pytest.raises(members.UnknownRole):
        members.invite(team=team.row, email="a@example.org", roles=roles, by=team.admin, at=at)


def test_new_person_joins_with_a_password(invited, team, at):
    membership = members.accept(secret=invited[1], name="Nia", password="correct horse battery", at=at)

    person = membership.user
    assert (person.email, person.name, membership.roles) == ("new@example.org", "Nia", ["reviewer"])
    assert person.check_password("correct horse battery")
    assert membership.history.get().history_user == person
    assert _events(team.row) == ["member.invited", "member.joined"]


def test_invitation_works_once(invited, at):
    members.accept(secret=invited[1], name="Nia", password="correct horse battery", at=at)

    with pytest.raises(members.InvitationGone):
        members.accept(secret=invited[1], name="Eve", password="correct horse battery", at=at)


def test_invitation_ends(invited, at):
    with pytest.raises(members.InvitationGone):
        members.accept(secret=invited[1], at=at + timedelta(days=members.INVITATION_DAYS))


def test_withdrawn_invitation_lets_nobody_in(invited, team, at):
    members.revoke_invitation(invitation=invited[0], by=team.admin, at=at)

    with pytest.raises(members.InvitationGone):
        members.accept(secret=invited[1], name="Nia", password="correct horse battery", at=at)
    with pytest.raises(members.InvitationGone):
        members.revoke_invitation(invitation=invited[0], by=team.admin, at=at)


def test_account_is_taken_over_by_no_invitation(invited, other_team, at):
    User.objects.create_user("new@example.org", "correct horse battery")

    with pytest.raises(members.HasAccount):
        members.accept(secret=invited[1], name="Eve", password="another password", at=at)
    with pytest.raises(members.OtherPerson):
        members.accept(secret=invited[1], user=other_team.admin, at=at)


def test_person_of_another_team_joins_as_self(team, other_team, at):
    _, secret = members.invite(team=team.row, email=other_team.lead.email, roles=["auditor"], by=team.admin, at=at)

    membership = members.accept(secret=secret, user=other_team.lead, at=at)

    assert (membership.user, membership.roles) == (other_team.lead, ["auditor"])
    assert _membership(other_team, other_team.lead).roles == ["lead"]


def test_removed_person_comes_back_with_the_invited_roles(team, at):
    members.remove(membership=_membership(team, team.lead), by=team.admin, at=at)
    _, secret = members.invite(team=team.row, email=team.lead.email, roles=["member"], by=team.admin, at=at)

    membership = members.accept(secret=secret, user=team.lead, at=at)

    assert membership == _membership(team, team.lead)
    assert (membership.roles, membership.removed_at) == (["member"], None)


def test_roles_are_set_in_one_order_with_their_history(team, at):
    membership = members.set_roles(
        membership=_membership(team, team.member), roles=["lead", "admin", "lead"], by=team.admin, at=at
    )

    assert _membership(team, team.member).roles == ["admin", "lead"]
    event = Event.objects.of_log(team.row.trail_log).get()
    assert event.content()["data"] == {"before": ["member"], "after": ["admin", "lead"]}
    newest = membership.history.first()
    assert (newest.history_user, newest.history_change_reason) == (team.admin, "roles set")


def test_same_roles_again_are_no_event(team, at):
    members.set_roles(membership=_membership(team, team.lead), roles=["lead"], by=team.admin, at=at)

    assert _events(team.row) == []


def test_last_admin_stays(team, at):
    own = _membership(team, team.admin)

    with pytest.raises(members.LastAdmin):
        members.set_roles(membership=own, roles=["member"], by=team.admin, at=at)
    with pytest.raises(members.LastAdmin):
        members.remove(membership=own, by=team.admin, at=at)
    assert _membership(team, team.admin).roles == ["admin"]
    assert _events(team.row) == []


def test_admin_goes_where_another_stays(team, at):
    recipes.membership(team.row, user=recipes.user(), roles=[Role.ADMIN])

    gone = members.remove(membership=_membership(team, team.admin), by=team.admin, at=at)

    assert gone.removed_at == at
    assert not gone.may("view")
    with pytest.raises(Membership.DoesNotExist):
        members.remove(membership=gone, by=team.lead, at=at)


def test_admin_who_was_switched_off_does_not_count(team, at):
    recipes.membership(team.row, user=recipes.user(is_active=False), roles=[Role.ADMIN])

    with pytest.raises(members.LastAdmin):
        members.remove(membership=_membership(team, team.admin), by=team.admin, at=at)
