from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="LogHead",
            fields=[
                ("log", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField(default=0)),
                (
                    "leaf",
                    models.BinaryField(
                        default=b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
                        max_length=32,
                    ),
                ),
                ("frontier", models.BinaryField(default=b"")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Blob",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("log", models.CharField(max_length=80)),
                ("sha256", models.CharField(max_length=64)),
                ("text", models.TextField()),
                ("size", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("log", "sha256"), name="audit_blob_once_in_log")],
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("log", models.CharField(max_length=80)),
                ("size", models.BigIntegerField()),
                ("root", models.BinaryField(max_length=32)),
                ("note", models.TextField(blank=True, default="")),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("log"),
                        models.OrderBy(models.F("size"), descending=True),
                        name="audit_checkpoint_newest",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("log", models.CharField(max_length=80)),
                ("seq", models.BigIntegerField()),
                ("public_id", models.CharField(editable=False, max_length=40)),
                ("at", models.DateTimeField()),
                ("type", models.CharField(max_length=60)),
                ("outcome", models.CharField(max_length=16)),
                ("actor_type", models.CharField(max_length=8)),
                ("actor_id", models.CharField(max_length=60)),
                ("target_type", models.CharField(max_length=40)),
                ("target_id", models.CharField(max_length=60)),
                ("body", models.BinaryField()),
                ("leaf", models.BinaryField(max_length=32)),
                ("prev", models.BinaryField(max_length=32)),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("log"),
                        models.F("type"),
                        models.OrderBy(models.F("seq"), descending=True),
                        name="audit_event_by_type",
                    ),
                    models.Index(
                        models.F("log"),
                        models.F("actor_id"),
                        models.OrderBy(models.F("seq"), descending=True),
                        name="audit_event_by_actor",
                    ),
                    models.Index(
                        models.F("log"),
                        models.F("target_id"),
                        models.OrderBy(models.F("seq"), descending=True),
                        name="audit_event_by_target",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("log", "seq"), name="audit_event_once_in_log"),
                    models.UniqueConstraint(fields=("public_id",), name="audit_event_public_id"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Private",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=40)),
                ("salt", models.BinaryField(max_length=16)),
                ("value", models.TextField()),
                ("subject", models.CharField(blank=True, default="", max_length=60)),
            ],
            options={
                "indexes": [models.Index(models.F("subject"), name="audit_private_subject")],
                "constraints": [models.UniqueConstraint(fields=("event", "name"), name="audit_private_once_in_event")],
            },
        ),
    ]
