"""The signer: what it signs goes on from what it signed before, and it says so where a log does not."""

import json
from datetime import timedelta

import pytest

from audit import keys, testing, trail
from audit.checkpoints import due, memory, restarting, signer, signing_keys
from audit.models import Checkpoint, Event, LogHead
from audit.verify import merkle, notes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signs")]
LOG = "team_a"
PERSON = trail.Actor("person", "usr_1")


@pytest.fixture
def sign(at):
    return lambda minutes=0, log=LOG: signer.sign(log, at=at + timedelta(minutes=minutes))


def public(generation=1):
    return signing_keys.of_generation(generation).secret.public


def leaves(log=LOG):
    return [bytes(leaf) for leaf in Event.objects.of_log(log).oldest_first().values_list("leaf", flat=True)]


def types(log=LOG):
    return list(Event.objects.of_log(log).oldest_first().values_list("type", flat=True))


def test_a_checkpoint_is_a_signed_note_of_size_root_and_time(happen, sign):
    happen("team.created", "member.invited", "member.joined")

    row = sign()

    note = notes.verified(row.note.encode(), [public()])
    assert notes.Checkpoint.parse(note.text) == notes.Checkpoint(LOG, 3, merkle.tree_root(leaves()))
    assert note.text.splitlines()[3:] == ["time 2026-03-01T12:30:00.123456Z"]
    assert (row.size, bytes(row.root)) == (3, merkle.tree_root(leaves()))
    assert memory.of(LOG).note == row.note


def test_checkpoints_follow_the_log_and_an_idle_one_is_told_apart_by_its_time(happen, sign):
    happen("team.created")
    first = sign()
    happen(*["member.invited"] * 5)
    second, third = sign(1), sign(61)

    assert [one.size for one in (first, second, third)] == [1, 6, 6]
    assert bytes(second.root) == bytes(third.root) == merkle.tree_root(leaves())
    assert len({one.note for one in (first, second, third)}) == 3


def test_an_empty_log_gets_no_checkpoint(sign):
    assert sign() is None
    assert memory.of(LOG) is None


def test_the_first_use_of_the_key_is_an_event_with_its_public_half(happen, sign):
    happen("team.created")
    sign()
    sign(2)

    events = Event.objects.of_log(trail.INSTALLATION)
    assert [event.content()["data"] for event in events] == [
        {"generation": 1, "public": public().encode(), "fingerprint": public().fingerprint}
    ]
    assert signing_keys.published() == [public()]


def test_no_other_key_is_made_up_where_the_first_one_is_gone(happen, sign, signs):
    happen("team.created")
    sign()
    (signs / "keys" / "checkpoint.1.key").unlink()

    with pytest.raises(keys.NoKey):
        sign(1)
    assert not list((signs / "keys").iterdir())


def refusal_of(sign, reason):
    """The signer refuses for this reason, says so once, and stores nothing."""
    before = Checkpoint.objects.count()
    for minute in (5, 6):
        with pytest.raises(signer.Refused) as refused:
            sign(minute)
        assert refused.value.reason == reason
    events = Event.objects.of_log(LOG).filter(type="checkpoint.refused")
    assert [event.content()["data"]["reason_code"] for event in events] == [reason]
    assert Checkpoint.objects.count() == before


def rewritten(size=None, *, change=lambda content: content):
    """Let whoever owns the database write the log again as they like, with all that has to add up."""
    bodies = [event.content() for event in Event.objects.of_log(LOG).oldest_first()][:size]
    with testing.guards_open():
        Event.objects.of_log(LOG).delete()
        LogHead.objects.filter(log=LOG).delete()
    with trail.unit_of_work(at=Checkpoint.objects.first().at) as unit:
        for body in map(change, bodies):
            target = trail.Target(body["target"]["type"], body["target"]["id"])
            unit.record(body["type"], target=target, by=trail.SYSTEM, log=LOG, data=body["data"])


def test_a_log_that_lost_its_end_is_refused(happen, sign):
    happen("team.created", "member.invited", "member.joined")
    sign()
    rewritten(1)

    refusal_of(sign, "smaller")


def test_a_log_that_was_written_again_is_refused_at_the_same_size_and_beyond(happen, sign):
    happen("team.created", "member.invited")
    sign()
    rewritten(change=lambda body: body | {"type": "member.removed"})
    with pytest.raises(signer.Refused) as same_size:
        sign(1)
    happen("member.joined")

    assert same_size.value.reason == "inconsistent"
    with pytest.raises(signer.Refused) as beyond:
        sign(2)
    assert beyond.value.reason == "prev"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"body": b"{}"}, "leaf"),
        ({"leaf": bytes(32)}, "leaf"),
    ],
)
def test_an_event_that_was_changed_before_it_was_signed_is_refused(happen, sign, change, reason):
    happen("team.created")
    sign()
    happen("member.invited", "member.joined")
    with testing.guards_open():
        Event.objects.filter(seq=2, log=LOG).update(**change)

    refusal_of(sign, reason)


def test_a_head_that_is_not_that_of_the_events_is_refused(happen, sign):
    happen("team.created")
    sign()
    happen("member.invited", "member.joined")
    with testing.guards_open():
        LogHead.objects.filter(log=LOG).update(frontier=bytes(64))
    with pytest.raises(signer.Refused, match="does not continue what was signed"):
        sign(1)

    with testing.guards_open():
        Event.objects.filter(seq__gt=1, log=LOG).delete()
    with pytest.raises(signer.Refused, match="the events after 1 are not there"):
        sign(1)


def test_a_signer_that_forgot_refuses_until_a_person_lets_it_begin_anew(happen, sign, signs, at):
    happen("team.created", "member.invited")
    sign()
    (signs / "signer" / f"{LOG}.json").unlink()
    refusal_of(sign, "forgotten")

    row = restarting.restart(LOG, reason_code="state_lost", by=PERSON, account="root@host", at=at)

    assert types()[-2:] == ["checkpoint.refused", "checkpoint.restarted"]
    assert (row.size, sign(3).size) == (4, 4)


def test_a_restored_backup_goes_on_by_a_recorded_act_that_names_what_was_signed(happen, sign, signs, at):
    happen("team.created", "member.invited", "member.joined")
    lost = sign()
    rewritten(1)
    with pytest.raises(signer.Refused):
        sign(1)

    restarting.restart(LOG, reason_code="restored", by=PERSON, account="root@host", at=at)

    said = Event.objects.get(type="checkpoint.restarted").content()["data"]
    assert (said["signed"], said["signed_root"]) == (3, bytes(lost.root).hex())
    assert len(list((signs / "signer").glob("*.old"))) == 1
    assert sign(3).size == 3


def test_a_damaged_memory_is_named_and_not_passed_over(happen, sign, signs):
    happen("team.created")
    sign()
    path = signs / "signer" / f"{LOG}.json"
    content = json.loads(path.read_text())

    for damaged in ("{", json.dumps(content | {"size": 2}), json.dumps(content | {"log": "other"}), "[]"):
        path.write_text(damaged)
        with pytest.raises(memory.Unreadable, match=str(path)):
            sign(1)


def test_a_key_that_was_exchanged_in_its_place_is_refused(happen, sign, signs):
    happen("team.created")
    sign()
    (signs / "keys" / "checkpoint.1.key").unlink()
    keys.add("checkpoint", bytes(32))

    refusal_of(sign, "other_key")


def test_the_old_key_hands_over_to_the_new_one_with_one_checkpoint_of_both(happen, sign):
    happen("team.created")
    sign()
    signing_keys.rotate()

    overlap, after = sign(1), sign(2)

    event = Event.objects.of_log(LOG).get(type="key.rotated")
    assert event.content()["data"] == {
        "generation": 2,
        "public": public(2).encode(),
        "fingerprint": public(2).fingerprint,
        "replaces": public(1).encode(),
    }
    assert event.seq <= overlap.size
    both = notes.verified(overlap.note.encode(), [public(1), public(2)])
    assert len(both.signatures) == 2
    assert notes.verified(after.note.encode(), [public(2)]).signatures
    with pytest.raises(notes.Unsigned):
        notes.verified(after.note.encode(), [public(1)])
    sign(3, log=trail.INSTALLATION)
    assert signing_keys.published() == [public(1)]  # its own log has not been signed by the first one


def test_the_log_of_the_installation_names_all_keys_newest_first(happen, sign):
    happen("team.created")
    sign(0, log=trail.INSTALLATION)
    sign(0, log=trail.INSTALLATION)
    signing_keys.rotate()
    sign(1, log=trail.INSTALLATION)

    assert signing_keys.published() == [public(2), public(1)]


def test_an_old_key_that_is_gone_cannot_hand_over(happen, sign, signs):
    happen("team.created")
    sign()
    signing_keys.rotate()
    (signs / "keys" / "checkpoint.1.key").unlink()

    with pytest.raises(keys.NoKey, match="no generation 1"):
        sign(1)


class Killed(BaseException):
    """Stands for kill -9: nothing of ours handles it."""


@pytest.mark.parametrize("point", ["signed", "remembered", "stored", "named"])
def test_a_kill_between_any_two_steps_loses_and_forks_nothing(happen, sign, monkeypatch, point):
    happen("team.created")
    sign()
    happen("member.invited")
    signing_keys.rotate()

    def die(*_arguments, **_more):
        raise Killed

    with monkeypatch.context() as patched:
        if point == "named":
            patched.setattr(signer, "continued", die)
        if point == "signed":
            patched.setattr(memory, "keep", die)
        if point == "remembered":
            patched.setattr(signer, "_store", die if memory.of(LOG) is None else _once_more(signer._store, die))
        if point == "stored":
            patched.setattr(signer.delivering, "plan", die)
        with pytest.raises(Killed):
            sign(1)
    happen("member.joined")
    last = sign(2)

    rows = list(Checkpoint.objects.filter(log=LOG).order_by("pk"))
    sizes = {"signed": [1, 4], "named": [1, 4], "remembered": [1, 3, 4], "stored": [1, 3, 4]}
    assert [row.size for row in rows] == sizes[point]
    assert [bytes(row.root) for row in rows] == [merkle.tree_root(leaves()[: row.size]) for row in rows]
    assert types() == ["team.created", "member.invited", "key.rotated", "member.joined"]
    assert (last.pk, {row.deliveries.count() for row in rows}) == (rows[-1].pk, {1})


def _once_more(real, then):
    """The first call stores what was remembered before; the second one dies."""
    calls = []

    def act(signed):
        calls.append(signed)
        return real(signed) if len(calls) == 1 else then()

    return act


def test_one_refused_log_holds_up_no_other(happen, sign, at):
    happen("team.created", "member.invited")
    happen("team.created", log="team_b")
    sign()
    rewritten(1)

    refused = signer.sign_each([LOG, "team_b"], at=at)

    assert [one.log for one in refused] == [LOG]
    assert Checkpoint.objects.get(log="team_b").size == 1


def test_a_log_is_due_by_time_by_number_by_export_and_when_idle(happen, sign, at, django_assert_num_queries):
    happen("team.created")
    happen("team.created", log="team_b")

    def found(minutes=0.0):
        with django_assert_num_queries(2, exact=False):
            return set(due.logs(now=at + timedelta(minutes=minutes)))

    assert found() == {LOG, "team_b"}  # no checkpoint yet
    sign()
    sign(log="team_b")
    sign(log=trail.INSTALLATION)
    assert (found(49), found(51)) == (set(), {LOG, "team_b", trail.INSTALLATION})
    happen("member.invited")
    assert (found(0.9), found(1)) == (set(), {LOG})
    happen("export.made", log="team_b")
    assert found(0.1) == {"team_b"}
    sign(0.2, log="team_b")
    assert found(0.3) == set()
    happen(*["member.invited"] * 255)
    assert found(0.1) == {LOG}


def test_the_clock_of_checkpoints_never_goes_back(happen, sign):
    happen("team.created")
    sign(10)
    happen("member.invited")

    assert sign(5).at == Checkpoint.objects.earliest("pk").at


def test_logs_of_any_name_have_files_of_their_own(happen, sign, signs):
    happen("team.created", log="../../x")
    sign(log="../../x")

    assert [path.name for path in (signs / "signer").glob("*.json")] == ["..%2F..%2Fx.json"]
