import pytest
from django.db import connection

from audit import blobs, checking, testing
from audit.models import Blob, Checkpoint, Event, LogHead, Private
from audit.verify import canonical, merkle
from audit.verify.chain import Chain

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(happen, at):
    """A log of six events, three of them with a private value, a checkpoint at 4 and a blob."""
    happen("team.created", "member.invited", "member.joined", private={"note": "x"})
    happen("member.invited")
    root = merkle.tree_root([bytes(event.leaf) for event in Event.objects.order_by("seq")])
    Checkpoint.objects.create(log="team_a", size=4, root=root, at=at)
    happen("member.joined", "member.removed")
    blobs.keep_one(log="team_a", text="kept", at=at)
    return "team_a"


def faults(log):
    return [(fault.seq, fault.reason) for fault in checking.check(log).faults]


def event(seq):
    return Event.objects.get(seq=seq)


def rewrite(seq, **changes):
    """Change an event's body and make its own leaf right again, as someone with the database would."""
    found = event(seq)
    body = canonical.dumps(found.content() | changes)
    Event.objects.filter(pk=found.pk).update(body=body, leaf=merkle.leaf_hash(body))


def rechain(start):
    """Link everything from here on anew, head included."""
    leaves = [bytes(one.leaf) for one in Event.objects.filter(seq__lt=start).order_by("seq")]
    for seq, one in enumerate(Event.objects.filter(seq__gte=start).order_by("seq"), start=start):
        prev = leaves[-1] if leaves else bytes(32)
        body = canonical.dumps(one.content() | {"seq": seq, "prev": prev.hex()})
        leaves.append(merkle.leaf_hash(body))
        Event.objects.filter(pk=one.pk).update(seq=seq, body=body, leaf=leaves[-1], prev=prev)
    LogHead.objects.update(size=len(leaves), leaf=leaves[-1], frontier=merkle.extend(b"", 0, leaves))


def test_an_untouched_log_is_sound_and_the_report_says_what_was_read(log):
    report = checking.check(log)

    assert (report.is_sound, report.size, report.faults) == (True, 6, [])
    assert report.root == merkle.tree_root([bytes(one.leaf) for one in Event.objects.order_by("seq")]).hex()
    assert {**report.checked, "guards": 0} == {
        "events": 6,
        "commitments": 3,
        "checkpoints": 1,
        "blobs": 1,
        "guards": 0,
    }
    assert report.not_checked == checking.NOT_CHECKED


def test_other_logs_are_left_alone(log, happen):
    happen("team.created", log="team_b")
    with testing.guards_open():
        Event.objects.filter(log="team_b").update(outcome="denied")

    assert (faults("team_a"), faults("team_b")) == ([], [(1, "column")])


def test_a_log_that_is_not_there_is_named(db):
    with pytest.raises(checking.NoLog, match="team_x"):
        checking.check("team_x")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"outcome": "denied"}, [(3, "column")]),
        ({"type": "member.removed"}, [(3, "column")]),
        ({"actor_id": "usr_2"}, [(3, "column")]),
        ({"target_type": "agent"}, [(3, "column")]),
        ({"at": "2026-03-01T12:30:00.123457Z"}, [(3, "column")]),
        ({"public_id": "evt_other"}, [(3, "column"), (3, "private")]),
        ({"prev": bytes(32)}, [(3, "column")]),
        ({"leaf": bytes(32)}, [(3, "leaf"), (4, "prev")]),
        ({"body": b"{}"}, [(3, "leaf"), (3, "schema"), (4, "checkpoint"), (None, "root")]),
        ({"body": b'{"a": 1}'}, [(3, "leaf"), (3, "canonical"), (4, "checkpoint"), (None, "root")]),
        ({"seq": 30}, [(4, "gap"), (4, "checkpoint")]),
    ],
)
def test_a_changed_column_is_found_with_its_event_and_reason(log, change, expected):
    with testing.guards_open():
        Event.objects.filter(seq=3).update(**change)

    assert faults(log)[: len(expected)] == expected


def test_a_rewritten_body_breaks_the_link_after_it(log):
    with testing.guards_open():
        rewrite(3, data={"roles": ["admin"]})

    assert faults(log) == [(4, "prev"), (4, "checkpoint"), (None, "root")]


def test_a_rewritten_newest_event_is_found_by_the_head(log):
    with testing.guards_open():
        rewrite(6, data={"roles": ["admin"]})

    assert faults(log) == [(None, "head")]


def test_a_rewritten_log_is_found_by_its_checkpoint(log):
    with testing.guards_open():
        rewrite(3, data={"roles": ["admin"]})
        rechain(4)

    assert faults(log) == [(4, "checkpoint")]


def test_a_deleted_event_leaves_a_gap(log):
    with testing.guards_open():
        event(5).delete()

    assert faults(log) == [(6, "gap"), (None, "root")]


def test_a_deleted_event_with_everything_linked_anew_is_found_by_the_checkpoint(log):
    with testing.guards_open():
        event(2).delete()
        rechain(2)

    assert faults(log) == [(4, "checkpoint")]


def test_a_cut_end_is_found_by_the_head_and_with_the_head_by_the_checkpoint(log):
    with testing.guards_open():
        Event.objects.filter(seq__gt=3).delete()
    cut = faults(log)
    with testing.guards_open():
        rechain(4)

    assert (cut, faults(log)) == ([(None, "checkpoint"), (None, "head")], [(None, "checkpoint")])


def test_an_emptied_log_and_a_missing_head_are_found(log):
    with testing.guards_open():
        LogHead.objects.all().delete()
    headless = faults(log)
    with testing.guards_open():
        Event.objects.all().delete()
        LogHead.objects.create(log=log, size=6, at="2026-03-01T00:00:00Z")

    assert (headless, faults(log)) == ([(None, "head")], [(None, "checkpoint"), (None, "head")])


def test_events_that_changed_places_are_found(log):
    with testing.guards_open():
        for now, then in ((5, 50), (6, 5), (50, 6)):
            Event.objects.filter(seq=now).update(seq=then)

    assert [fault for fault in faults(log) if fault[1] == "seq"] == [(5, "seq"), (6, "seq")]


def test_an_event_of_another_log_is_found(log, happen):
    happen("team.created", log="team_b")
    with testing.guards_open():
        LogHead.objects.filter(log=log).delete()
        Event.objects.filter(log=log).delete()
        Checkpoint.objects.all().delete()
        Event.objects.update(log=log)
        LogHead.objects.update(log=log)

    assert faults(log) == [(1, "log")]


def test_a_head_with_another_tree_is_found(log):
    with testing.guards_open():
        LogHead.objects.update(frontier=bytes(64))

    assert faults(log) == [(None, "root")]


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        (lambda values: values.update(sealed=bytes(64)), [(2, "private")]),
        (lambda values: values.update(key="0" * 32), [(2, "private")]),
        (lambda values: values.update(name="other"), [(2, "private"), (2, "private")]),
        (lambda values: values.delete(), [(2, "private")]),
    ],
)
def test_a_private_value_that_is_not_what_was_committed_to_is_found(log, tamper, expected):
    with testing.guards_open():
        tamper(Private.objects.filter(event=event(2).public_id))

    assert faults(log) == expected


def test_a_changed_blob_is_found_and_an_erased_one_is_counted(log, at):
    with testing.guards_open():
        Blob.objects.update(text="other")
    changed = faults(log)
    Blob.objects.update(text="", erased_at=at)

    assert (changed, faults(log)) == ([(None, "blob")], [])
    assert checking.check(log).checked["erased blobs"] == 1


def test_missing_guards_are_found(log):
    with testing.guards_open():
        found = faults(log)

    assert {reason for _, reason in found} == {"guard"}


def test_faults_are_listed_up_to_a_limit_and_all_counted(happen):
    happen(*["member.invited"] * 150)
    with testing.guards_open(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_event SET outcome = 'denied'")

    report = checking.check("team_a")

    assert (len(report.faults), report.fault_count) == (100, 150)


def test_the_chain_needs_no_database(log):
    chain = Chain("team_a")
    for one in Event.objects.order_by("seq"):
        assert chain.take(seq=one.seq, body=bytes(one.body), leaf=bytes(one.leaf))[1] == []

    assert (chain.size, chain.frontier) == (6, bytes(LogHead.objects.get().frontier))
