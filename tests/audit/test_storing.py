"""Storing events: few or many the same, and patient with a head that is locked."""

import time
from threading import Event as Signal
from threading import Thread

import pytest
from django.db import OperationalError, connection, transaction

from audit import checking, storing, trail
from audit.models import Event, LogHead
from audit.verify import canonical

TEAM = trail.Target("team", "team_a")


def record(count, at, log="team_a", **details):
    with trail.unit_of_work(at=at) as unit:
        for number in range(count):
            unit.record("team.created", target=TEAM, by=trail.SYSTEM, log=log, data={"slug": f"n{number}"}, **details)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 2, 19, 20, 300])
def test_any_number_of_events_makes_a_sound_log(count, at):
    record(1, at, private={"note": "before"})
    record(count, at)
    record(1, at, private={"note": "after"})

    report = checking.check("team_a")
    assert (report.faults, report.size) == ([], count + 2)
    ends = Event.objects.filter(seq__in=(2, count + 1)).order_by("seq")
    assert [event.content()["data"]["slug"] for event in ends] == list(dict.fromkeys(["n0", f"n{count - 1}"]))


@pytest.mark.django_db
@pytest.mark.usefixtures("loose")
def test_a_record_is_canonical_whatever_it_says(at):
    said = {"slug": '"prev":"","seq":1,\u2028\N{SNOWMAN}\\', "origin": None, "demo": True, "time_zone": ["x", {"a": 1}]}
    with trail.unit_of_work(at=at) as unit:
        unit.record("team.created", target=TEAM, by=trail.SYSTEM, log="team_a", data=said, private={"note": "x"})

    body = bytes(Event.objects.get().body)
    content = canonical.loads(body)
    assert canonical.dumps(content) == body
    assert (content["data"], content["seq"], content["prev"], [*content["private"]]) == (said, 1, "00" * 32, ["note"])


def nested(depth):
    value = "x"
    for _ in range(depth):
        value = [value]
    return {"slug": value}


@pytest.mark.django_db
@pytest.mark.usefixtures("loose")
def test_data_may_be_as_deep_as_a_record_that_can_be_read_again(at):
    def write(depth):
        with trail.unit_of_work(at=at) as unit:
            unit.record("team.created", target=TEAM, by=trail.SYSTEM, log="team_a", data=nested(depth))

    write(canonical.MAX_DEPTH - 2)
    with pytest.raises(canonical.NotCanonical):
        write(canonical.MAX_DEPTH - 1)

    assert Event.objects.get().content()["data"] == nested(canonical.MAX_DEPTH - 2)


@pytest.mark.django_db
def test_a_head_that_moved_while_it_was_locked_stores_nothing(at, monkeypatch):
    record(2, at)
    monkeypatch.setattr(storing, "_MOVE", f"{storing._MOVE} AND 1 = 0")  # no lock lets this happen

    with pytest.raises(storing.Forked):
        record(1, at)

    assert LogHead.objects.get().size == Event.objects.count() == 2


needs_locks = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")


@needs_locks
@pytest.mark.django_db(transaction=True)
def test_a_locked_head_is_waited_for_again_and_nothing_is_lost(at, monkeypatch):
    monkeypatch.setattr(storing, "_LOCK", storing._LOCK.replace("2s", "50ms"))
    record(1, at)
    held, tried = Signal(), Signal()
    pauses = []
    monkeypatch.setattr(storing.time, "sleep", lambda seconds: (pauses.append(seconds), tried.set()))

    def hold():
        with transaction.atomic():  # noqa: TID251  (another writer that takes its time)
            LogHead.objects.select_for_update().get(log="team_a")
            held.set()
            tried.wait(10)
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    held.wait(10)
    record(1, at)
    holder.join()

    assert 1 <= len(pauses) <= 3
    assert (checking.check("team_a").faults, LogHead.objects.get().size) == ([], 2)


@needs_locks
@pytest.mark.django_db(transaction=True)
def test_a_head_that_stays_locked_fails_the_unit_as_a_whole(at, monkeypatch):
    monkeypatch.setattr(storing, "_LOCK", storing._LOCK.replace("2s", "20ms"))
    monkeypatch.setattr(storing, "PAUSES", (0.01, 0.01, 0.01))
    record(1, at)
    held, done = Signal(), Signal()

    def hold():
        with transaction.atomic():  # noqa: TID251  (another writer that hangs)
            LogHead.objects.select_for_update().get(log="team_a")
            held.set()
            done.wait(10)
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    held.wait(10)
    began = time.monotonic()
    with pytest.raises(OperationalError, match="lock timeout"):
        record(1, at, private={"note": "x"})
    done.set()
    holder.join()

    assert 0.08 <= time.monotonic() - began < 5
    assert (checking.check("team_a").faults, LogHead.objects.get().size) == ([], 1)
