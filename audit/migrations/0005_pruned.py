"""Events of an agreed stretch may be deleted once their leaf hashes are kept; nothing else may be.

A row of `audit_segment` needs an event that says two people agreed, and a signed checkpoint that covers it. An event goes
only where a segment holds its very leaf.
"""

from django.db import migrations, models

POSTGRESQL = """
CREATE FUNCTION audit_segment_follows() RETURNS trigger LANGUAGE plpgsql SET search_path = SCHEMA, pg_temp AS $$
BEGIN
    IF NEW.last < NEW.first OR octet_length(NEW.leaves) <> 32 * (NEW.last - NEW.first + 1)
        OR NEW.first <> 1 + COALESCE((SELECT max(s.last) FROM audit_segment AS s WHERE s.log = NEW.log), 0)
        OR NOT EXISTS (SELECT 1 FROM audit_checkpoint AS c WHERE c.log = NEW.log AND c.size >= NEW.last AND c.note <> '')
        OR NOT EXISTS (
            SELECT 1 FROM audit_event AS e WHERE e.log = NEW.log AND e.type = 'audit.pruning_agreed'
            AND (convert_from(e.body, 'UTF8')::jsonb -> 'data' ->> 'last')::bigint >= NEW.last)
    THEN
        RAISE EXCEPTION 'audit: nobody agreed to prune events % to % of %', NEW.first, NEW.last, NEW.log
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION audit_event_goes() RETURNS trigger LANGUAGE plpgsql SET search_path = SCHEMA, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (
            SELECT 1 FROM audit_segment AS s WHERE s.log = OLD.log AND OLD.seq BETWEEN s.first AND s.last
            AND substr(s.leaves, (32 * (OLD.seq - s.first) + 1)::int, 32) = OLD.leaf
        ) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'audit: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

DROP TRIGGER audit_event_fixed ON audit_event;
CREATE TRIGGER audit_event_fixed BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_goes();
CREATE TRIGGER audit_segment_follows BEFORE INSERT ON audit_segment
    FOR EACH ROW EXECUTE FUNCTION audit_segment_follows();
CREATE TRIGGER audit_segment_fixed BEFORE UPDATE OR DELETE ON audit_segment
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_segment_whole BEFORE TRUNCATE ON audit_segment EXECUTE FUNCTION audit_refuse();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_fixed;
ALTER TABLE audit_segment ENABLE ALWAYS TRIGGER audit_segment_follows;
ALTER TABLE audit_segment ENABLE ALWAYS TRIGGER audit_segment_fixed;
ALTER TABLE audit_segment ENABLE ALWAYS TRIGGER audit_segment_whole;
"""

POSTGRESQL_BACK = """
DROP TRIGGER audit_event_fixed ON audit_event;
CREATE TRIGGER audit_event_fixed BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_fixed;
DROP TRIGGER audit_segment_follows ON audit_segment;
DROP TRIGGER audit_segment_fixed ON audit_segment;
DROP TRIGGER audit_segment_whole ON audit_segment;
DROP FUNCTION audit_event_goes();
DROP FUNCTION audit_segment_follows();
"""

DELETE_REFUSED = """BEFORE DELETE ON audit_event
    BEGIN SELECT RAISE(ABORT, 'audit: DELETE on audit_event is refused'); END"""

SQLITE = {
    "audit_event_delete": """BEFORE DELETE ON audit_event
        WHEN NOT EXISTS (
            SELECT 1 FROM audit_segment WHERE log = OLD.log AND OLD.seq BETWEEN first AND last
            AND substr(leaves, 32 * (OLD.seq - first) + 1, 32) = OLD.leaf)
        BEGIN SELECT RAISE(ABORT, 'audit: DELETE on audit_event is refused'); END""",
    "audit_segment_insert": """BEFORE INSERT ON audit_segment
        WHEN NEW.last < NEW.first OR length(NEW.leaves) IS NOT 32 * (NEW.last - NEW.first + 1)
          OR NEW.first IS NOT 1 + COALESCE((SELECT MAX(last) FROM audit_segment WHERE log = NEW.log), 0)
          OR EXISTS (SELECT 1 FROM audit_segment WHERE id = NEW.id)
          OR NOT EXISTS (SELECT 1 FROM audit_checkpoint WHERE log = NEW.log AND size >= NEW.last AND note <> '')
          OR NOT EXISTS (
              SELECT 1 FROM audit_event WHERE log = NEW.log AND type = 'audit.pruning_agreed'
              AND json_extract(CAST(body AS TEXT), '$.data.last') >= NEW.last)
        BEGIN SELECT RAISE(ABORT, 'audit: nobody agreed to prune these events'); END""",
    "audit_segment_update": """BEFORE UPDATE ON audit_segment
        BEGIN SELECT RAISE(ABORT, 'audit: UPDATE on audit_segment is refused'); END""",
    "audit_segment_delete": """BEFORE DELETE ON audit_segment
        BEGIN SELECT RAISE(ABORT, 'audit: DELETE on audit_segment is refused'); END""",
}


def close(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT quote_ident(current_schema())")
            cursor.execute(POSTGRESQL.replace("SCHEMA", cursor.fetchone()[0]))
        else:
            cursor.execute("DROP TRIGGER audit_event_delete")
            for name, guard in SQLITE.items():
                cursor.execute(f"CREATE TRIGGER {name} {guard}")


def open_again(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL_BACK)
        else:
            for name in SQLITE:
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(f"CREATE TRIGGER audit_event_delete {DELETE_REFUSED}")


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_sealed")]

    operations = [
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("log", models.CharField(max_length=80)),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                ("leaves", models.BinaryField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("log", "last"), name="audit_segment_once_in_log"),
                ],
            },
        ),
        migrations.RunPython(close, open_again),
    ]
