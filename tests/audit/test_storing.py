"""Storing events: few or many the same, and patient with a head that is locked."""

import time
from contextlib import contextmanager, suppress
from threading import Event as Signal
from threading import Thread, Timer

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit import checking, storing, trail
from audit.models import Event, LogHead
from audit.verify import canonical

TEAM = trail.Target("team", "team_a")


def record(count, at, log="team_a", **details):
    with trail.unit_of_work(at=at) as unit:
        for number in range(count):
            unit.record("team.created", target=TEAM, by=trail.SYSTEM, log=log, data={"slug": f"n{number}"}, **details)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 2, storing.FEW - 1, storing.FEW, 300])
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
        record(storing.FEW, at)

    assert LogHead.objects.get().size == Event.objects.count() == 2


needs_locks = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")


@contextmanager
def held_elsewhere():
    """Another writer that has the head of team_a until it is told to let go."""
    held, done = Signal(), Signal()

    def hold():
        with transaction.atomic():  # noqa: TID251
            LogHead.objects.select_for_update().get(log="team_a")
            held.set()
            done.wait(10)
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    held.wait(10)
    yield done
    done.set()
    holder.join()


@needs_locks
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [1, storing.FEW])
def test_a_locked_head_is_waited_for(at, count):
    record(1, at)

    with held_elsewhere() as done:
        Timer(0.2, done.set).start()
        began = time.monotonic()
        record(count, at)

    assert time.monotonic() - began > 0.15
    assert (checking.check("team_a").faults, LogHead.objects.get().size) == ([], 1 + count)


@pytest.fixture
def impatient(transactional_db, monkeypatch):
    """Both ways to wait for a head wait 50 ms."""
    monkeypatch.setattr(storing, "_PATIENCE", storing._PATIENCE.replace("8s", "50ms"))
    with connection.cursor() as cursor:
        cursor.execute("ALTER FUNCTION audit_append SET lock_timeout = '50ms'")
        yield
        cursor.execute("ALTER FUNCTION audit_append SET lock_timeout = '8s'")


@needs_locks
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [1, storing.FEW])
@pytest.mark.usefixtures("impatient")
def test_a_head_that_stays_locked_fails_the_unit_as_a_whole(at, count):
    record(1, at)

    with held_elsewhere(), pytest.raises(OperationalError, match="lock timeout"):
        record(count, at, private={"note": "x"})

    assert (checking.check("team_a").faults, LogHead.objects.get().size) == ([], 1)


def transaction_with_a_hook(at):
    with trail.unit_of_work(at=at) as unit:
        transaction.on_commit(lambda: connection.cursor().execute("SELECT 'hook'"))
        unit.record("team.created", target=TEAM, by=trail.SYSTEM, log="team_a", data={"slug": "a"})


@needs_locks
@pytest.mark.django_db(transaction=True)
def test_what_is_recorded_outlives_a_crash_before_any_hook_runs(at):
    """A commit that does not wait for the disk is followed by one that does."""
    with CaptureQueriesContext(connection) as captured:
        transaction_with_a_hook(at)

    append, hook = [query["sql"] for query in captured if query["sql"] not in ("BEGIN", "COMMIT")]
    assert "synchronous_commit = off" in append
    assert append.endswith("COMMIT; SELECT pg_logical_emit_message(true, 'audit', '')")
    assert "hook" in hook


@needs_locks
@pytest.mark.django_db(transaction=True)
def test_a_unit_within_a_transaction_is_not_committed_before_it_ends(at):
    with suppress(ZeroDivisionError), transaction.atomic():  # noqa: TID251  (a caller's own)
        record(1, at)
        raise ZeroDivisionError

    assert not Event.objects.exists()


def also(cursor, statement, at):
    with trail.unit_of_work(at=at) as unit:
        cursor.execute(statement)
        unit.record("team.created", target=TEAM, by=trail.SYSTEM, log="team_a", data={"slug": "a"})


@needs_locks
@pytest.mark.django_db(transaction=True)
def test_a_constraint_that_is_only_seen_at_the_commit_takes_all_of_it_back(at):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE late (id int PRIMARY KEY, other int REFERENCES late DEFERRABLE INITIALLY DEFERRED)"
        )
        try:
            with pytest.raises(IntegrityError):
                also(cursor, "INSERT INTO late VALUES (1, 2)", at)
            assert not Event.objects.exists()
            assert connection.get_autocommit()
        finally:
            cursor.execute("DROP TABLE late")
