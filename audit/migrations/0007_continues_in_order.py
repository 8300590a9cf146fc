"""Whether events continue their log is seen row by row, in the order they come: no sorting of whole batches.

What stands in front of an event that does not follow the one before it is looked up in the table, as ever.
"""

from django.db import migrations

ZEROS = "'\\x" + "00" * 32 + "'::bytea"

IN_ORDER = """
CREATE OR REPLACE FUNCTION audit_event_continues() RETURNS trigger LANGUAGE plpgsql
SET search_path = SCHEMA, pg_temp AS $$
DECLARE
    one record;
    of_log text;
    number bigint;
    last bytea;
BEGIN
    FOR one IN SELECT f.log, f.seq, f.prev, f.leaf, f.body FROM fresh AS f LOOP
        IF one.log IS DISTINCT FROM of_log OR one.seq IS DISTINCT FROM number + 1 THEN
            last := CASE WHEN one.seq = 1 THEN ZEROS
                ELSE (SELECT e.leaf FROM audit_event AS e WHERE e.log = one.log AND e.seq = one.seq - 1) END;
        END IF;
        IF one.prev IS DISTINCT FROM last OR one.leaf <> sha256('\\x00'::bytea || one.body) THEN
            RAISE EXCEPTION 'audit: event % does not continue the log %', one.seq, one.log
                USING ERRCODE = 'restrict_violation';
        END IF;
        of_log := one.log;
        number := one.seq;
        last := one.leaf;
    END LOOP;
    RETURN NULL;
END $$;
"""

SORTED = """
CREATE OR REPLACE FUNCTION audit_event_continues() RETURNS trigger LANGUAGE plpgsql
SET search_path = SCHEMA, pg_temp AS $$
DECLARE broken record;
BEGIN
    SELECT n.log, n.seq INTO broken FROM (
        SELECT log, seq, prev, leaf, body, lag(seq) OVER chain AS seq_before, lag(leaf) OVER chain AS leaf_before
        FROM fresh WINDOW chain AS (PARTITION BY log ORDER BY seq)
    ) AS n
    WHERE n.leaf <> sha256('\\x00'::bytea || n.body)
       OR CASE
            WHEN n.seq_before IS NOT NULL THEN n.seq <> n.seq_before + 1 OR n.prev <> n.leaf_before
            WHEN n.seq = 1 THEN n.prev <> ZEROS
            ELSE n.prev IS DISTINCT FROM
                (SELECT e.leaf FROM audit_event AS e WHERE e.log = n.log AND e.seq = n.seq - 1)
          END
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'audit: event % does not continue the log %', broken.seq, broken.log
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""


def forwards(apps, schema_editor):
    _run(schema_editor.connection, IN_ORDER)


def backwards(apps, schema_editor):
    _run(schema_editor.connection, SORTED)


def _run(connection, statement):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT quote_ident(current_schema())")
            cursor.execute(statement.replace("SCHEMA", cursor.fetchone()[0]).replace("ZEROS", ZEROS))


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_append")]
    operations = [migrations.RunPython(forwards, backwards)]
