"""The age of the newest confirmed checkpoint: on the page, as an alarm, and checked once a day."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from audit import testing, trail
from audit.checkpoints import signing_keys
from audit.models import Checkpoint, Delivery, Event
from compliance import tasks
from compliance.sealing import alarms, daily, sealing, standing
from reviews.models import Notice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signs")]
URL = reverse("compliance:checkpoints", args=["north"])
TRAIL = reverse("compliance:trail", args=["north"])


@pytest.fixture(autouse=True)
def _no_memory():
    cache.clear()


@pytest.fixture
def seal(at):
    return lambda minutes=0: sealing.seal(now=at + timedelta(minutes=minutes))


@pytest.fixture
def stands(team, at):
    """Of the team's log so many minutes later: colour, unsealed events, reason."""

    def look(minutes):
        found = standing.of(team.row.trail_log, now=at + timedelta(minutes=minutes))
        return "red" if found.is_stale else "amber" if found.is_late else "green", found.unsealed, found.reason

    return look


def test_colours_go_by_the_oldest_event_that_waits_and_idle_logs_by_the_hour(happen, seal, stands, at):
    assert stands(999) == ("green", 0, "")
    happen("team.created", at=at)
    assert [stands(m) for m in (15, 16, 61)] == [("green", 1, ""), ("amber", 1, ""), ("red", 1, "stale")]

    seal()
    assert [stands(m) for m in (16, 60, 61)] == [("green", 0, ""), ("green", 0, ""), ("red", 0, "stale")]
    happen("team.changed", at=at + timedelta(minutes=50))
    assert [stands(m) for m in (60, 66)] == [("green", 1, ""), ("red", 1, "stale")]
    seal(70)
    assert stands(80) == ("green", 0, "")


def test_only_what_a_place_confirmed_counts(happen, seal, stands, at, settings, signs):
    settings.CHECKPOINT_FOLDER = signs / "file"
    settings.CHECKPOINT_FOLDER.write_text("no folder")
    settings.CHECKPOINT_SINKS = ["audit.checkpoints.directory.Directory"]
    happen("team.created", at=at)
    seal()

    assert (Checkpoint.objects.count(), stands(61)) == (1, ("red", 1, "stale"))


def tell_refused(team, at):
    with trail.unit_of_work(at=at) as unit:
        log = team.row.trail_log
        unit.record(
            "checkpoint.refused",
            target=trail.Target("log", log),
            by=trail.SYSTEM,
            log=log,
            data={"reason_code": "smaller", "signed": 9},
            private={"found": "9 events were signed, and the log has 1"},
        )


def test_a_refusal_is_red_until_a_checkpoint_is_signed_again(team, happen, seal, stands, at):
    happen("team.created", at=at)
    seal()
    tell_refused(team, at)
    assert stands(1) == ("red", 1, "refused")

    seal(2)

    assert stands(3)[0] == "green"


def told():
    return sorted(Notice.objects.across_teams().values_list("person__email", "kind"))


def test_red_is_an_alarm_to_auditors_and_admins_once_and_not_right_after_a_start(team, happen, at):
    happen("team.created", at=at)
    red = at + timedelta(minutes=61)
    alarms.attend(now=red)
    assert told() == []

    for minutes in (3, 4, 60):
        alarms.attend(now=red + timedelta(minutes=minutes))

    assert told() == [("admin@north.example", "seal"), ("auditor@north.example", "seal")]
    alarm = Event.objects.get(type="audit.alarm")
    assert alarm.content()["data"] == {"reason_code": "stale"}
    assert Notice.objects.across_teams().first().page_arg == alarm.public_id
    Notice.objects.across_teams().update(read_at=at)
    alarms.attend(now=red + timedelta(days=1, minutes=4))
    alarms.attend(now=red + timedelta(days=1, minutes=8))
    assert len(told()) == 4


def test_a_log_that_is_sealed_again_is_no_alarm(team, happen, seal, at):
    happen("team.created", at=at)
    alarms.attend(now=at + timedelta(minutes=61))
    seal(62)
    alarms.attend(now=at + timedelta(minutes=70))

    assert told() == []


def test_every_log_is_verified_once_a_day_against_what_is_outside(team, happen, seal, at):
    log = team.row.trail_log
    happen("team.created", at=at)
    seal()
    assert daily.due(now=at + timedelta(hours=23)) == []
    later = at + timedelta(hours=25)
    assert daily.due(now=later) == [trail.INSTALLATION, log]

    report = daily.verify(log, at=later)

    assert (report.faults, report.checked["checkpoints"]) == ([], 3)  # the row, the signer's file, the folder's note
    event = Event.objects.get(type="audit.verified")
    assert (event.content()["data"]["door"], event.outcome) == ("daily", "success")
    assert daily.due(now=later + timedelta(hours=1)) == [trail.INSTALLATION]
    assert told() == []


def test_a_log_that_was_cut_is_found_by_the_daily_check_and_told(team, happen, seal, at):
    log = team.row.trail_log
    happen("team.created", at=at)
    seal()
    with testing.guards_open():
        Delivery.objects.all().delete()
        Checkpoint.objects.all().delete()
        Event.objects.filter(log=log).update(body=b"{}")

    report = daily.verify(log, at=at + timedelta(days=1))

    assert not report.is_sound
    assert Event.objects.get(type="audit.verified").outcome == "failure"
    assert told() == [("admin@north.example", "seal"), ("auditor@north.example", "seal")]


def test_a_foreign_note_in_the_folder_is_an_alarm(team, happen, seal, at, signs):
    log = team.row.trail_log
    happen("team.created", at=at)
    seal()
    note = Checkpoint.objects.get(log=log).note
    forged = note.replace("\n1\n", "\n2\n")
    (signs / "checkpoints" / log / "000000000002-x.note").write_text(forged)

    daily.verify(log, at=at + timedelta(days=1))

    assert Event.objects.get(type="audit.alarm").content()["data"] == {"reason_code": "notes"}


def test_a_log_that_another_worker_verifies_is_left_to_it(team, happen, at):
    happen("team.created", at=at)
    cache.set(f"verifying-{team.row.trail_log}", True)

    assert daily.verify(team.row.trail_log, at=at) is None
    assert not Event.objects.filter(type="audit.verified").exists()


def test_the_tick_wakes_the_daily_check(team, happen, monkeypatch):
    woken = []
    monkeypatch.setattr(tasks.verify_daily, "apply_async", lambda **options: woken.append(options))
    monkeypatch.setattr(tasks.seal, "apply_async", lambda **options: None)
    happen("team.created", at=timezone.now() - timedelta(days=2))

    tasks.tick()
    tasks.verify_daily()

    assert woken == [{"expires": 30}]
    assert Event.objects.filter(type="audit.verified").count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_lists_checkpoints_with_notes_and_the_public_key(
    client, team, happen, seal, count, django_assert_max_num_queries
):
    for number in range(count):
        happen("team.changed", at=timezone.now())
        seal(number * 2)
    client.force_login(team.auditor)

    with django_assert_max_num_queries(18):
        page = client.get(URL).content.decode()

    key = signing_keys.published()[0]
    newest = Checkpoint.objects.filter(log=team.row.trail_log).latest("pk")
    assert page.count('<pre class="verbatim mono">') == count
    assert newest.note.splitlines()[2] in page
    assert (key.encode() in page, key.fingerprint in page) == (True, True)
    assert "Folder: confirmed" in page


def test_pages_say_when_the_log_was_sealed_and_what_the_signer_found(client, team, happen, seal, at):
    client.force_login(team.auditor)
    assert "not sealed yet" in client.get(TRAIL).content.decode()
    assert "No checkpoint yet" in client.get(URL).content.decode()
    happen("team.created", at=timezone.now())
    sealing.seal(now=timezone.now())
    assert "sealed now" in client.get(TRAIL).content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert URL in client.get(TRAIL).content.decode()

    tell_refused(team, timezone.now())

    page = client.get(URL).content.decode()
    assert "9 events were signed, and the log has 1" in page
    assert "chip--blocking" in client.get(TRAIL).content.decode()


def test_only_readers_of_the_trail_see_the_page(client, team):
    client.force_login(team.member)

    assert client.get(URL).status_code == 403
