"""What goes to PostgreSQL past Django and psycopg arrives as it was meant, and fails as they would let it fail."""

import pytest
from django.db import DataError, connection

from audit import checking, trail, wire
from audit.models import Event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="libpq speaks to PostgreSQL only"),
]
IDS = ["o'clock", "back\\slash", "50 % of %s", "؀ é \N{SNOWMAN}", "'; DROP TABLE audit_event; --", "E'\\x'", '{"a",b}']


@pytest.mark.parametrize("private", [None, {"note": "x"}], ids=["alone", "after_a_write"])
def test_ids_of_any_letters_are_stored_as_they_are(private, at):
    for id in IDS:
        with trail.unit_of_work(at=at) as unit:
            target = trail.Target("team", id)
            unit.record("team.created", target=target, by=trail.SYSTEM, log=id, private=private)

    assert [checking.check(id).faults for id in IDS] == [[]] * len(IDS)
    assert [event.target_id for event in Event.objects.order_by("pk")] == IDS


def write_and_fail(at):
    with trail.unit_of_work(at=at):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE not_kept (id int)")
        wire.send(b"SELECT 1; SELECT 1/0; SELECT 2")


def test_a_refused_statement_raises_what_django_raises_and_undoes_all(at):
    with pytest.raises(DataError, match="division by zero"):
        write_and_fail(at)

    assert "not_kept" not in connection.introspection.table_names()


def test_a_copy_that_fails_midway_raises_and_leaves_a_connection_that_works():
    with pytest.raises(DataError, match="division by zero"):
        wire.copied("COPY (SELECT %s / (3000 - n) FROM generate_series(1, 5000) AS n) TO STDOUT", [7])

    with connection.cursor() as cursor:
        cursor.execute("SELECT 'it works'")
        assert cursor.fetchone() == ("it works",)


def test_a_copy_gives_every_row():
    got = wire.copied("COPY (SELECT n || %s FROM generate_series(1, 20000) AS n) TO STDOUT", [" % é"])

    assert got.decode() == "".join(f"{n} % é\n" for n in range(1, 20001))
