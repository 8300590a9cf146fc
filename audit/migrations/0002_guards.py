"""The database refuses what the log must never see: changed, deleted, replaced or out of order rows.

On PostgreSQL the triggers are ALWAYS on, so that `session_replication_role` does not get past them. On SQLite the
insert guards also stop INSERT OR REPLACE, which fires no delete trigger unless recursive_triggers is on.
A later migration that makes SQLite rebuild one of these tables drops its triggers: it has to put them back.
"""

from django.db import migrations

ZEROS = "'\\x" + "00" * 32 + "'::bytea"

POSTGRESQL = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION audit_event_continues() RETURNS trigger LANGUAGE plpgsql SET search_path = SCHEMA, pg_temp AS $$
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

CREATE FUNCTION audit_head_moves() RETURNS trigger LANGUAGE plpgsql SET search_path = SCHEMA, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.size = 0 AND NEW.leaf = ZEROS AND NEW.frontier = ''::bytea THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.log = OLD.log AND NEW.size > OLD.size AND EXISTS (
            SELECT 1 FROM audit_event AS e WHERE e.log = NEW.log AND e.seq = NEW.size AND e.leaf = NEW.leaf
        ) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'audit: the head of a log moves by appends only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION audit_blob_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND NEW.text = ''
        AND (NEW.id, NEW.log, NEW.sha256, NEW.size, NEW.created_at)
          = (OLD.id, OLD.log, OLD.sha256, OLD.size, OLD.created_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit: a blob only changes by being erased' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_event_fixed BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_event_whole BEFORE TRUNCATE ON audit_event EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_event_continues AFTER INSERT ON audit_event
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION audit_event_continues();
CREATE TRIGGER audit_checkpoint_fixed BEFORE UPDATE OR DELETE ON audit_checkpoint
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_checkpoint_whole BEFORE TRUNCATE ON audit_checkpoint EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_head_moves BEFORE INSERT OR UPDATE OR DELETE ON audit_loghead
    FOR EACH ROW EXECUTE FUNCTION audit_head_moves();
CREATE TRIGGER audit_head_whole BEFORE TRUNCATE ON audit_loghead EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_private_fixed BEFORE UPDATE ON audit_private
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_private_whole BEFORE TRUNCATE ON audit_private EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_blob_stays BEFORE UPDATE ON audit_blob
    FOR EACH ROW EXECUTE FUNCTION audit_blob_stays();
CREATE TRIGGER audit_blob_fixed BEFORE DELETE ON audit_blob
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_blob_whole BEFORE TRUNCATE ON audit_blob EXECUTE FUNCTION audit_refuse();

ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_fixed;
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_whole;
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_continues;
ALTER TABLE audit_checkpoint ENABLE ALWAYS TRIGGER audit_checkpoint_fixed;
ALTER TABLE audit_checkpoint ENABLE ALWAYS TRIGGER audit_checkpoint_whole;
ALTER TABLE audit_loghead ENABLE ALWAYS TRIGGER audit_head_moves;
ALTER TABLE audit_loghead ENABLE ALWAYS TRIGGER audit_head_whole;
ALTER TABLE audit_private ENABLE ALWAYS TRIGGER audit_private_fixed;
ALTER TABLE audit_private ENABLE ALWAYS TRIGGER audit_private_whole;
ALTER TABLE audit_blob ENABLE ALWAYS TRIGGER audit_blob_stays;
ALTER TABLE audit_blob ENABLE ALWAYS TRIGGER audit_blob_fixed;
ALTER TABLE audit_blob ENABLE ALWAYS TRIGGER audit_blob_whole;
"""

POSTGRESQL_BACK = """
DROP FUNCTION audit_refuse() CASCADE;
DROP FUNCTION audit_event_continues() CASCADE;
DROP FUNCTION audit_head_moves() CASCADE;
DROP FUNCTION audit_blob_stays() CASCADE;
"""

SQLITE = {
    "audit_event_update": """BEFORE UPDATE ON audit_event
        BEGIN SELECT RAISE(ABORT, 'audit: UPDATE on audit_event is refused'); END""",
    "audit_event_delete": """BEFORE DELETE ON audit_event
        BEGIN SELECT RAISE(ABORT, 'audit: DELETE on audit_event is refused'); END""",
    "audit_event_continues": """BEFORE INSERT ON audit_event
        WHEN NEW.seq IS NOT (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit_event WHERE log = NEW.log)
          OR NEW.prev IS NOT COALESCE(
              (SELECT leaf FROM audit_event WHERE log = NEW.log AND seq = NEW.seq - 1), zeroblob(32))
          OR EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id OR public_id = NEW.public_id)
        BEGIN SELECT RAISE(ABORT, 'audit: an event does not continue its log'); END""",
    "audit_checkpoint_update": """BEFORE UPDATE ON audit_checkpoint
        BEGIN SELECT RAISE(ABORT, 'audit: UPDATE on audit_checkpoint is refused'); END""",
    "audit_checkpoint_delete": """BEFORE DELETE ON audit_checkpoint
        BEGIN SELECT RAISE(ABORT, 'audit: DELETE on audit_checkpoint is refused'); END""",
    "audit_checkpoint_insert": """BEFORE INSERT ON audit_checkpoint
        WHEN EXISTS (SELECT 1 FROM audit_checkpoint WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'audit: a checkpoint is never replaced'); END""",
    "audit_head_insert": """BEFORE INSERT ON audit_loghead
        WHEN NEW.size IS NOT 0 OR NEW.leaf IS NOT zeroblob(32) OR NEW.frontier IS NOT zeroblob(0)
          OR EXISTS (SELECT 1 FROM audit_loghead WHERE log = NEW.log)
        BEGIN SELECT RAISE(ABORT, 'audit: the head of a log moves by appends only'); END""",
    "audit_head_update": """BEFORE UPDATE ON audit_loghead
        WHEN NEW.log IS NOT OLD.log OR NEW.size IS NULL OR NEW.size <= OLD.size OR NOT EXISTS (
            SELECT 1 FROM audit_event WHERE log = NEW.log AND seq = NEW.size AND leaf = NEW.leaf)
        BEGIN SELECT RAISE(ABORT, 'audit: the head of a log moves by appends only'); END""",
    "audit_head_delete": """BEFORE DELETE ON audit_loghead
        BEGIN SELECT RAISE(ABORT, 'audit: the head of a log moves by appends only'); END""",
    "audit_private_update": """BEFORE UPDATE ON audit_private
        BEGIN SELECT RAISE(ABORT, 'audit: UPDATE on audit_private is refused'); END""",
    "audit_private_insert": """BEFORE INSERT ON audit_private
        WHEN EXISTS (SELECT 1 FROM audit_private WHERE id = NEW.id OR (event = NEW.event AND name = NEW.name))
        BEGIN SELECT RAISE(ABORT, 'audit: a private value is never replaced'); END""",
    "audit_blob_update": """BEFORE UPDATE ON audit_blob
        WHEN OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL OR NEW.text IS NOT ''
          OR NEW.id IS NOT OLD.id OR NEW.log IS NOT OLD.log OR NEW.sha256 IS NOT OLD.sha256
          OR NEW.size IS NOT OLD.size OR NEW.created_at IS NOT OLD.created_at
        BEGIN SELECT RAISE(ABORT, 'audit: a blob only changes by being erased'); END""",
    "audit_blob_delete": """BEFORE DELETE ON audit_blob
        BEGIN SELECT RAISE(ABORT, 'audit: DELETE on audit_blob is refused'); END""",
    "audit_blob_replace": """BEFORE INSERT ON audit_blob
        WHEN EXISTS (SELECT 1 FROM audit_blob WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'audit: a blob is never replaced'); END""",
    # The same text again is no error, whoever wrote it first.
    "audit_blob_again": """BEFORE INSERT ON audit_blob
        WHEN EXISTS (SELECT 1 FROM audit_blob WHERE log = NEW.log AND sha256 = NEW.sha256)
        BEGIN SELECT RAISE(IGNORE); END""",
}


def close(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT quote_ident(current_schema())")
            cursor.execute(POSTGRESQL.replace("SCHEMA", cursor.fetchone()[0]).replace("ZEROS", ZEROS))
        else:
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


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_tables")]

    operations = [migrations.RunPython(close, open_again)]
