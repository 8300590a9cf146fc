from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts import confirming, tasks
from accounts.confirming import kinds, mailing
from accounts.enums import ConfirmationState, Digest, Role
from accounts.models import Confirmation, Membership, Team
from audit.models import Event
from tests import recipes
from tests.accounts import confirmations
from tests.recipes import AT

LATER = AT + timedelta(hours=1)
STATES = list(ConfirmationState)
ROLES = ("admin", "lead", "reviewer", "auditor", "security", "member")
RELATIONS = ("asker", "other", "removed", "stranger")


@pytest.fixture(autouse=True)
def _rename(monkeypatch):
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    confirmations.register()


def asked(team, **values):
    return confirmations.ask(team.row, by=values.pop("by", team.lead), **values)


def events(team, *types):
    found = Event.objects.filter(log=team.row.public_id).order_by("seq")
    return [
        (one.type, one.outcome, one.actor_id)
        for one in found
        if one.type in types or one.type.startswith("confirmation")
    ]


def put(row, state):
    """A row in this state, whatever led there."""
    by = row.asked_by if state in ("withdrawn",) else None
    waived = state == ConfirmationState.CONFIRMED
    Confirmation.objects.of(row.team).filter(pk=row.pk).update(
        state=state,
        waived=waived,
        decided_by=row.asked_by if waived else by,
        decided_at=None if state == ConfirmationState.WAITING else LATER,
    )


def person(team, role, relation, row_asker):
    """Somebody of this role who stands so to what was asked."""
    if relation == "asker":
        return row_asker
    user = recipes.user()
    if relation != "stranger":
        removed = LATER if relation == "removed" else None
        recipes.membership(team.row, user=user, roles=[role], removed_at=removed)
    return user


def reason(relation, role, state):
    """Why it is denied, as the rules say; empty where it is not."""
    if relation in ("removed", "stranger"):
        return "not_member"
    if state != ConfirmationState.WAITING:
        return "settled"
    if relation == "asker":
        return "same_person"
    return "" if role in ("lead", "security") else "no_permission"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("verb", ("confirm", "refuse"))
def test_only_another_person_with_the_permission_decides_while_it_waits(team, verb, role, relation, state):
    row = asked(team)
    by = person(team, role, relation, row.asked_by)
    put(row, state)
    more = {"reason": "Not now."} if verb == "refuse" else {}
    expected, ends = reason(relation, role, state), {"confirm": "confirmed", "refuse": "refused"}

    try:
        getattr(confirming, verb)(team=team.row, confirmation_id=row.public_id, by=by, at=LATER, **more)
        denied = ""
    except confirming.Denied as refusal:
        denied = refusal.code

    row.refresh_from_db()
    team.row.refresh_from_db()
    told = Event.objects.filter(type="access.denied", outcome="denied", actor_id=by.public_id, target_id=row.public_id)
    assert denied == expected
    assert row.state == (state if expected else ends[verb])
    assert (team.row.name == "Northern") == (not expected and verb == "confirm")
    assert [one.content()["data"]["reason_code"] for one in told] == ([expected] if expected else [])


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("relation", RELATIONS)
def test_only_who_asked_withdraws(team, relation, state):
    row = asked(team)
    by = person(team, Role.LEAD, relation, row.asked_by)
    put(row, state)
    expected = reason(relation, "lead", state) or "not_asker"
    expected = {"same_person": ""}.get(expected, expected)

    try:
        confirming.withdraw(team=team.row, confirmation_id=row.public_id, by=by, at=LATER)
        denied = ""
    except confirming.Denied as refusal:
        denied = refusal.code

    row.refresh_from_db()
    assert denied == expected
    assert row.state == (state if expected else "withdrawn")


def test_confirming_performs_in_one_unit_with_its_events(team):
    row = asked(team)

    confirming.confirm(team=team.row, confirmation_id=row.public_id, by=team.security, at=LATER)

    row.refresh_from_db()
    team.row.refresh_from_db()
    assert (row.state, row.decided_by, row.decided_at, row.waived) == ("confirmed", team.security, LATER, False)
    assert team.row.name == "Northern"
    assert events(team, "team.changed") == [
        ("confirmation.asked", "success", team.lead.public_id),
        ("confirmation.confirmed", "success", team.security.public_id),
        ("team.changed", "success", team.security.public_id),
    ]


def test_what_moved_meanwhile_is_not_performed(team):
    row = asked(team)
    Team.objects.filter(pk=team.row.pk).update(name="Southern")

    confirming.confirm(team=team.row, confirmation_id=row.public_id, by=team.security, at=LATER)

    row.refresh_from_db()
    team.row.refresh_from_db()
    assert (row.state, row.reason) == ("failed", "The team is called Southern now.")
    assert team.row.name == "Southern"
    assert events(team, "team.changed")[1:] == [("confirmation.failed", "failure", team.security.public_id)]


def test_an_error_while_performing_leaves_it_waiting(team):
    confirming.performs(confirmations.KIND, label="Rename", permission="dismiss", perform=lambda row, *, by, at: 1 / 0)
    row = asked(team)

    with pytest.raises(ZeroDivisionError):
        confirming.confirm(team=team.row, confirmation_id=row.public_id, by=team.security, at=LATER)

    row.refresh_from_db()
    assert row.state == "waiting"
    assert events(team) == [("confirmation.asked", "success", team.lead.public_id)]


@pytest.mark.parametrize("change", ({"removed_at": LATER}, {"roles": ["member"]}))
def test_nothing_is_performed_for_who_may_not_ask_any_more(team, change):
    row = asked(team)
    Membership.objects.of(team.row).filter(user=team.lead).update(**change)

    confirming.confirm(team=team.row, confirmation_id=row.public_id, by=team.security, at=LATER)

    row.refresh_from_db()
    assert (row.state, row.reason) == ("failed", "Who asked for this may not do so any more.")


def test_who_may_not_ask_is_denied_and_told(team):
    with pytest.raises(confirming.NotAllowed, match="Admin or Lead"):
        asked(team, by=team.auditor)

    assert not Confirmation.objects.of(team.row).exists()
    assert events(team, "access.denied") == [("access.denied", "denied", team.auditor.public_id)]


def test_machines_neither_ask_nor_agree(team):
    token = recipes.api_token(team.row, created_by=team.security)
    row = asked(team)

    with pytest.raises(ValueError, match="must be a"):
        asked(team, by=token)
    with pytest.raises(confirming.NotAPerson):
        confirming.confirm(team=team.row, confirmation_id=row.public_id, by=token, at=LATER)

    assert events(team, "access.denied")[1:] == [("access.denied", "denied", token.public_id)]


def test_a_row_of_another_team_is_not_found(team, other_team):
    row = asked(team)

    with pytest.raises(Confirmation.DoesNotExist):
        confirming.confirm(team=other_team.row, confirmation_id=row.public_id, by=other_team.lead, at=LATER)


def test_asking_again_withdraws_what_waited(team):
    first = asked(team)
    other_target = asked(team, target="another")

    second = asked(team, name="Nordic", at=LATER)

    for row in (first, other_target, second):
        row.refresh_from_db()
    assert [row.state for row in (first, other_target, second)] == ["withdrawn", "waiting", "waiting"]
    assert Event.objects.get(type="confirmation.withdrawn").content()["data"]["replaced_by"] == second.public_id


def test_it_expires_after_a_week(team):
    row = asked(team)
    fresh = asked(team, target="another", at=LATER)

    with pytest.raises(confirming.Settled, match="expired"):
        confirming.confirm(team=team.row, confirmation_id=row.public_id, by=team.security, at=AT + timedelta(days=7))
    assert confirming.expire_due(now=AT + timedelta(days=7)) == 1
    assert confirming.expire_due(now=AT + timedelta(days=7)) == 0

    row.refresh_from_db()
    fresh.refresh_from_db()
    assert (row.state, row.decided_by, fresh.state) == ("expired", None, "waiting")
    assert events(team)[-1] == ("confirmation.expired", "success", "system")


def alone(team, *, keep):
    Membership.objects.of(team.row).exclude(user=keep).update(removed_at=AT)


def test_a_team_of_one_that_says_so_needs_no_second_person(team):
    alone(team, keep=team.lead)
    Team.objects.filter(pk=team.row.pk).update(sole_reviewer=True)

    row = asked(team)

    row.refresh_from_db()
    team.row.refresh_from_db()
    assert (row.state, row.waived, row.decided_by) == ("confirmed", True, team.lead)
    assert team.row.name == "Northern"
    assert [type for type, _, _ in events(team)] == ["confirmation.asked", "confirmation.waived"]


@pytest.mark.parametrize(("sole", "is_alone"), ((False, True), (True, False), (False, False)))
def test_nothing_is_waived_where_a_second_person_could_agree_or_the_team_does_not_say_so(team, sole, is_alone):
    if is_alone:
        alone(team, keep=team.lead)
    Team.objects.filter(pk=team.row.pk).update(sole_reviewer=sole)

    row = asked(team)

    assert row.state == "waiting"
    with pytest.raises(confirming.SamePerson):
        confirming.confirm(team=team.row, confirmation_id=row.public_id, by=team.lead, at=LATER)


def test_what_waits_can_be_waived_once_the_team_says_so(team):
    alone(team, keep=team.lead)
    row = asked(team)
    Team.objects.filter(pk=team.row.pk).update(sole_reviewer=True)

    confirming.confirm(team=team.row, confirmation_id=row.public_id, by=team.lead, at=LATER)

    row.refresh_from_db()
    assert (row.state, row.waived) == ("confirmed", True)


def test_the_database_keeps_the_same_person_from_confirming(team):
    row = asked(team)

    with pytest.raises(IntegrityError), transaction.atomic():  # noqa: TID251
        Confirmation.objects.of(team.row).filter(pk=row.pk).update(
            state="confirmed", decided_by=team.lead, decided_at=LATER
        )
    with pytest.raises(IntegrityError), transaction.atomic():  # noqa: TID251
        Confirmation.objects.of(team.row).filter(pk=row.pk).update(
            state="confirmed", decided_by=team.security, decided_at=LATER, waived=True
        )


def test_titles_and_diffs_are_only_committed_to(team):
    asked(team)

    event = Event.objects.get(type="confirmation.asked")
    assert b"Northern" not in bytes(event.body)
    assert event.content()["data"]["about"] == "team"


def test_each_who_may_confirm_is_mailed_once_without_content(team, django_capture_on_commit_callbacks):
    team.second.notify_by = Digest.NEVER
    team.second.save()
    Membership.objects.of(team.row).filter(user=team.second).update(roles=["lead"])
    asked(team)

    assert (mailing.send_due(now=LATER), mailing.send_due(now=LATER)) == (1, 0)

    (message,) = mail.outbox
    assert message.to == [team.security.email]
    assert "Northern" not in message.subject + message.body
    assert "/confirmations/cnf_" in message.body


def test_the_tick_mails_and_expires(team):
    row = asked(team, at=timezone.now() - timedelta(days=8))
    fresh = asked(team, target="another", at=timezone.now())

    tasks.tick()

    row.refresh_from_db()
    fresh.refresh_from_db()
    assert (row.state, fresh.state) == ("expired", "waiting")
    assert [message.to for message in mail.outbox] == [[team.security.email]]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time by itself")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_finds_it_settled():
    team = recipes.people_of_a_team("north")
    row = asked(team)
    start, denied = Barrier(2), []

    def decide(verb, by, **more):
        start.wait()
        try:
            verb(team=team.row, confirmation_id=row.public_id, by=by, at=LATER, **more)
        except confirming.Settled as refusal:
            denied.append(refusal.code)
        finally:
            connection.close()

    lead = recipes.user()
    recipes.membership(team.row, user=lead, roles=[Role.LEAD])
    threads = [
        Thread(target=decide, args=(confirming.confirm, team.security)),
        Thread(target=decide, args=(confirming.refuse, lead), kwargs={"reason": "No."}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    decided = Event.objects.filter(type__in=("confirmation.confirmed", "confirmation.refused"))
    assert (denied, decided.count()) == (["settled"], 1)
