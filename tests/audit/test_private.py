"""Private values are sealed by subject, and what destroying a key does."""

import hashlib

import pytest
from django.core.management import call_command
from django.db import connection

from audit import checking, keys, private, redactions, subjects, trail
from audit.models import Event, Private
from audit.verify import commitments

ROW = {"log": "team_a", "event": "evt_1", "name": "reason", "subject": "usr_1"}
SALT = bytes(range(16))


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.KEY_FOLDER = tmp_path / "keys"
    settings.KEYS_GIVEN = {}
    return settings.KEY_FOLDER


def sealed(**changes):
    return private.seal(**ROW | {"salt": SALT, "value": "Öl, a bad word"} | changes)


def test_a_sealed_value_opens_again_and_holds_neither_value_nor_salt():
    row = sealed()

    assert private.open(row) == private.Opened(SALT, "Öl, a bad word")
    assert b"bad word" not in bytes(row.sealed)
    assert SALT not in bytes(row.sealed)


@pytest.mark.parametrize(
    "changes",
    [{"event": "evt_2"}, {"name": "note"}, {"log": "team_b"}, {"subject": "usr_2"}, {"key": "0" * 32}, {"sealed": b""}],
)
def test_a_value_opens_only_as_what_it_was_sealed_as(changes):
    row = sealed()
    sealed(subject="usr_2")
    for name, value in changes.items():
        setattr(row, name, value)

    with pytest.raises(private.Sealed):
        private.open(row)


def test_a_destroyed_key_leaves_nothing_to_open_and_the_next_is_another(folder):
    row, other = sealed(), sealed(subject="usr_2")
    first = subjects.current(log="team_a", subject="usr_1")
    path = next(path for path in (folder / "subjects").rglob("*") if path.is_file() and first in path.read_text())
    path_stat = path.stat().st_mode & 0o777

    done = [subjects.destroy(log="team_a", subject="usr_1", id=id) for id in ("", "0" * 32, first, first)]
    again = sealed()

    assert (path_stat, done) == (0o600, [False, False, True, False])
    assert again.key != first
    with pytest.raises(private.Sealed):
        private.open(row)
    assert private.open(other).value == private.open(again).value == "Öl, a bad word"


def test_keys_outlive_a_rotation_of_what_wraps_them_and_say_when_it_is_lost(folder):
    row = sealed()
    keys.add("private", bytes(32))
    newer = sealed(subject="usr_2")
    opened = [private.open(one).value for one in (row, newer)]
    (folder / "private.1.key").unlink()
    subjects._unwrapped.cache_clear()

    assert opened == ["Öl, a bad word"] * 2
    assert private.open(newer).salt == SALT
    with pytest.raises(keys.BadKey, match="generation 1"):
        private.open(row)


@pytest.mark.django_db
def test_a_value_is_of_whom_the_verb_says_else_of_who_acts_else_of_the_log(at):
    person = trail.Actor("person", "usr_1")
    with trail.unit_of_work(at=at) as unit:
        for by, subject in ((person, "usr_9"), (person, ""), (trail.SYSTEM, "")):
            about = trail.Target("team", "team_a")
            unit.record("team.created", target=about, by=by, log="team_a", private={"name": "x"}, subject=subject)

    assert list(Private.objects.order_by("pk").values_list("subject", flat=True)) == ["usr_9", "usr_1", "team_a"]


@pytest.mark.django_db
def test_a_redacted_value_may_be_missing_and_must_not_be_there(happen, at):
    happen("team.created", "member.invited", private={"email": "a@example.org", "name": "x"})
    row = Private.objects.get(event=Event.objects.get(seq=2).public_id, name="email")
    (said,) = redactions.grouped([(2, "email")])
    happen("audit.redacted", data=said)
    before = [(one.seq, one.reason) for one in checking.check("team_a").faults]
    row.delete()
    report = checking.check("team_a")
    Private.objects.all().delete()

    assert before == [(2, "redaction")]
    assert (report.is_sound, report.checked["redacted values"]) == (True, 1)
    assert [(one.seq, one.detail) for one in checking.check("team_a").faults] == [
        (1, "the value of email is gone"),
        (1, "the value of name is gone"),
        (2, "the value of name is gone"),
    ]


def test_redactions_are_said_exactly_and_in_pieces_that_fit():
    places = [(seq, "reason") for seq in range(1, 1000)] + [(7, "email"), (3, "email")]
    said = redactions.grouped(places)
    found = redactions.Redacted()
    for one in said:
        found.add(one)

    assert max(len(one["events"]) for one in said) <= redactions.MOST_EVENTS
    assert sorted((seq, name) for seq, names in found.fields.items() for name in names) == sorted(places)


@pytest.mark.django_db(transaction=True)
def test_values_of_before_are_sealed_by_the_migration_and_opened_by_going_back(happen):
    happen("team.created", private={"name": "North"}, by=trail.Actor("person", "usr_1"))
    happen("team.changed", private={"name": "Nörth"}, subject="usr_2")
    first, second = Private.objects.order_by("pk")
    promised = [event.content()["private"]["name"] for event in Event.objects.order_by("seq")]
    call_command("migrate", "audit", "0003", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT value, salt FROM audit_private ORDER BY id")
        plain = [(value, bytes(salt)) for value, salt in cursor.fetchall()]
    subjects.destroy(log="team_a", subject="usr_2", id=second.key)
    call_command("migrate", verbosity=0)  # what rests on it went back too

    assert [value for value, _ in plain] == ["North", "Nörth"]
    for commitment, (value, salt) in zip(promised, plain, strict=True):
        assert commitments.is_kept(commitment=commitment, name="name", value=value, salt=salt)
    assert [private.open(row).value for row in Private.objects.order_by("pk")] == ["North", "Nörth"]
    assert list(Private.objects.order_by("pk").values_list("subject", flat=True)) == ["usr_1", "usr_2"]
    assert checking.check("team_a").is_sound
    assert hashlib.sha256(first.sealed).digest() != hashlib.sha256(Private.objects.first().sealed).digest()
