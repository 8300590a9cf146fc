"""The database keeps the mark of a change that tests the review: a CHECK bars what is marked from memory, so that
whoever takes the mark off or puts it on makes a real change of a test, or a test of a real change.

A later migration that makes SQLite rebuild reviews_change drops its trigger: it has to put it back.
"""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION reviews_mark_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'reviews: whether a change is a test never changes' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER reviews_change_mark_stays BEFORE UPDATE ON reviews_change
    FOR EACH ROW WHEN (OLD.canary IS DISTINCT FROM NEW.canary) EXECUTE FUNCTION reviews_mark_stays();
ALTER TABLE reviews_change ENABLE ALWAYS TRIGGER reviews_change_mark_stays;
"""
POSTGRESQL_BACK = """
DROP TRIGGER reviews_change_mark_stays ON reviews_change;
DROP FUNCTION reviews_mark_stays();
"""
SQLITE = """
CREATE TRIGGER reviews_change_mark_stays BEFORE UPDATE OF canary ON reviews_change
WHEN OLD.canary IS NOT NEW.canary
BEGIN SELECT RAISE(ABORT, 'reviews: whether a change is a test never changes'); END
"""
SQLITE_BACK = "DROP TRIGGER reviews_change_mark_stays"


def _run(schema_editor, postgresql, sqlite):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(postgresql if schema_editor.connection.vendor == "postgresql" else sqlite)


def guard(apps, schema_editor):
    _run(schema_editor, POSTGRESQL, SQLITE)


def unguard(apps, schema_editor):
    _run(schema_editor, POSTGRESQL_BACK, SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0025_turns_of_approvals")]

    operations = [migrations.RunPython(guard, unguard)]
