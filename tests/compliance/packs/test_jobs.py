"""Packs on their way: how often, by whom, what is left where a worker dies, and when they go."""

from datetime import UTC, datetime, timedelta

import pytest

from audit import ids
from audit.models import Event
from audit.verify import packing
from compliance import ticking
from compliance.models import Export, ExportDefinition
from compliance.packs import definitions, files, jobs, limiting
from compliance.packs.scopes import Scope
from reviews.models import Notice
from reviews.talking import mailing
from tests import agent_recipes
from tests.compliance.packs import scenes
from tests.recipes import AT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _happened(team, happen):
    happen("team.created", private={"name": "Secret name"})


def ask(team, *, at=AT, by=None):
    given = {"scope": Scope(), "disclosure": "reasons", "by": by or team.auditor, "at": at}
    return jobs.ask(team=team.row, teams=[team.row], **given)


def perform(export, *, at=AT):
    return jobs.perform(export_id=export.pk, now=at, clock=lambda: at)


def told(team, type):
    return [one.content() for one in Event.objects.of_log(team.row.trail_log).oldest_first().filter(type=type)]


def test_a_pack_that_is_ready_is_an_event_with_its_hash_and_tells_who_asked(team):
    export = perform(ask(team))

    (made,) = told(team, "export.made")
    assert (made["data"]["sha256"], made["data"]["bytes"]) == files.sha256_of(export.public_id)
    assert made["actor"]["id"] == team.auditor.public_id
    assert made["data"]["completeness"] == "contiguous"
    notice = Notice.objects.of(team.row).select_related("team").get()
    assert (notice.person, notice.kind) == (team.auditor, "export")
    sent = mailing.message([notice], team=team.row, person=team.auditor)
    assert export.get_absolute_url() in sent.body
    assert "Secret name" not in sent.body
    assert files.path_of(export.public_id).stat().st_mode & 0o077 == 0


def test_what_is_too_large_for_one_pack_is_refused_before_it_is_written(team, happen, monkeypatch):
    happen(*["team.changed"] * 20)
    monkeypatch.setattr(packing, "LIMITS", packing.Limits(file=3_000))
    monkeypatch.setattr(packing, "Writer", None)  # nothing may be written
    export = perform(ask(team))

    assert (export.state, files.path_of(export.public_id).exists()) == ("failed", False)
    assert "more than 3,000 bytes in one file. Ask for several packs, of shorter times each." in export.problem
    assert [one["outcome"] for one in told(team, "export.failed")] == ["failure"]


def test_too_many_texts_for_one_pack_are_refused_before_it_is_written(team, monkeypatch):
    space = agent_recipes.namespace(team.row)
    agent_recipes.memories(space, {f"/{number}.md": f"- {number}\n" for number in range(4)})
    monkeypatch.setattr(packing, "LIMITS", packing.Limits(files=3))
    monkeypatch.setattr(packing, "Writer", None)

    assert "more than 3 files" in perform(ask(team)).problem


def test_the_seventh_within_an_hour_is_refused_whatever_the_form(team):
    for minute in range(limiting.LIMIT):
        ask(team, at=AT + timedelta(minutes=minute))

    with pytest.raises(limiting.TooMany) as limit:
        ask(team, at=AT + timedelta(minutes=30))

    assert limit.value.again_at == AT + timedelta(hours=1)
    assert [one["data"]["reason_code"] for one in told(team, "access.denied")] == ["too_many"]
    assert ask(team, at=AT + timedelta(hours=1)).state == "queued"


def test_a_pack_is_made_by_one_worker(team):
    export = ask(team)
    taken = []

    def clock():
        if not taken:
            taken.append(perform(export, at=AT))
        return AT

    assert jobs.perform(export_id=export.pk, now=AT, clock=clock).state == "ready"
    assert taken == [None]
    assert perform(export) is None
    assert len(told(team, "export.made")) == 1


def test_a_worker_that_lost_its_lease_keeps_nothing(team):
    export = ask(team)
    late = AT + timedelta(seconds=61)
    inner = []

    def clock():
        if not inner:
            inner.append(perform(export, at=late) if Export.objects.of(team.row).get().plan else None)
            inner[:] = [one for one in inner if one]
        return AT

    outer = jobs.perform(export_id=export.pk, now=AT, clock=clock)

    assert [one.state for one in inner] == ["ready"]
    assert outer.sha256 == inner[0].sha256 == files.sha256_of(export.public_id)[0]
    assert (outer.fence, len(told(team, "export.made"))) == (2, 1)
    assert not list(files.folder().glob("*.part"))


def test_a_pack_that_kills_every_worker_fails_with_the_reason(team):
    export = ask(team)
    for attempt in range(jobs.MOST_ATTEMPTS):
        Export.objects.of(team.row).update(state="running", attempts=attempt + 1, lease_until=AT)

    export = perform(export, at=AT + timedelta(minutes=2))

    assert (export.state, export.problem) == ("failed", "Its worker was lost 3 times.")
    assert len(told(team, "export.failed")) == 1
    assert Notice.objects.of(team.row).get().kind == "export_failed"


def test_a_log_that_is_not_what_was_signed_makes_no_pack(team, signs):
    perform(ask(team))
    for path in (signs / "signer").rglob("*"):
        path.unlink() if path.is_file() else None

    export = perform(ask(team, at=AT + timedelta(minutes=1)))

    assert export.state == "failed"
    assert export.problem.startswith("No checkpoint could be signed:")


def test_a_canceled_pack_leaves_nothing(team, django_capture_on_commit_callbacks):
    export = perform(ask(team))
    waiting = ask(team, at=AT + timedelta(minutes=1))

    with django_capture_on_commit_callbacks(execute=True):
        jobs.cancel(export=waiting, by=team.auditor, at=AT)
        jobs.cancel(export=export, by=team.auditor, at=AT)

    assert perform(waiting) is None
    assert len(told(team, "export.canceled")) == 1
    assert files.path_of(export.public_id).exists()


def test_a_pack_goes_after_its_time_and_its_hash_stays(team):
    export = perform(ask(team))

    assert jobs.expire_due(now=AT + jobs.KEPT - timedelta(seconds=1)) == 0
    assert jobs.expire_due(now=AT + jobs.KEPT) == 1
    assert jobs.expire_due(now=AT + jobs.KEPT) == 0

    export.refresh_from_db()
    assert (export.state, len(export.sha256)) == ("expired", 64)
    assert not files.path_of(export.public_id).exists()
    assert len(told(team, "export.expired")) == 1


def test_the_tick_wakes_for_what_was_lost(team, monkeypatch):
    woken = []
    monkeypatch.setattr("compliance.tasks.wake_pack", woken.append)
    monkeypatch.setattr("compliance.tasks.wake_seal", lambda: None)
    lost, fresh = ask(team), ask(team, at=AT + timedelta(seconds=40))

    ticking.tick(now=AT + timedelta(seconds=45))

    assert (woken.count(lost.pk), woken.count(fresh.pk)) == (1, 0)


def kept(team, *, at, zone="Europe/Berlin", **values):
    team.row.time_zone = zone
    team.row.save()
    given = {"format": "pack", "period": "month", "disclosure": "reasons", "monthly": True} | values
    return definitions.save(team=team.row, name="Monthly", scope=Scope(since=AT), by=team.auditor, at=at, **given)


def test_a_monthly_pack_is_asked_for_once_a_month_where_the_team_is(team):
    row = kept(team, at=AT)

    assert row.next_at == datetime(2026, 3, 31, 22, tzinfo=UTC)  # midnight in Berlin, in summer time
    assert definitions.start_due(now=row.next_at - timedelta(seconds=1)) == []
    (export,) = definitions.start_due(now=row.next_at)
    assert definitions.start_due(now=row.next_at) == []
    assert (export.period, export.asked_by) == ("2026-03", None)
    assert Scope.of_json(export.scope).since == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert Scope.of_json(export.scope).until == row.next_at
    export = perform(export, at=row.next_at)
    assert (export.state, scenes.faults(export)) == ("ready", [])
    assert [one.person for one in Notice.objects.of(team.row)] == [team.auditor]


def test_months_that_were_missed_are_made_each_once(team):
    row = kept(team, at=AT)
    late = datetime(2026, 6, 20, tzinfo=UTC)
    stale = ExportDefinition.objects.of(team.row).select_related("team").get(pk=row.pk)

    periods = [one.period for one in definitions.start_due(now=late)]

    assert periods == ["2026-03", "2026-04", "2026-05"]
    assert definitions._start(stale, late) == []  # another tick that read the row before
    row.refresh_from_db()
    assert row.next_at == datetime(2026, 6, 30, 22, tzinfo=UTC)


def test_only_a_pack_of_the_month_recurs_and_names_are_taken_once(team):
    kept(team, at=AT)

    with pytest.raises(definitions.NameTaken):
        kept(team, at=AT, monthly=False)
    with pytest.raises(definitions.NotMonthly):
        kept(team, at=AT, format="csv")
    with pytest.raises(definitions.NotMonthly):
        kept(team, at=AT, period="dates")


def test_what_is_kept_no_more_is_not_made(team):
    row = kept(team, at=AT)
    definitions.remove(definition=row, by=team.auditor, at=AT)

    assert definitions.start_due(now=datetime(2027, 1, 1, tzinfo=UTC)) == []
    assert list(definitions.kept(team.row)) == []
    assert [len(told(team, type)) for type in ("export.saved", "export.removed")] == [1, 1]


def test_an_erasure_takes_files_away_and_what_is_being_made_begins_anew(team):
    ready, export = perform(ask(team)), ask(team, at=AT + timedelta(minutes=1))
    plans = []

    def clock():
        row = Export.objects.of(team.row).get(pk=export.pk)
        if row.plan and not plans:
            plans.append(row.plan)
            assert jobs.take_back(team=team.row, erasure=ids.new("ers"), at=AT) == 2
        return AT

    assert jobs.perform(export_id=export.pk, now=AT, clock=clock).state == "queued"
    assert not list(files.folder().iterdir())
    ready.refresh_from_db()
    assert ready.state == "expired"
    again = perform(export, at=AT + timedelta(minutes=2))
    assert (again.state, scenes.faults(again)) == ("ready", [])
    assert again.plan != plans[0]
