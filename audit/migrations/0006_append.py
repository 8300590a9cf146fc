"""On PostgreSQL the database itself numbers and chains an event, so that no client is waited for under the lock.

It is what `audit.appending` does elsewhere: the two pieces that the end of a log decides are put into the record, the
record is hashed as a leaf (RFC 6962), and the frontier grows by it.
"""

from django.db import migrations

ZEROS = "'\\x" + "00" * 32 + "'::bytea"

POSTGRESQL = """
CREATE FUNCTION audit_append(
    of_log text, its_id text, its_at timestamptz, its_type text, its_outcome text, by_type text, by_id text,
    about_type text, about_id text, before bytea, middle bytea, after bytea
) RETURNS void LANGUAGE plpgsql SET search_path = SCHEMA, pg_temp SET lock_timeout = '8s' AS $$
DECLARE
    number bigint;
    last bytea;
    nodes bytea;
    entry bytea;
    hash bytea;
    node bytea;
    filled bigint;
BEGIN
    SELECT h.size, h.leaf, h.frontier INTO number, last, nodes FROM audit_loghead AS h WHERE h.log = of_log FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO audit_loghead (log, size, leaf, frontier, at) VALUES (of_log, 0, ZEROS, ''::bytea, its_at)
            ON CONFLICT DO NOTHING;
        SELECT h.size, h.leaf, h.frontier INTO STRICT number, last, nodes
            FROM audit_loghead AS h WHERE h.log = of_log FOR UPDATE;
    END IF;
    entry := before || convert_to(encode(last, 'hex'), 'UTF8') || middle
        || convert_to((number + 1)::text, 'UTF8') || after;
    hash := sha256('\\x00'::bytea || entry);
    INSERT INTO audit_event (log, seq, public_id, at, type, outcome, actor_type, actor_id, target_type, target_id,
        body, leaf, prev)
    VALUES (of_log, number + 1, its_id, its_at, its_type, its_outcome, by_type, by_id, about_type, about_id,
        entry, hash, last);
    node := hash;
    filled := number;
    WHILE filled % 2 = 1 LOOP
        node := sha256('\\x01'::bytea || substr(nodes, octet_length(nodes) - 31) || node);
        nodes := substr(nodes, 1, octet_length(nodes) - 32);
        filled := filled / 2;
    END LOOP;
    UPDATE audit_loghead SET size = number + 1, leaf = hash, frontier = nodes || node, at = its_at WHERE log = of_log;
END $$;
"""

BACK = """
DROP FUNCTION audit_append(text, text, timestamptz, text, text, text, text, text, text, bytea, bytea, bytea);
"""


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT quote_ident(current_schema())")
            cursor.execute(POSTGRESQL.replace("SCHEMA", cursor.fetchone()[0]).replace("ZEROS", ZEROS))


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(BACK)


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_pruned")]
    operations = [migrations.RunPython(make, drop)]
