"""Private values go under the key of their subject. Going back opens them again; what was erased stays so."""

import secrets

from django.db import migrations, models

SALT_BYTES = 16
POSTGRESQL = ("audit_private_fixed", "audit_private_whole")
SQLITE = {
    "audit_private_update": """BEFORE UPDATE ON audit_private
        BEGIN SELECT RAISE(ABORT, 'audit: UPDATE on audit_private is refused'); END""",
    "audit_private_insert": """BEFORE INSERT ON audit_private
        WHEN EXISTS (SELECT 1 FROM audit_private WHERE id = NEW.id OR (event = NEW.event AND name = NEW.name))
        BEGIN SELECT RAISE(ABORT, 'audit: a private value is never replaced'); END""",
}


def open_guards(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "postgresql":
            for name in POSTGRESQL:
                cursor.execute(f"ALTER TABLE audit_private DISABLE TRIGGER {name}")
        else:
            for name in SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def close_guards(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "postgresql":
            for name in POSTGRESQL:
                cursor.execute(f"ALTER TABLE audit_private ENABLE ALWAYS TRIGGER {name}")
        else:
            for name, guard in SQLITE.items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(f"CREATE TRIGGER {name} {guard}")


def about(row):
    return f"{row.log}\0{row.event}\0{row.name}".encode()


def seal(apps, schema_editor):
    from audit import subjects

    rows, events = apps.get_model("audit", "Private"), apps.get_model("audit", "Event")
    for row in rows.objects.order_by("pk").iterator(chunk_size=500):
        event = events.objects.get(public_id=row.event)
        row.log = event.log
        row.subject = row.subject or (event.actor_id if event.actor_type == "person" else event.log)
        key = subjects.key_for(log=row.log, subject=row.subject)
        row.key, row.sealed = key.id, key.seal(bytes(row.salt) + row.value.encode(), about=about(row))
        row.salt, row.value = secrets.token_bytes(SALT_BYTES), ""
        row.save()


def unseal(apps, schema_editor):
    from audit import subjects

    rows = apps.get_model("audit", "Private")
    for row in rows.objects.order_by("pk").iterator(chunk_size=500):
        try:
            key = subjects.find(log=row.log, subject=row.subject, id=row.key)
        except subjects.Gone:
            row.delete()
            continue
        plain = key.open(bytes(row.sealed), about=about(row))
        row.salt, row.value = plain[:SALT_BYTES], plain[SALT_BYTES:].decode()
        row.save()


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_deliveries")]

    operations = [
        migrations.RunPython(open_guards, close_guards),
        migrations.AddField("private", "log", models.CharField(max_length=80, default=""), preserve_default=False),
        migrations.AddField("private", "key", models.CharField(max_length=32, default=""), preserve_default=False),
        migrations.AddField("private", "sealed", models.BinaryField(default=b""), preserve_default=False),
        migrations.AlterField("private", "salt", models.BinaryField(max_length=16, default=b"")),
        migrations.AlterField("private", "value", models.TextField(default="")),
        migrations.RunPython(seal, unseal),
        migrations.RemoveField("private", "salt"),
        migrations.RemoveField("private", "value"),
        migrations.AlterField("private", "subject", models.CharField(max_length=60)),
        migrations.RemoveIndex("private", "audit_private_subject"),
        migrations.AddIndex("private", models.Index("log", "subject", name="audit_private_subject")),
        migrations.RunPython(close_guards, open_guards),
    ]
