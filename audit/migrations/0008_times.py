"""A page of some days is in the order of numbers: the times come along in the index, so that what it skips is not read."""

from django.db import migrations, models

NEWEST = models.F("seq").desc()


class Migration(migrations.Migration):
    dependencies = [("audit", "0007_continues_in_order")]

    operations = [
        migrations.RemoveIndex("event", "audit_event_by_type"),
        migrations.AddIndex("event", models.Index("log", NEWEST, "at", name="audit_event_by_time")),
        migrations.AddIndex("event", models.Index("log", "type", NEWEST, "at", name="audit_event_by_type")),
    ]
