"""On PostgreSQL the database itself numbers and chains a few events, so that no client is waited for under the lock.

It is what `audit.appending` does elsewhere: the two pieces that the end of a log decides are put into each record, the
record is hashed as a leaf (RFC 6962), and the frontier grows by it.
"""

from django.db import migrations

ZEROS = "'\\x" + "00" * 32 + "'::bytea"

POSTGRESQL = """
CREATE FUNCTION audit_append(
    of_log text, public_ids text[], ats timestamptz[], types text[], outcomes text[], actor_types text[],
    actor_ids text[], target_types text[], target_ids text[], befores bytea[], betweens bytea[], afters bytea[]
) RETURNS void LANGUAGE plpgsql SET search_path = SCHEMA, pg_temp AS $$
DECLARE
    number bigint;
    last bytea;
    nodes bytea;
    entry bytea;
    node bytea;
    filled bigint;
BEGIN
    SELECT h.size, h.leaf, h.frontier INTO number, last, nodes FROM audit_loghead AS h WHERE h.log = of_log FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO audit_loghead (log, size, leaf, frontier, at) VALUES (of_log, 0, ZEROS, ''::bytea, ats[1])
            ON CONFLICT DO NOTHING;
        SELECT h.size, h.leaf, h.frontier INTO STRICT number, last, nodes
            FROM audit_loghead AS h WHERE h.log = of_log FOR UPDATE;
    END IF;
    FOR place IN 1 .. array_length(public_ids, 1) LOOP
        entry := befores[place] || convert_to(encode(last, 'hex'), 'UTF8') || betweens[place]
            || convert_to((number + 1)::text, 'UTF8') || afters[place];
        node := sha256('\\x00'::bytea || entry);
        INSERT INTO audit_event (log, seq, public_id, at, type, outcome, actor_type, actor_id, target_type, target_id,
            body, leaf, prev)
        VALUES (of_log, number + 1, public_ids[place], ats[place], types[place], outcomes[place], actor_types[place],
            actor_ids[place], target_types[place], target_ids[place], entry, node, last);
        last := node;
        filled := number;
        WHILE filled % 2 = 1 LOOP
            node := sha256('\\x01'::bytea || substr(nodes, octet_length(nodes) - 31) || node);
            nodes := substr(nodes, 1, octet_length(nodes) - 32);
            filled := filled / 2;
        END LOOP;
        nodes := nodes || node;
        number := number + 1;
    END LOOP;
    UPDATE audit_loghead SET size = number, leaf = last, frontier = nodes, at = ats[array_length(ats, 1)] WHERE log = of_log;
END $$;
"""

BACK = """
DROP FUNCTION audit_append(
    text, text[], timestamptz[], text[], text[], text[], text[], text[], text[], bytea[], bytea[], bytea[]);
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
