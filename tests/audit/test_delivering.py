"""Deliveries of checkpoints: journaled, tried again, confirmed by reading back, and never written over."""

from datetime import timedelta

import pytest

from audit.checkpoints import delivering, signer
from audit.checkpoints.sinks import NotTaken, Unreachable
from audit.models import Checkpoint, Delivery

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signs")]
LOG = "team_a"


class Moody:
    """A sink that answers as it is told: None takes all, else the error it raises. `got` is what reached it."""

    name = "moody"
    every = timedelta(0)
    mood = None
    got = []

    def takes(self, log):
        return log == LOG

    def deliver(self, checkpoint):
        Moody.got.append(checkpoint.size)
        if Moody.mood:
            raise Moody.mood


class Daily(Moody):
    name = "daily"
    every = timedelta(days=1)


@pytest.fixture
def moody(settings):
    settings.CHECKPOINT_SINKS = [f"{__name__}.Moody"]
    Moody.mood, Moody.got = None, []
    return Moody


@pytest.fixture
def seal(happen, at):
    """A new event and its checkpoint, so many minutes later."""

    def act(minutes=0):
        happen("member.invited")
        return signer.sign(LOG, at=at + timedelta(minutes=minutes))

    return act


@pytest.fixture
def deliver(at):
    return lambda minutes=0.0: delivering.deliver_due(now=at + timedelta(minutes=minutes))


def journal():
    return list(Delivery.objects.order_by("pk").values_list("state", "attempts", "error"))


def kept(signs):
    return {path.name: path.read_bytes() for path in (signs / "checkpoints" / LOG).iterdir()}


def test_the_folder_gets_each_checkpoint_as_a_file_of_its_own_that_stays(seal, deliver, signs):
    first, second = seal(), seal(1)

    assert (deliver(2), deliver(3)) == (2, 0)

    assert kept(signs) == {
        "000000000001-20260301T123000123456Z.note": first.note.encode(),
        "000000000002-20260301T123100123456Z.note": second.note.encode(),
    }
    assert {path.stat().st_mode & 0o222 for path in (signs / "checkpoints" / LOG).iterdir()} == {0}
    assert journal() == [("confirmed", 1, "")] * 2


def test_the_folder_never_writes_over_what_it_holds(seal, deliver, signs):
    row = seal()
    path = signs / "checkpoints" / LOG / "000000000001-20260301T123000123456Z.note"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"something else")

    assert deliver() == 0

    [(state, attempts, error)] = journal()
    assert (state, attempts, error.endswith("holds something else")) == ("failed", 1, True)
    assert path.read_bytes() == b"something else"
    assert Checkpoint.objects.get() == row


@pytest.mark.parametrize("written", [0, 1, 60, -1])
def test_a_file_that_a_kill_left_torn_is_passed_over(seal, deliver, signs, written):
    note = seal().note.encode()
    path = signs / "checkpoints" / LOG / "000000000001-20260301T123000123456Z.note"
    path.parent.mkdir(parents=True)
    path.write_bytes(note[:written])

    assert deliver() == 1

    assert kept(signs) == {path.name: note[:written], path.name.replace(".note", ".1.note"): note}


def test_the_same_delivery_again_does_no_harm(seal, deliver, signs):
    """A worker that was killed between delivering and writing it down."""
    seal()
    deliver()
    Delivery.objects.update(state="pending", confirmed_at=None)

    assert deliver(10) == 1
    assert len(kept(signs)) == 1


def test_a_folder_that_cannot_be_written_is_named_and_tried_again(seal, deliver, signs, settings):
    seal()
    settings.CHECKPOINT_FOLDER = signs / "file"
    settings.CHECKPOINT_FOLDER.write_text("no folder")

    assert deliver() == 0
    assert journal() == [("failed", 1, f"{signs}/file/{LOG}: Not a directory")]

    settings.CHECKPOINT_FOLDER = signs / "checkpoints"
    assert (deliver(0.1), deliver(0.2)) == (0, 1)


def test_a_sink_that_does_not_answer_is_left_alone_for_longer_and_longer(moody, seal, deliver):
    for _ in range(3):
        seal()
    moody.mood = Unreachable("no route")

    tries = []
    for minute in range(200):
        before = len(moody.got)
        deliver(minute)
        tries += [minute] if len(moody.got) > before else []

    assert tries[:6] == [0, 1, 2, 3, 5, 8]  # pauses of 10, 20, 40, 80, 160, 320 s, asked each minute
    assert set(moody.got) == {1}  # the oldest first, and one try is enough to know
    assert [delivering.pause(attempts) for attempts in (1, 2, 9, 10, 99)] == [
        timedelta(seconds=10),
        timedelta(seconds=20),
        timedelta(seconds=2560),
        timedelta(hours=1),
        timedelta(hours=1),
    ]
    moody.mood = None
    assert deliver(400) == 3
    assert moody.got[-3:] == [1, 2, 3]


def test_a_checkpoint_that_is_not_taken_holds_up_no_other(moody, seal, deliver):
    seal()
    seal(1)
    moody.mood = NotTaken("nobody to tell")

    deliver(2)

    assert moody.got == [1, 2]
    assert journal() == [("failed", 1, "nobody to tell")] * 2


def test_what_another_worker_holds_is_left_to_it(moody, seal, deliver, at):
    seal()
    Delivery.objects.update(next_at=at + delivering.HELD)

    assert (deliver(4), list(moody.got), deliver(5)) == (0, [], 1)


def test_a_daily_sink_gets_the_first_checkpoint_of_a_day_of_each_log(moody, settings, seal, happen, at):
    settings.CHECKPOINT_SINKS = [f"{__name__}.Daily"]
    for minutes in (0, 10, 23 * 60, 24 * 60, 25 * 60):
        seal(minutes)
    happen("team.created", log="team_b")
    signer.sign("team_b", at=at)

    assert list(Delivery.objects.order_by("pk").values_list("checkpoint__size", flat=True)) == [1, 4]
