"""Checkpoints by mail, and the tick that signs and delivers."""

from datetime import timedelta

import pytest

from accounts.enums import Role
from accounts.models import Membership
from audit import keys, trail
from audit.checkpoints import signer
from audit.models import Checkpoint, Delivery
from compliance import tasks
from compliance.sealing import sealing
from tests import recipes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signs")]


@pytest.fixture
def seal(at):
    return lambda hours=0: sealing.seal(now=at + timedelta(hours=hours))


def of_mail():
    return list(Delivery.objects.filter(sink="mail").order_by("pk").values_list("state", "error"))


def test_auditors_get_the_newest_checkpoint_of_their_team_once_a_day(team, happen, seal, mailoutbox):
    happen("team.created")
    seal()
    happen("team.changed")
    seal(1)

    [mail] = mailoutbox
    row = Checkpoint.objects.filter(log=team.row.trail_log).earliest("pk")
    assert (mail.to, mail.subject) == (
        [team.auditor.email],
        f"Checkpoint of the audit log of {team.row.name}: 1 events",
    )
    assert row.note in mail.body
    assert mail.attachments[0][:2] == (f"{team.row.trail_log}-1.note", row.note)
    assert of_mail() == [("confirmed", "")]
    seal(25)
    assert len(mailoutbox) == 2
    assert [name for name, *_ in mailoutbox[1].attachments] == [
        f"{team.row.trail_log}-2.note",
        f"{trail.INSTALLATION}-1.note",
    ]


def test_a_team_without_an_auditor_is_said_in_the_journal_and_tried_again(team, happen, seal, mailoutbox):
    Membership.objects.of(team.row).filter(user=team.auditor).update(removed_at=recipes.AT)
    happen("team.created")
    seal()
    assert (of_mail(), mailoutbox) == ([("failed", "nobody in the team has the role Auditor")], [])

    recipes.membership(team.row, user=recipes.user(), roles=[Role.AUDITOR])
    seal(1)

    assert (of_mail()[0][0], len(mailoutbox)) == ("confirmed", 1)


def test_no_mail_about_a_demo_team(team, happen, seal, mailoutbox):
    team.row.is_demo = True
    team.row.save()
    happen("team.created")

    seal()

    assert (of_mail(), mailoutbox) == ([], [])


def test_a_mail_server_that_is_down_is_tried_again(team, happen, seal, settings, mailoutbox):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    happen("team.created")
    seal()
    state, error = of_mail()[0]
    assert (state, error.startswith("ConnectionRefusedError")) == ("failed", True)

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    seal(1)

    assert (of_mail()[0], len(mailoutbox)) == (("confirmed", ""), 1)


def test_deliveries_need_no_key(team, happen, seal, signs, mailoutbox, at):
    happen("team.created")
    signer.sign(team.row.trail_log, at=at)
    (signs / "keys" / "checkpoint.1.key").unlink()

    with pytest.raises(keys.NoKey):
        seal(1)

    assert len(mailoutbox) == 1


def test_the_tick_wakes_the_signing_worker_only_where_something_is_due(team, happen, monkeypatch, at):
    woken = []
    monkeypatch.setattr(tasks.seal, "apply_async", lambda **options: woken.append(options))
    tasks.tick()
    assert woken == []

    happen("team.created")
    tasks.tick()
    assert woken == [{"expires": 30}]
    tasks.seal()
    assert Checkpoint.objects.filter(log=team.row.trail_log).exists()
