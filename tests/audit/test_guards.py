import hashlib
from contextlib import contextmanager, suppress

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from audit import blobs, guards, testing
from audit.checkpoints import delivering, signer
from audit.models import Blob, Checkpoint, Event, LogHead, Private

pytestmark = pytest.mark.django_db

EVENT_COLUMNS = "log, seq, public_id, at, type, outcome, actor_type, actor_id, target_type, target_id, body, leaf, prev"


@pytest.fixture
def written(happen, at):
    happen("team.created", "member.invited", private={"note": "x"})
    Checkpoint.objects.create(log="team_a", size=2, root=bytes(32), at=at)
    blobs.keep_one(log="team_a", text="kept", at=at)


@contextmanager
def in_savepoint():
    with transaction.atomic(), connection.cursor() as cursor:  # noqa: TID251  (an attack needs no unit)
        yield cursor


def refused(statement, arguments=()):
    """Whether the database refuses, and says that it is our guard that does."""
    try:
        with in_savepoint() as cursor:
            cursor.execute(statement, arguments)
    except DatabaseError as error:
        return "audit" in str(error)
    return False


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET outcome = 'denied'",
        "DELETE FROM audit_event",
        "DELETE FROM audit_event WHERE seq = 2",
        "UPDATE audit_checkpoint SET size = 1",
        "DELETE FROM audit_checkpoint",
        "UPDATE audit_loghead SET size = size - 1",
        "UPDATE audit_loghead SET size = size + 1",
        "UPDATE audit_loghead SET frontier = leaf",
        "UPDATE audit_loghead SET log = 'other'",
        "DELETE FROM audit_loghead",
        "UPDATE audit_private SET subject = 'y'",
        "UPDATE audit_blob SET text = 'other'",
        "UPDATE audit_blob SET text = ''",
        "UPDATE audit_blob SET sha256 = 'x', text = '', erased_at = created_at",
        "UPDATE audit_blob SET erased_at = created_at",
        "DELETE FROM audit_blob",
    ],
)
def test_the_database_refuses_to_rewrite(written, statement):
    assert refused(statement)


@pytest.mark.parametrize("table", ["event", "checkpoint", "loghead", "private", "blob"])
def test_postgresql_refuses_to_truncate(written, table):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")

    assert refused(f"TRUNCATE audit_{table}")
    assert refused(f"TRUNCATE audit_{table} CASCADE")


def test_postgresql_guards_stand_where_replication_is_played(written):
    if connection.vendor != "postgresql":
        pytest.skip("session_replication_role is PostgreSQL's")

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")

    assert refused("DELETE FROM audit_event")


def inserted(verb, *, seq, prev, public_id="evt_x", id=None):
    body = b"{}"
    row = ["team_a", seq, public_id, "2026-03-01T00:00:00+00:00", "t", "o", "a", "a", "t", "t"]
    row += [body, hashlib.sha256(b"\0" + body).digest(), prev]
    columns = EVENT_COLUMNS
    if id is not None:
        columns, row = f"id, {columns}", [id, *row]
    return f"{verb} INTO audit_event ({columns}) VALUES ({', '.join(['%s'] * len(row))})", row


def test_an_event_has_to_continue_its_log(written):
    last = bytes(Event.objects.get(seq=2).leaf)

    assert refused(*inserted("INSERT", seq=4, prev=last))
    assert refused(*inserted("INSERT", seq=0, prev=bytes(32)))
    assert refused(*inserted("INSERT", seq=3, prev=bytes(32)))
    assert not refused(*inserted("INSERT", seq=3, prev=last))


def test_postgresql_refuses_a_leaf_that_is_not_the_hash_of_its_body(written):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no SHA-256; verify finds it")
    statement, row = inserted("INSERT", seq=3, prev=bytes(Event.objects.get(seq=2).leaf))

    assert refused(statement, [*row[:-2], bytes(32), row[-1]])


def test_sqlite_refuses_to_replace_an_event(written):
    if connection.vendor != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's")
    first, last = Event.objects.order_by("seq")

    assert refused(*inserted("INSERT OR REPLACE", seq=1, prev=bytes(32)))
    assert refused(*inserted("INSERT OR REPLACE", seq=3, prev=bytes(last.leaf), id=first.pk))
    assert refused(*inserted("INSERT OR REPLACE", seq=3, prev=bytes(last.leaf), public_id=first.public_id))
    assert refused("UPDATE OR REPLACE audit_event SET seq = 1 WHERE seq = 2")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO audit_checkpoint SELECT id, log, 1, root, note, at FROM audit_checkpoint",
        (
            "INSERT OR REPLACE INTO audit_loghead (log, size, leaf, frontier, at)"
            " SELECT log, 0, zeroblob(32), zeroblob(0), at FROM audit_loghead"
        ),
        (
            "INSERT OR REPLACE INTO audit_private (id, log, event, name, subject, key, sealed)"
            " SELECT id, log, event, name, 'y', key, sealed FROM audit_private"
        ),
        (
            "INSERT OR REPLACE INTO audit_private (log, event, name, subject, key, sealed)"
            " SELECT log, event, name, 'y', key, sealed FROM audit_private"
        ),
        (
            "INSERT OR REPLACE INTO audit_blob (id, log, sha256, text, size, created_at)"
            " SELECT id, log, 'x', 'y', size, created_at FROM audit_blob"
        ),
    ],
)
def test_sqlite_refuses_to_replace_rows(written, statement):
    if connection.vendor != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's")

    assert refused(statement)


def test_sqlite_keeps_the_blob_that_was_there(written):
    if connection.vendor != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's")

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT OR REPLACE INTO audit_blob (log, sha256, text, size, created_at)"
            " SELECT log, sha256, 'other', size, created_at FROM audit_blob"
        )

    assert list(Blob.objects.values_list("text", flat=True)) == ["kept"]


def test_a_head_begins_empty():
    with pytest.raises(DatabaseError), in_savepoint():
        LogHead.objects.create(log="team_b", size=3, at="2026-03-01T00:00:00Z")


def test_a_blob_may_be_erased_once(written, at):
    Blob.objects.update(text="", erased_at=at)

    assert refused("UPDATE audit_blob SET erased_at = NULL, text = 'kept'")


def test_a_private_value_may_be_erased(written):
    assert Private.objects.filter(event=Event.objects.get(seq=1).public_id).delete()[0] == 1


def test_all_guards_are_there_and_missed_when_gone():
    present = guards.missing(connection)
    with testing.guards_open():
        gone = guards.missing(connection)

    assert (present, gone) == ([], sorted(guards.wanted(connection)))


def test_guards_are_back_after_the_testing_door_and_after_an_error_inside_it(written):
    with suppress(KeyError), testing.guards_open():
        Event.objects.all().delete()
        raise KeyError

    assert (Event.objects.count(), guards.missing(connection)) == (2, [])
    assert refused("DELETE FROM audit_event")


@pytest.mark.django_db(transaction=True)
def test_flush_of_a_transactional_test_gets_through_and_closes_the_door(written):
    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)

    assert (Event.objects.count(), LogHead.objects.count(), guards.missing(connection)) == (0, 0, [])


@pytest.mark.django_db(transaction=True)
def test_guards_come_off_and_on_with_their_migration():
    call_command("migrate", "audit", "0001", verbosity=0)
    gone = guards.missing(connection)
    call_command("migrate", verbosity=0)  # what rests on it went back too

    assert (gone, guards.missing(connection)) == (sorted(guards.wanted(connection)), [])


@pytest.fixture
def application_role(written):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL knows roles")
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE lucid_test_application NOLOGIN")
        call_command("audit", "grant", "--role", "lucid_test_application")
        cursor.execute("SET LOCAL ROLE lucid_test_application")
        yield
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET outcome = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "DROP TABLE audit_event",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_event_fixed ON audit_event",
        "UPDATE audit_checkpoint SET size = 1",
        "DELETE FROM audit_checkpoint",
        "TRUNCATE audit_checkpoint",
        "DELETE FROM audit_loghead",
        "TRUNCATE audit_loghead",
        "UPDATE audit_private SET subject = ''",
        "UPDATE audit_blob SET sha256 = ''",
        "DELETE FROM audit_blob",
        "TRUNCATE audit_blob, audit_private",
        "UPDATE audit_delivery SET sink = 'x'",
        "DELETE FROM audit_delivery",
        "TRUNCATE audit_delivery",
        "ALTER TABLE audit_checkpoint DISABLE TRIGGER audit_checkpoint_fixed",
        "ALTER TABLE audit_event ALTER COLUMN body DROP NOT NULL",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_role_has_no_right_to_rewrite(application_role, statement):
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), in_savepoint() as cursor:
        cursor.execute(statement)


def test_the_application_role_can_sign_and_deliver(application_role, happen, at, signs):
    happen("member.joined")

    row = signer.sign("team_a", at=at)

    assert (row.size, delivering.deliver_due(now=at)) == (3, 1)


@pytest.mark.django_db(transaction=True)
def test_a_login_of_the_application_role_is_refused_end_to_end(happen, at, signs):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL knows roles")
    happen("team.created", "member.invited")
    signer.sign("team_a", at=at)
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE lucid_test_login LOGIN PASSWORD 'a test of roles'")
        try:
            call_command("audit", "grant", "--role", "lucid_test_login")
            known = connection.get_connection_params() | {"user": "lucid_test_login", "password": "a test of roles"}
            place = {name: known[name] for name in ("host", "port", "dbname", "user", "password") if known.get(name)}
            with psycopg.connect(**place, autocommit=True) as application:
                assert application.execute("SELECT count(*) FROM audit_event WHERE log = 'team_a'").fetchone() == (2,)
                for table in ("audit_event", "audit_checkpoint"):
                    for act in ("UPDATE {} SET log = 'x'", "DELETE FROM {}", "TRUNCATE {}", "DROP TABLE {}"):
                        with pytest.raises(psycopg.errors.InsufficientPrivilege):
                            application.execute(act.format(table))
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        application.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        finally:
            cursor.execute("DROP OWNED BY lucid_test_login; DROP ROLE lucid_test_login")


def test_the_application_role_can_do_its_work(application_role, happen, at):
    happen("member.joined", private={"note": "x"})
    happen("team.created", log="team_new")
    Blob.objects.filter(sha256=blobs.keep_one(log="team_a", text="more", at=at).sha256).update(text="", erased_at=at)
    Checkpoint.objects.create(log="team_a", size=3, root=bytes(32), at=at)

    assert list(LogHead.objects.order_by("log").values_list("log", "size")) == [("team_a", 3), ("team_new", 1)]
