import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection, transaction
from django.utils.functional import SimpleLazyObject

from audit import catalogue, checking, private, trail
from audit.models import Event, LogHead, Private
from audit.verify import canonical, commitments, merkle

TEAM = trail.Target("team", "team_a")


class Stop(Exception):
    """What goes wrong in the middle of a unit."""


@dataclass
class Proposal:
    public_id: str = "prp_1"
    trail_log: str = "team_a"


class Person:
    trail_actor = trail.Actor("person", "usr_1")


def stored():
    return list(Event.objects.order_by("log", "seq").values_list("log", "seq", "type"))


@pytest.mark.django_db
def test_event_body_says_everything_and_private_values_only_as_commitments(at):
    with trail.unit_of_work(at=at) as unit:
        public_id = unit.record(
            "change.vote_withdrawn",
            target=Proposal(),
            by=Person(),
            data={"verdict": "reject"},
            private={"reason": "Öl"},
            subject="usr_1",
        )

    event, secret = Event.objects.get(), Private.objects.get()
    opened = private.open(secret)
    assert canonical.loads(event.body) == {
        "v": 1,
        "log": "team_a",
        "seq": 1,
        "prev": "00" * 32,
        "id": public_id,
        "time": "2026-03-01T12:30:00.123456Z",
        "type": "change.vote_withdrawn",
        "outcome": "success",
        "actor": {"type": "person", "id": "usr_1"},
        "target": {"type": "proposal", "id": "prp_1"},
        "data": {"verdict": "reject"},
        "private": {"reason": commitments.commit(name="reason", value="Öl", salt=opened.salt)},
    }
    assert (secret.event, secret.name, opened.value, secret.subject) == (public_id, "reason", "Öl", "usr_1")


@pytest.mark.django_db
def test_time_is_written_in_utc_whatever_the_zone_of_the_caller(at):
    with trail.unit_of_work(at=at.astimezone(timezone(timedelta(hours=5, minutes=45)))) as unit:
        unit.record("team.created", target=TEAM, by=trail.SYSTEM, log="team_a")

    assert Event.objects.get().content()["time"] == "2026-03-01T12:30:00.123456Z"


@pytest.mark.django_db
def test_head_holds_the_size_the_last_leaf_and_the_tree(happen):
    happen("team.created", "member.invited", "member.joined")
    happen("member.removed")

    leaves = [bytes(event.leaf) for event in Event.objects.order_by("seq")]
    head = LogHead.objects.get()
    assert (head.log, head.size, bytes(head.leaf)) == ("team_a", 4, leaves[-1])
    assert merkle.frontier_root(bytes(head.frontier), 4) == merkle.tree_root(leaves)


@pytest.mark.django_db
def test_a_failed_unit_leaves_nothing(at, happen):
    happen("team.created")

    with suppress(Stop), trail.unit_of_work(at=at) as unit:
        unit.record("member.invited", target=TEAM, by=trail.SYSTEM, log="team_a", private={"email": "a@example.org"})
        raise Stop

    assert stored() == [("team_a", 1, "team.created")]
    assert (LogHead.objects.get().size, Private.objects.count()) == (1, 0)


@pytest.mark.django_db
def test_an_inner_unit_joins_the_outer_one(at):
    with trail.unit_of_work(at=at) as outer:
        outer.record("proposal.opened", target=Proposal(), by=Person())
        with trail.unit_of_work(at=at) as inner:
            inner.record("change.opened", target=Proposal(), by=Person())
            assert stored() == []
        assert stored() == []
        outer.record("proposal.closed", target=Proposal(), by=Person())

    assert [type for _, _, type in stored()] == ["proposal.opened", "change.opened", "proposal.closed"]


@pytest.mark.django_db
def test_an_inner_unit_that_fails_alone_takes_its_events_and_rows_with_it(at):
    with trail.unit_of_work(at=at) as outer:
        outer.record("proposal.opened", target=Proposal(), by=Person())
        with suppress(Stop), trail.unit_of_work(at=at) as inner:
            inner.record("change.opened", target=Proposal(), by=Person())
            Private.objects.create(log="team_a", event="evt_x", name="x", subject="usr_1", key="", sealed=b"")
            raise Stop
        outer.record("proposal.closed", target=Proposal(), by=Person())

    assert [type for _, _, type in stored()] == ["proposal.opened", "proposal.closed"]
    assert Private.objects.count() == 0


@pytest.mark.django_db
def test_one_unit_may_write_to_several_logs(at):
    with trail.unit_of_work(at=at) as unit:
        for log in ("team_b", "installation", "team_b"):
            unit.record("team.created", target=TEAM, by=trail.SYSTEM, log=log)

    assert [(log, seq) for log, seq, _ in stored()] == [("installation", 1), ("team_b", 1), ("team_b", 2)]


@pytest.mark.django_db
def test_a_unit_without_events_touches_no_log(at, django_assert_num_queries):
    with django_assert_num_queries(2), trail.unit_of_work(at=at):  # the savepoint of the test's transaction
        pass

    assert LogHead.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 40])
def test_a_unit_takes_the_same_queries_for_any_number_of_events(count, happen, django_assert_num_queries):
    happen("team.created")
    together = connection.vendor == "postgresql" and count == 1  # what is not copied is one statement
    trips = 1 if together else 3  # lock, insert, move

    with django_assert_num_queries(2 + trips):  # the savepoint of the test's transaction
        happen(*["member.invited"] * count)


@pytest.mark.django_db
def test_many_events_at_once_make_one_chain(happen):
    happen(*["member.invited"] * 2_500)

    report = checking.check("team_a")
    assert (report.size, report.faults) == (2_500, [])


@pytest.mark.django_db
def test_a_lazy_row_is_named_by_what_it_wraps(at):
    with trail.unit_of_work(at=at) as unit:
        unit.record("proposal.opened", target=SimpleLazyObject(Proposal), by=SimpleLazyObject(Person))

    assert Event.objects.values_list("actor_id", "target_type").get() == ("usr_1", "proposal")


@pytest.mark.django_db
def test_recording_after_the_unit_ended_is_refused(at):
    with trail.unit_of_work(at=at) as unit:
        pass

    with pytest.raises(trail.NoUnit):
        unit.record("team.created", target=TEAM, by=trail.SYSTEM, log="team_a")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("refusal", "given"),
    [
        (catalogue.NotListed, {"type": "team.exploded"}),
        (catalogue.NotListed, {"data": {"surname": "x"}}),
        (catalogue.NotListed, {"data": {"slug": 0.5}}),
        (catalogue.NotListed, {"data": {"slug": "\ud800"}}),
        (canonical.NotCanonical, {"type": "team.changed", "data": {"changed": ["name"] * 2_000}}),
        (trail.NotRecordable, {"private": {"reason": 1}}),
        (trail.NotRecordable, {"private": {"reason": "a\0b"}}),
        (trail.NotRecordable, {"private": {"Reason!": "x"}}),
        (trail.NotRecordable, {"outcome": "maybe"}),
        (trail.NotRecordable, {"log": None}),
    ],
)
def test_what_the_trail_does_not_take_is_refused_where_it_is_given(at, refusal, given):
    event = {"type": "team.created", "target": TEAM, "by": trail.SYSTEM, "log": "team_a"} | given

    with pytest.raises(refusal), trail.unit_of_work(at=at) as unit:
        unit.record(event.pop("type"), **event)

    assert stored() == []


def test_a_time_without_zone_and_an_unknown_actor_are_refused():
    with pytest.raises(trail.NotRecordable), trail.unit_of_work(at=datetime(2026, 3, 1)):
        pass
    with pytest.raises(trail.NotRecordable):
        trail.Actor("robot", "x")
    assert trail.Actor("system", "system") == trail.SYSTEM


def test_catalogue_names_its_events_object_dot_past_verb():
    assert [name for name in catalogue.EVENTS if not name.replace(".", "_", 1).replace("_", "").isalpha()] == []
    assert [kind for kind in catalogue.EVENTS.values() if not kind.says.endswith(".")] == []


@pytest.mark.django_db(transaction=True)
def test_concurrent_units_leave_no_gap_and_no_fork(at):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time; row locks are PostgreSQL's")
    start, failures = threading.Barrier(8), []

    def work(number):
        try:
            start.wait(10)
            for turn in range(12):
                write(f"team_{number % 2}", fails=turn % 4 == 3)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    def write(log, *, fails):
        with suppress(Stop), trail.unit_of_work(at=datetime.now(UTC)) as unit:
            unit.record("team.created", target=TEAM, by=trail.SYSTEM, log=log)
            unit.record("team.changed", target=TEAM, by=trail.SYSTEM, log="installation")
            if fails:
                raise Stop

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failures == []
    reports = [checking.check(log) for log in checking.logs()]
    assert [(one.log, one.size, one.faults) for one in reports] == [
        ("installation", 72, []),
        ("team_0", 36, []),
        ("team_1", 36, []),
    ]


@pytest.mark.django_db(transaction=True)
def test_units_that_make_new_logs_at_once_do_not_wait_in_a_ring():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time; row locks are PostgreSQL's")
    turns, failures = 12, []
    start = threading.Barrier(8)

    def work(number):
        try:
            for turn in range(turns):
                start.wait(20)
                write(turn, number % 2)
                write(turn, 1 - number % 2)
        except Exception as error:
            failures.append(error)
            start.abort()
        finally:
            connection.close()

    def write(turn, which):
        with trail.unit_of_work(at=datetime.now(UTC)) as unit:
            unit.record("team.created", target=TEAM, by=trail.SYSTEM, log=f"all_{turn}")
            unit.record("team.changed", target=TEAM, by=trail.SYSTEM, log=f"half_{turn}_{which}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failures == []
    assert {checking.check(log).size for log in checking.logs()} == {8, 16}


@pytest.mark.django_db(transaction=True)
def test_a_unit_waits_for_the_head_only_at_its_end(at, happen):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one writer in at a time; row locks are PostgreSQL's")
    happen("team.created")
    done = threading.Event()

    def write_meanwhile():
        try:
            happen("member.invited")
            done.set()
        finally:
            connection.close()

    with trail.unit_of_work(at=at) as unit:
        unit.record("member.removed", target=TEAM, by=trail.SYSTEM, log="team_a")
        other = threading.Thread(target=write_meanwhile)
        other.start()
        other.join(30)
        assert done.is_set()

    assert [type for _, _, type in stored()] == ["team.created", "member.invited", "member.removed"]


@pytest.mark.django_db(transaction=True)
def test_a_unit_inside_a_plain_transaction_falls_with_it(at, happen):
    with suppress(Stop), transaction.atomic():  # noqa: TID251  (what a verb must not do)
        happen("team.created")
        raise Stop

    assert stored() == []


@pytest.mark.django_db(transaction=True)
def test_what_runs_after_the_commit_records_in_a_unit_of_its_own(at):
    def after():
        with trail.unit_of_work(at=at) as unit:
            unit.record("team.changed", target=TEAM, by=Person(), log="team_a", data={"changed": ["name"]})

    with trail.unit_of_work(at=at):
        transaction.on_commit(after)

    assert Event.objects.of_log("team_a").filter(type="team.changed").exists()
